"""Where the text headers of NRRD and MetaImage put the voxels.

ITK takes a NRRD file for LPS that has no space, or one that is not the patient's, and a MetaImage without directions.
NRRD: https://teem.sourceforge.net/nrrd/format.html#space. Of its spaces, three are the patient's, with or without time;
the scanner's axes and bare 3-D ones do not tell where the patient's left is.
"""

from __future__ import annotations

import re

import numpy as np

from RadioGenomicsLib.imaging.orientation import Place

# To RAS.
_SPACES = {
    "right-anterior-superior": (1, 1, 1),
    "left-anterior-superior": (-1, 1, 1),
    "left-posterior-superior": (-1, -1, 1),
}
_SHORT = {"ras": "right-anterior-superior", "las": "left-anterior-superior", "lps": "left-posterior-superior"}


def nrrd_place(head: bytes) -> Place:
    """Return where a NRRD file puts its voxels.

    Args:
        head: its first bytes, with the header.
    """
    fields = _nrrd_fields(head)
    name = fields.get("space", "").lower()
    space = name.removesuffix("-time") if "-" in name else name.removesuffix("t")
    signs = _SPACES.get(_SHORT.get(space, space))
    if signs is None:
        why = f"its space is {name}, which is not the patient's" if name else "its header has no space"
        return Place(None, why)
    vectors = [_numbers(text) for text in re.findall(r"\(([^)]*)\)", fields.get("space directions", ""))]
    if len(vectors) < 3 or any(len(vector) < 3 for vector in vectors[:3]):
        return Place(None, "its header has no space directions")
    origin = _numbers(fields.get("space origin", "").strip("() \t")) or [0.0, 0.0, 0.0]
    if len(origin) < 3:
        return Place(None, "its space origin has no three numbers")
    affine = np.eye(4)
    affine[:3, :3] = np.array([vector[:3] for vector in vectors[:3]]).T * np.array(signs)[:, np.newaxis]
    affine[:3, 3] = np.array(origin[:3]) * signs
    return Place(affine)


def what_meta_image_lacks(head: bytes) -> str:
    """Return why a MetaImage header does not tell where the voxels lie; nothing if it does, and ITK reads it rightly.

    Its AnatomicalOrientation alone does not: ITK writes there what axes come from, and others what they point to.
    """
    text = head.partition(b"ElementDataFile")[0]
    if re.search(rb"^\s*(TransformMatrix|Rotation|Orientation)\s*=", text, re.MULTILINE):
        return ""
    letters = re.search(rb"^\s*AnatomicalOrientation\s*=\s*([A-Za-z]{3})", text, re.MULTILINE)
    if letters:
        return (
            f"its header has no TransformMatrix, and its AnatomicalOrientation ({letters[1].decode()}) is written in "
            "two opposite ways"
        )
    return "its header has no TransformMatrix"


def _nrrd_fields(head: bytes) -> dict[str, str]:
    """Return the fields of a NRRD header by their names in lower case."""
    text = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0].decode("latin-1")
    lines = [line for line in text.splitlines() if ": " in line and not line.startswith("#")]
    return {key.strip().lower(): value.strip() for key, _, value in (line.partition(": ") for line in lines)}


def _numbers(text: str) -> list[float]:
    """Return the finite numbers of a vector; none where one of them is no number."""
    try:
        numbers = [float(part) for part in text.split(",")] if text else []
    except ValueError:
        return []
    return numbers if np.isfinite(numbers).all() else []
