"""Find and read the channels of a study: by names of files, and by headers and names of DICOM series."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from RadioGenomicsLib.errors import ChannelError
from RadioGenomicsLib.imaging.dicom import Series
from RadioGenomicsLib.imaging.dicom import find_series
from RadioGenomicsLib.imaging.dicom import read_series
from RadioGenomicsLib.imaging.dicom import series_at
from RadioGenomicsLib.imaging.dicom_role import OTHER
from RadioGenomicsLib.imaging.dicom_role import HeaderRole
from RadioGenomicsLib.imaging.dicom_role import contradiction
from RadioGenomicsLib.imaging.dicom_role import role_in_file
from RadioGenomicsLib.imaging.reading import read_volume
from RadioGenomicsLib.imaging.reading import volume_name
from RadioGenomicsLib.imaging.roles import guess_role
from RadioGenomicsLib.imaging.roles import says_other
from RadioGenomicsLib.imaging.roles import says_without
from RadioGenomicsLib.imaging.volume import Volume

log = logging.getLogger(__name__)

_IMAGES = (".nii", ".nii.gz", ".nrrd", ".nhdr", ".mha", ".mhd", ".hdr", ".mgh", ".mgz")


@dataclass(frozen=True)
class _Candidate:
    """A scan that may be a channel: its name, where it is, its role, and whether its name tells that role."""

    name: str
    path: Path
    role: str
    by_name: bool


def find_channels(folder: Path | str) -> dict[str, Path]:
    """Return the channels of the study in a folder by the names of its image files, or by its DICOM series.

    Of a DICOM series, the header decides and its name where the header is silent; of several that one header rule
    fits, the one whose name says so, too, goes first. The log says what is left out.

    Args:
        folder: with one image file per channel, or, where there is none, DICOM series (also in folders below).

    Returns:
        Role to what :func:`~RadioGenomicsLib.imaging.dicom.read_image` takes; empty where nothing tells a role.

    Raises:
        ChannelError: two scans tell the same role.
        InputError: there is no such folder.
    """
    folder = Path(folder)
    files = sorted(file for file in folder.iterdir() if _is_image(file)) if folder.is_dir() else []
    found: dict[str, list[_Candidate]] = {}
    for one in _of_files(files) if files else _of_series(folder):
        found.setdefault(one.role, []).append(one)
    return {role: _only(role, candidates).path for role, candidates in found.items()}


def read_channel(role: str, path: Path | str, orientation: str = "") -> Volume:
    """Read the scan of a channel as :func:`~RadioGenomicsLib.imaging.dicom.read_image` does.

    Its notes say where the header of a DICOM series contradicts the role, or its name.

    Raises:
        InputError: as of :func:`~RadioGenomicsLib.imaging.dicom.read_image`.
        GeometryError: as of :func:`~RadioGenomicsLib.imaging.dicom.read_image`.
    """
    series = series_at(path)
    if series is None:
        return read_volume(path, orientation=orientation)
    volume, told, named = read_series(series), _told(series), guess_role(series.description)
    doubt = contradiction(role, told)
    if not doubt and named and named != role:
        doubt = contradiction(named, told) and (
            f"its DICOM header says that it is {told.role} ({told.reason}), its description {named}: "
            f"it is used as {role}"
        )
    return volume.noting(doubt) if doubt else volume


def series_role(description: str, told: HeaderRole) -> str | None:
    """Return the role of a DICOM series by its description and its header, None where neither tells one.

    The header decides the weighting. Of the contrast agent it is often silent or filled in for a whole study, so a
    description that speaks of it ("T1 +C", "T1 pre") decides that.
    """
    if told.role == OTHER or says_other(description):
        return None
    named = guess_role(description)
    if told.role not in ("T1", "T1c"):
        return told.role or named
    if named == "T1c":
        return "T1c"
    return "T1" if says_without(description) else told.role


def _of_files(files: list[Path]) -> list[_Candidate]:
    roles = [guess_role(volume_name(file)) for file in files]
    return [_Candidate(volume_name(f), f, role, True) for f, role in zip(files, roles, strict=True) if role]


def _of_series(folder: Path) -> list[_Candidate]:
    candidates = []
    for series in find_series(folder):
        told, named = _told(series), guess_role(series.description)
        role = series_role(series.description, told)
        if series.flaw:
            log.log(logging.WARNING if role else logging.INFO, "%s is left out: %s", series.description, series.flaw)
        elif role:
            path = Path(f"{folder}#{series.uid}")
            candidates.append(_Candidate(series.description, path, role, named == role))
        elif named:
            log.warning(
                "%s is left out: its DICOM header says that it is not %s (%s)", series.description, named, told.reason
            )
    return candidates


def _told(series: Series) -> HeaderRole:
    return role_in_file(series.slices[0].file) if series.slices else HeaderRole()


def _only(role: str, candidates: list[_Candidate]) -> _Candidate:
    """Return the one scan of a role: the one whose name says so where others are told by their headers alone."""
    named = [one for one in candidates if one.by_name] or candidates
    if len(named) > 1:
        raise ChannelError(
            role,
            f"both {named[0].name!r} and {named[1].name!r} look like it",
            f"Say which one, as --volume {role}=PATH.",
        )
    for one in candidates:
        if one is not named[0]:
            log.warning("%s is left out: its DICOM header says %s, as does that of %s", one.name, role, named[0].name)
    return named[0]


def _is_image(file: Path) -> bool:
    """Tell a scan; hidden files are none, such as those that macOS writes beside each file ("._flair.nii.gz")."""
    return file.name.lower().endswith(_IMAGES) and not file.name.startswith(".") and file.is_file()
