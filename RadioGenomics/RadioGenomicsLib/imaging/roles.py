"""Guess from names which channel of a study a scan is."""

from __future__ import annotations

import re
from pathlib import Path

from RadioGenomicsLib.errors import ChannelError
from RadioGenomicsLib.imaging.dicom import find_series
from RadioGenomicsLib.imaging.reading import volume_name

_IMAGES = (".nii", ".nii.gz", ".nrrd", ".nhdr", ".mha", ".mhd")
# Not a scan that shows anatomy: masks, and maps or sequences that share a part of their name with one.
_OTHER = (
    r"mask|seg(mentation)?|label|roi|dwi|dti|adc|trace|swi|swan|hemo|t2 ?star|medic|perf(usion)?|dsc|dce|cb[vf]|asl|"
    r"tof|mra|mip|bold|fmri|stir|localizer|scout|map|subtr\w*|dixon|spine"
)
_WITHOUT = (
    r"(without|wo|w o|non|no|pre|sans|ohne)( iv)?( (contrast|gad\w*|gd|c|km|post))?|"
    r"nativ\w*|noncontrast|precontrast|unenhanced"
)
_WITH = r"post\w*|gd|gad\w*|ce|contrast\w*|enh\w*|km|dotarem|magnevist|c"
# Philips puts a letter before: eT1W_SE, sT1W_3D_TFE.
_T1 = r"(e|s|v|3d|ax|tra|sag|cor)?t1\w*|mprage|f?spgr|bravo|tfl"
_T1_WITH = r"t1(c|ce|gd|gad|post|km|wce|wgd)\w*"
_FLAIR = r"flair|tirm|fla|dark ?fluid|t2f|t2flair|t2tirm|flairax\w*"


def guess_role(name: str) -> str | None:
    """Return "T1", "T1c", "T2", "FLAIR" or "CT" for a file name or a DICOM series description, None if unsure.

    Examples:
        >>> guess_role("BraTS-GLI-00005-000-t2f.nii.gz"), guess_role("AX T1 MPRAGE +C"), guess_role("Ax T1 pre")
        ('FLAIR', 'T1c', 'T1')
    """
    text = name.lower().replace("*", " star ").replace("w/o", " wo ").replace("w/", " w ")
    text = re.sub(r"\+ ?(c|gd|gad|contrast|km)\b|\bc\+", " post ", text)
    text = re.sub(r"\s- ?c\b", " pre ", text)
    text = " ".join(re.findall(r"[a-z0-9]+", text))
    if _has(_OTHER, text):
        return None
    plain = re.sub(rf"\b({_WITHOUT})\b", " ", text)
    t1, flair = _has(_T1, text), _has(_FLAIR, text) or "flair" in text
    if t1:
        # T1-weighted FLAIR exists, so T1 goes before FLAIR.
        return "T1c" if _has(_T1_WITH, text) or _has(_WITH, plain) else "T1"
    if flair:
        return "FLAIR"
    if _has(r"t2\w*", text):
        return "T2"
    return "CT" if _has("ct", text) else None


def find_channels(folder: Path | str) -> dict[str, Path]:
    """Return the channels of the study in a folder by the names of its image files or DICOM series.

    Args:
        folder: with one image file per channel, or, where there is none, DICOM series (also in folders below).

    Returns:
        Role to what :func:`~RadioGenomicsLib.imaging.dicom.read_image` takes; empty where no name tells a role.

    Raises:
        ChannelError: two names tell the same role.
        InputError: there is no such folder.
    """
    folder = Path(folder)
    files = sorted(f for f in folder.iterdir() if f.is_file() and f.name.endswith(_IMAGES)) if folder.is_dir() else []
    if files:
        named = [(volume_name(file), file) for file in files]
    else:
        named = [(s.description, Path(f"{folder}#{s.uid}")) for s in find_series(folder) if not s.flaw]
    channels: dict[str, Path] = {}
    names: dict[str, str] = {}
    for name, path in named:
        role = guess_role(name)
        if role in channels:
            raise ChannelError(
                role, f"both {names[role]!r} and {name!r} look like it", f"Say which one, as --volume {role}=PATH."
            )
        if role:
            channels[role], names[role] = path, name
    return channels


def _has(pattern: str, text: str) -> bool:
    """Tell whether a whole word, or several, of the text matches."""
    return re.search(rf"\b({pattern})\b", text) is not None
