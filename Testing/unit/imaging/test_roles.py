from __future__ import annotations

import pytest

from RadioGenomicsLib.errors import ChannelError
from RadioGenomicsLib.imaging.roles import find_channels
from RadioGenomicsLib.imaging.roles import guess_role

NAMES = {
    "T1": "t1.nii.gz|BraTS-GLI-00000-000-t1n|AX T1 WITHOUT CONTRAST|AX T1 W/O|T1 pre-gad|T1 -C|Ax T1 FLAIR|SAG MPRAGE|"
    "sub-01_T1w|eT1W_SE_TRA|t1_brain|T1 nativ|T1 W SE",
    "T1c": "t1ce|T1Gd|t1_post|T1-MPRAGE+C|BraTS-GLI-00000-000-t1c|AXIAL T1 POST GD|T1wCE|sub-01_ce-gadolinium_T1w|"
    "3D T1 with contrast|T1 C+|t1km|MPRAGE GAD",
    "T2": "t2w|T2 FSE|AX T2 TSE",
    "FLAIR": "flair|t2_tirm_tra_dark-fluid|T2_FLAIR|BraTS-GLI-00000-000-t2f|Ax FLAIR post|Flair_AX|hdbet_native_fla",
    "CT": "head ct|CT_chest",
    None: "ADC|T2*|T2star GRE|SWI|brain1_image|t1_mask|flair-seg|T1 map|DSC perfusion|T2 spine|direct",
}


@pytest.mark.parametrize(("role", "name"), [(role, name) for role, names in NAMES.items() for name in names.split("|")])
def test_a_name_tells_the_role(role, name):
    assert guess_role(name) == role


def test_two_files_of_one_role_are_refused_by_name(tmp_path):
    for name in ("t1.nii.gz", "t1_again.nii.gz", "flair.nii.gz", "notes.txt"):
        (tmp_path / name).touch()
    with pytest.raises(ChannelError, match="'t1' and 't1_again'"):
        find_channels(tmp_path)


def test_the_channels_of_a_real_study_are_found(data_root):
    for study in ("TCGA-FG-6692", "TCGA-02-0054"):
        assert set(find_channels(data_root / "volumes" / study)) == {"T1", "T1c", "T2", "FLAIR"}
