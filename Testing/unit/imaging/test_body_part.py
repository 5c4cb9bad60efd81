from __future__ import annotations

import numpy as np
import pytest

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.imaging.body_part import is_ct
from RadioGenomicsLib.imaging.body_part import looks_like_head_mr
from RadioGenomicsLib.imaging.body_part import require_head_mr
from RadioGenomicsLib.imaging.reading import read_volume
from RadioGenomicsLib.imaging.volume import Volume


def test_real_scans_are_told_apart(data_root):
    volumes = data_root / "volumes"
    assert looks_like_head_mr(read_volume(volumes / "TCGA-FG-6692" / "flair.nii.gz"))
    assert looks_like_head_mr(read_volume(volumes / "TCGA-DU-7294" / "hdbet_native_t1.nii.gz"))
    chest = read_volume(volumes / "pyradiomics" / "lung1_image.nrrd")
    assert is_ct(chest)
    with pytest.raises(InputError, match="it is a CT; this model needs MRI of the head"):
        require_head_mr(chest)
    with pytest.raises(InputError, match="not a head"):
        require_head_mr(read_volume(volumes / "pyradiomics" / "breast1_image.nrrd"))


def test_a_normalized_mr_with_negative_values_is_no_ct():
    noise = np.random.default_rng(0).normal(size=(32, 64, 64)).astype(np.float32)
    assert not is_ct(Volume(noise, np.diag([3.0, 3.0, 5.0, 1.0])))
