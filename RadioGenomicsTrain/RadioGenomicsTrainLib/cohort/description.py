"""The cohort file: one TOML that says where a cohort's images, expression and clinical tables are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.resources import resource_path
from RadioGenomicsTrainLib.cohort.clinical import ClinicalSource


@dataclass(frozen=True)
class ExpressionSource:
    """One expression table.

    Attributes:
        path: the table.
        unit: of its values.
        clip: largest absolute value; None for none.
    """

    path: Path
    unit: str
    clip: float | None = None


@dataclass(frozen=True)
class CohortDescription:
    """What a cohort file says.

    Attributes:
        id: short name, "tcga-lgg".
        title: for people.
        licence: of the data, in words.
        citation: of every source.
        limitations: what a reader of a model made from it has to know, beside what holds for every model.
        channels: role to file pattern under the data root: ``images/{patient}.nii.gz#1``; ``#1`` picks a component.
        mask: pattern of the tumor mask.
        expression: tables; where a gene is in several, the first one counts.
        clinical: tables; where a trait is in several, the first one counts.
        data_root: what the patterns are relative to.
    """

    id: str
    title: str
    licence: str
    citation: tuple[str, ...]
    limitations: tuple[str, ...]
    channels: Mapping[str, str]
    mask: str
    expression: tuple[ExpressionSource, ...]
    clinical: tuple[ClinicalSource, ...]
    data_root: Path

    def image(self, pattern: str, patient: str) -> str:
        """Return the path of a patient's image, with its ``#component`` where the pattern has one."""
        return str(self.data_root / pattern.replace("{patient}", patient))

    def imaged_patients(self) -> list[str]:
        """Return the patients with a tumor mask on disk, sorted."""
        pattern = self.mask.partition("#")[0]
        before, _, after = (re.escape(part) for part in pattern.partition("{patient}"))
        form = re.compile(f"{before}(?P<patient>[^/]+){after.replace(re.escape('{patient}'), '(?P=patient)')}")
        paths = self.data_root.glob(pattern.replace("{patient}", "*"))
        matches = (form.fullmatch(path.relative_to(self.data_root).as_posix()) for path in paths)
        return sorted({match["patient"] for match in matches if match})


def read_description(cohort: str | Path, data_root: Path) -> CohortDescription:
    """Read a cohort file.

    Args:
        cohort: a shipped cohort's name ("tcga-lgg") or the path of a .toml.
        data_root: the folder that its patterns are relative to.

    Raises:
        InputError: there is no such file, or it lacks something.
    """
    import tomllib

    path = Path(cohort) if str(cohort).endswith(".toml") else resource_path("Cohorts", f"{cohort}.toml")
    data_root = Path(data_root)
    try:
        with open(path, "rb") as stream:
            text = tomllib.load(stream)
        return CohortDescription(
            id=text["id"],
            title=text["title"],
            licence=text["licence"],
            citation=tuple(text["citation"]),
            limitations=tuple(text.get("limitations", [])),
            channels=dict(text["images"]["channels"]),
            mask=text["images"]["mask"],
            expression=tuple(
                ExpressionSource(data_root / one["file"], one["unit"], one.get("clip")) for one in text["expression"]
            ),
            clinical=tuple(
                ClinicalSource(data_root / one["file"], one["patient"], one["columns"], one.get("values", {}))
                for one in text.get("clinical", [])
            ),
            data_root=data_root,
        )
    except FileNotFoundError as error:
        raise InputError(
            path, "there is no such cohort file", "Give a shipped cohort's name or a .toml file."
        ) from error
    except (KeyError, TypeError, tomllib.TOMLDecodeError) as error:
        raise InputError(
            path, f"the cohort file is not complete ({error})", "Compare it with tcga-lgg.toml."
        ) from error
