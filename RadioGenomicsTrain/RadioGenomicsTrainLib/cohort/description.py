"""The cohort file: one TOML that says where a cohort's images or features, expression and clinical tables are."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.resources import resource_path
from RadioGenomicsTrainLib.cohort.clinical import ClinicalSource
from RadioGenomicsTrainLib.cohort.patient_ids import TCGA
from RadioGenomicsTrainLib.cohort.patient_ids import PatientIds
from RadioGenomicsTrainLib.cohort.sources import ExpressionSource
from RadioGenomicsTrainLib.cohort.sources import FeatureSource
from RadioGenomicsTrainLib.cohort.sources import ImagePatterns
from RadioGenomicsTrainLib.cohort.sources import ImageTree


@dataclass(frozen=True)
class CohortDescription:
    """What a cohort file says.

    Attributes:
        id: short name, "tcga-lgg".
        title: for people.
        licence: of the data, in words.
        citation: of every source.
        limitations: what a reader of a model made from it has to know, beside what holds for every model.
        patient_ids: how its tables write patients, and where a name tells the site.
        images: where the images are; None if the cohort has none.
        features: a table of features measured by others; None if the cohort has none.
        expression: tables; where a gene is in several, the first one counts.
        clinical: tables; where a trait is in several, the first one counts.
    """

    id: str
    title: str
    licence: str
    citation: tuple[str, ...]
    limitations: tuple[str, ...]
    patient_ids: PatientIds
    images: ImagePatterns | ImageTree | None
    features: FeatureSource | None
    expression: tuple[ExpressionSource, ...]
    clinical: tuple[ClinicalSource, ...]


def read_description(cohort: str | Path, data_root: Path) -> CohortDescription:
    """Read a cohort file; ``Resources/Schemas/cohort.schema.json`` says what may stand in it.

    Args:
        cohort: a shipped cohort's name ("tcga-lgg") or the path of a .toml.
        data_root: the folder that its paths are relative to.

    Raises:
        InputError: there is no such file, it lacks something, or it holds a key that means nothing.
    """
    path = Path(cohort) if str(cohort).endswith(".toml") else resource_path("Cohorts", f"{cohort}.toml")
    text = _read_toml(path)
    _check(text, path)
    root = Path(data_root)
    return CohortDescription(
        id=text["id"],
        title=text["title"],
        licence=text["licence"],
        citation=tuple(text["citation"]),
        limitations=tuple(text.get("limitations", [])),
        patient_ids=_patient_ids(text.get("patients"), path),
        images=_images(text.get("images"), root, path),
        features=_features(text.get("features"), root, path),
        expression=tuple(_expression(one, root, path) for one in text["expression"]),
        clinical=tuple(
            ClinicalSource(root / one["file"], one["patient"], one["columns"], one.get("values", {}))
            for one in text.get("clinical", [])
        ),
    )


def _read_toml(path: Path) -> dict[str, Any]:
    import tomllib

    try:
        with open(path, "rb") as stream:
            return tomllib.load(stream)
    except OSError as error:
        raise InputError(
            path, "there is no such cohort file", "Give a shipped cohort's name or a .toml file."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(path, f"the cohort file is no TOML ({error})", "Compare it with tcga-lgg.toml.") from error


def _check(text: dict[str, Any], path: Path) -> None:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    schema = json.loads(resource_path("Schemas", "cohort.schema.json").read_text(encoding="utf-8"))
    error = best_match(Draft202012Validator(schema).iter_errors(text))
    if error is not None:
        place = ".".join(str(part) for part in error.absolute_path) or "its top level"
        reason = f"the cohort file is not valid at {place}: {error.message[:200]}"
        raise InputError(path, reason, "Compare it with tcga-lgg.toml and Resources/Schemas/cohort.schema.json.")


def _images(text: dict[str, Any] | None, root: Path, path: Path) -> ImagePatterns | ImageTree | None:
    if text is None:
        return None
    told = {"drawn_on": text.get("drawn_on", ""), "orientation": text.get("orientation", "")}
    if "tree" not in text:
        if Path(text["mask"]).is_absolute():
            raise InputError(path, "images.mask is not a path below the data folder", "Leave out its first /.")
        return ImagePatterns(dict(text["channels"]), text["mask"], root, **told)
    mask = str(root / text["mask"]) if "mask" in text else None
    return ImageTree(root / text["tree"], text["rule"], mask, text.get("collection"), **told)


def _features(text: dict[str, Any] | None, root: Path, path: Path) -> FeatureSource | None:
    if text is None:
        return None
    return FeatureSource(
        path=root / text["file"],
        patient_column=text["patient"],
        name=_pattern(text.get("name"), "features.name", path),
        sheet=text.get("sheet"),
        keep=_pattern(text.get("keep"), "features.keep", path),
        leave_out=tuple(text.get("leave_out", [])),
    )


def _expression(text: dict[str, Any], root: Path, path: Path) -> ExpressionSource:
    if not math.isfinite(text.get("clip", 0.0)):
        raise InputError(path, "an expression's clip is no finite number", "Give one, such as 3, or leave it out.")
    return ExpressionSource(
        path=root / text["file"],
        unit=text["unit"],
        clip=text.get("clip"),
        log2=text.get("log2", False),
        leave_out=tuple(text.get("leave_out", [])),
    )


def _patient_ids(text: dict[str, Any] | None, path: Path) -> PatientIds:
    if text is None:
        return TCGA
    pattern = _pattern(text["pattern"], "patients.pattern", path)
    if pattern is None or "patient" not in pattern.groupindex:
        mend = "Write it as in '(?P<patient>(?P<site>R01)-[0-9]{3})'."
        raise InputError(path, "patients.pattern has no group named patient", mend)
    return PatientIds(pattern)


def _pattern(text: str | None, key: str, path: Path) -> re.Pattern[str] | None:
    try:
        return None if text is None else re.compile(text)
    except re.error as error:
        raise InputError(path, f"{key} is no regular expression ({error})", "Correct it.") from error
