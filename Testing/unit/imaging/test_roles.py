from __future__ import annotations

import pytest

from RadioGenomicsLib.errors import ChannelError
from RadioGenomicsLib.imaging.channels import find_channels
from RadioGenomicsLib.imaging.roles import guess_role

NAMES = {
    "T1": "t1.nii.gz|BraTS-GLI-00000-000-t1n|AX T1 WITHOUT CONTRAST|AX T1 W/O|T1 pre-gad|T1 -C|Ax T1 FLAIR|SAG MPRAGE|"
    "sub-01_T1w|eT1W_SE_TRA|t1_brain|T1 nativ|T1 W SE|AX T1 C-|T1_postop|T1 post-op|T1 zonder contrast|"
    "T1 sin contraste|T1 sem contraste|T1 senza contrasto|T1 sans injection|T1 ohne KM|T1 vor KM|T1 avant gado|"
    "T1 s/c|t1 s/ contraste|T1 NON_ENH|T1 not enhanced|T1 before contrast|T1 before|T1 non contrast|T1 unenhanced|"
    "T1_PREGAD|T1 pre contrast|AX T1 NATIV|T1 post surgery|T1 post RT|T1 bez kontrastu|T1 uden kontrast|"
    "T1_to_FLAIR|t12flair|T1 prima del mdc|t1.NII.GZ|Ax T1 W/O IV CONTRAST|T1 C- SE",
    "T1c": "t1ce|T1Gd|t1_post|T1-MPRAGE+C|BraTS-GLI-00000-000-t1c|AXIAL T1 POST GD|T1wCE|sub-01_ce-gadolinium_T1w|"
    "3D T1 with contrast|T1 C+|t1km|MPRAGE GAD|T1 post-op post gad|T1 met contrast|T1 con contraste|T1 com contraste|"
    "T1 con mdc|T1 nach KM|T1 apres injection|T1 avec contraste|T1 mit Kontrastmittel|AX T1 NON FS POST GAD|"
    "T1c_to_FLAIR|T1_Gd_in_FLAIR_space|T1 POST|sub-01_ce-gad_space-T2w_T1w|T1 +GD|AX T1 FS C+",
    "T2": "t2w|T2 FSE|AX T2 TSE|sub-01_space-T1w_T2w|T2_to_T1|T2 in T1c space|t2_space_sag|T2 SPACE|T2_reg_T1|t22t1|"
    "T2 registered to FLAIR",
    "FLAIR": "flair|t2_tirm_tra_dark-fluid|T2_FLAIR|BraTS-GLI-00000-000-t2f|Ax FLAIR post|Flair_AX|hdbet_native_fla|"
    "FLAIR_postop|FLAIR_to_T1|FLAIR_in_T1c_space|sub-01_FLAIR|sub-01_space-MNI152_FLAIR|flair2t1|FLAIR_reg_T1|"
    "flair_space-T1w|FLAIR.Nii.gz",
    "CT": "head ct|CT_chest|sub-01_ct",
    None: "ADC|T2*|T2star GRE|SWI|brain1_image|t1_mask|flair-seg|T1 map|DSC perfusion|T2 spine|direct|"
    "T1 pre and post contrast|T1 PRE POST GAD|sub-01_T1map|sub-01_dwi",
}


@pytest.mark.parametrize(("role", "name"), [(role, name) for role, names in NAMES.items() for name in names.split("|")])
def test_a_name_tells_the_role(role, name):
    assert guess_role(name) == role


def test_two_files_of_one_role_are_refused_by_name(tmp_path):
    for name in ("t1.nii.gz", "t1_again.nii.gz", "flair.nii.gz", "notes.txt"):
        (tmp_path / name).touch()
    with pytest.raises(ChannelError, match="'t1' and 't1_again'"):
        find_channels(tmp_path)


def test_hidden_files_are_no_scans_and_endings_may_be_in_capitals(tmp_path):
    for name in ("FLAIR.NII.GZ", "._FLAIR.NII.GZ", "T1.Nrrd", ".t1.nii.gz"):
        (tmp_path / name).touch()
    assert {role: path.name for role, path in find_channels(tmp_path).items()} == {
        "FLAIR": "FLAIR.NII.GZ",
        "T1": "T1.Nrrd",
    }


def test_the_channels_of_a_real_study_are_found(data_root):
    for study in ("TCGA-FG-6692", "TCGA-02-0054"):
        assert set(find_channels(data_root / "volumes" / study)) == {"T1", "T1c", "T2", "FLAIR"}
