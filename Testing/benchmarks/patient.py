"""The patient that the paths predict: TCGA-FG-6692, four raw scans with skull and HD-BET's masks of the brain."""

from __future__ import annotations

import os
from pathlib import Path

ABSENT = "Skipped: the scans of TCGA-FG-6692 are not on this machine (`$RADIOGENOMICS_DATA/volumes/TCGA-FG-6692`)."


def patient_folder() -> Path | None:
    """Return the folder of the scans, None where it is not here."""
    root = os.environ.get("RADIOGENOMICS_DATA")
    folder = Path(root) / "volumes" / "TCGA-FG-6692" if root else None
    return folder if folder is not None and (folder / "flair.nii.gz").is_file() else None


def scan_paths(folder: Path) -> dict[str, Path]:
    """Return the scans by role."""
    return {role: folder / f"{role.lower()}.nii.gz" for role in ("FLAIR", "T1", "T1c", "T2")}


def brain_path(folder: Path, scan: str = "fla") -> Path:
    """Return HD-BET's brain mask on the grid of a scan."""
    return folder / "hdbet_native" / f"hdbet_mask_native_{scan}.nii.gz"
