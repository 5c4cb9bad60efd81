"""From what is typed on the command line to channels by role."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from RadioGenomicsLib.errors import ChannelError
from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.headless import find_volumes
from RadioGenomicsLib.headless import read_channels
from RadioGenomicsLib.imaging.reading import write_volume
from RadioGenomicsLib.imaging.volume import Volume


def test_a_role_before_the_equals_sign_is_taken_whatever_the_name() -> None:
    assert find_volumes(["FLAIR=scan_t1.nii.gz"]) == {"FLAIR": Path("scan_t1.nii.gz")}


@pytest.mark.parametrize("typed", ["flair", "Flair", "FLAIR"])
def test_the_case_of_a_role_does_not_matter(typed: str) -> None:
    assert list(find_volumes([f"{typed}=a.nii"])) == ["FLAIR"]


def test_a_common_other_name_of_a_role_is_understood() -> None:
    assert list(find_volumes(["t1ce=a.nii"])) == ["T1c"]


def test_without_a_role_it_is_guessed_from_the_name() -> None:
    assert find_volumes(["patient_flair.nii.gz", "patient_t1ce.nii.gz"]) == {
        "FLAIR": Path("patient_flair.nii.gz"),
        "T1c": Path("patient_t1ce.nii.gz"),
    }


def test_an_equals_sign_inside_a_path_is_not_a_role() -> None:
    assert find_volumes(["/data/TE=90/flair.nii.gz"]) == {"FLAIR": Path("/data/TE=90/flair.nii.gz")}


def test_a_component_of_a_4d_file_keeps_its_number() -> None:
    assert find_volumes(["FLAIR=four.nii.gz#1"]) == {"FLAIR": Path("four.nii.gz#1")}


def test_an_unknown_role_is_refused() -> None:
    with pytest.raises(ChannelError):
        find_volumes(["DWI=a.nii"])


def test_a_name_that_tells_no_role_is_refused_with_the_mend(tmp_path: Path) -> None:
    (tmp_path / "patient.nii.gz").touch()
    with pytest.raises(ChannelError, match="FLAIR="):
        find_volumes([str(tmp_path / "patient.nii.gz")])


def test_a_path_that_is_not_there_is_called_so_whatever_its_name() -> None:
    with pytest.raises(InputError, match="there is no such file"):
        find_volumes(["patient.nii.gz"])


def test_a_folder_whose_scans_tell_no_role_is_called_so(tmp_path: Path) -> None:
    with pytest.raises(ChannelError, match="no scan in it tells its role"):
        find_volumes([str(tmp_path)])


def test_a_role_given_twice_is_refused_with_both_paths() -> None:
    with pytest.raises(ChannelError, match=r"a\.nii.*b\.nii"):
        find_volumes(["FLAIR=a.nii", "flair=b.nii"])


def test_a_folder_gives_all_its_channels_and_no_file_name_goes_on(tmp_path: Path) -> None:
    scan = Volume(np.arange(60, dtype=np.float32).reshape(3, 4, 5), np.diag([1.0, 1.0, 2.0, 1.0]))
    for name in ("SMITH_JOHN_flair.nii.gz", "SMITH_JOHN_t1.nii.gz"):
        write_volume(scan, tmp_path / name)
    channels = read_channels(find_volumes([str(tmp_path)]))
    assert {role: volume.name for role, volume in channels.items()} == {"FLAIR": "FLAIR", "T1": "T1"}
