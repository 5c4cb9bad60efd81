"""Where a cohort's images, features and expression are: what the parts of a cohort file say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from RadioGenomicsTrainLib.cohort.image_tree import PatientImages


@dataclass(frozen=True)
class ImagePatterns:
    """Images as one file per patient.

    Attributes:
        channels: role to file pattern under the data root: ``images/{patient}.nii.gz#1``; ``#1`` picks a component.
        mask: pattern of the tumor mask.
        data_root: what the patterns are relative to.
        drawn_on: role of the channel that the masks were drawn on; by the mask's grid where empty.
        orientation: where the axes point to of files that do not tell, as "RAS"; such files are refused where empty.
    """

    channels: Mapping[str, str]
    mask: str
    data_root: Path
    drawn_on: str = ""
    orientation: str = ""

    def images(self, patient: str) -> PatientImages:
        """Return the paths of a patient's images, with their ``#component`` where the patterns have one."""
        channels = {role: self._path(pattern, patient) for role, pattern in self.channels.items()}
        return PatientImages(patient, "", channels, self._path(self.mask, patient))

    def patients(self) -> list[str]:
        """Return the patients with a tumor mask on disk, sorted."""
        pattern = self.mask.partition("#")[0]
        before, _, after = (re.escape(part) for part in pattern.partition("{patient}"))
        form = re.compile(f"{before}(?P<patient>[^/]+){after.replace(re.escape('{patient}'), '(?P=patient)')}")
        paths = self.data_root.glob(pattern.replace("{patient}", "*"))
        matches = (form.fullmatch(path.relative_to(self.data_root).as_posix()) for path in paths)
        return sorted({match["patient"] for match in matches if match})

    def _path(self, pattern: str, patient: str) -> str:
        return str(self.data_root / pattern.replace("{patient}", patient))


@dataclass(frozen=True)
class ImageTree:
    """Images as a folder of series, of which a rule takes one for each channel.

    Attributes:
        folder: DICOM or NIfTI.
        rule: name of the rule, see :mod:`.series_rules`.
        mask: path of the tumor masks, with ``{patient}`` in it; None for those that lie in the folder.
        collection: of the NCI Imaging Data Commons, "tcga_luad"; None where it is not there.
        drawn_on: role of the channel that the masks were drawn on; by the mask's grid where empty.
        orientation: where the axes point to of files that do not tell, as "RAS"; such files are refused where empty.
    """

    folder: Path
    rule: str
    mask: str | None = None
    collection: str | None = None
    drawn_on: str = ""
    orientation: str = ""


@dataclass(frozen=True)
class FeatureSource:
    """A table of image features, one row per patient.

    Attributes:
        path: .csv, .tsv, .txt (also .gz) or .xlsx.
        patient_column: which column names the patient.
        name: the part of that column which is the patient's name, a regular expression; None for all of it.
        sheet: of an .xlsx; None for the first.
        keep: regular expression of the columns that are features; None for all that are not left out.
        leave_out: columns that are no features, such as outcomes.
    """

    path: Path
    patient_column: str
    name: re.Pattern[str] | None = None
    sheet: str | None = None
    keep: re.Pattern[str] | None = None
    leave_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class ExpressionSource:
    """One expression table.

    Attributes:
        path: the table.
        unit: of the values as the cohort uses them.
        clip: largest absolute value in the table; None for none.
        log2: whether log2(x + 1) is taken of the table's values.
        leave_out: rows and columns that are neither gene nor sample.
    """

    path: Path
    unit: str
    clip: float | None = None
    log2: bool = False
    leave_out: tuple[str, ...] = ()
