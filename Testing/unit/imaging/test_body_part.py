from __future__ import annotations

import numpy as np
import pytest

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.imaging.body_part import is_ct
from RadioGenomicsLib.imaging.body_part import is_shifted_ct
from RadioGenomicsLib.imaging.body_part import is_windowed_ct
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


@pytest.fixture
def head_ct() -> np.ndarray:
    """Hounsfield units: air, a shell of bone, brain of 20 to 45."""
    random, (k, j, i) = np.random.default_rng(0), np.indices((40, 80, 80))
    radius = np.sqrt(((k - 20) / 18) ** 2 + ((j - 40) / 34) ** 2 + ((i - 40) / 30) ** 2)
    values = np.full(radius.shape, -1000) + random.integers(0, 15, radius.shape)
    values[radius < 1] = random.integers(300, 1500, (radius < 1).sum())
    values[radius < 0.88] = random.integers(20, 45, (radius < 0.88).sum())
    return values


def volume(values: np.ndarray) -> Volume:
    return Volume(values.astype(np.float32), np.diag([3.0, 3.0, 4.0, 1.0]))


def test_a_ct_whose_values_were_shifted_is_told_and_refused(head_ct):
    assert is_ct(volume(head_ct))
    for stored in (head_ct + 1024, np.where(head_ct < -990, 65060, head_ct + 1024)):
        assert is_shifted_ct(volume(stored))
        with pytest.raises(InputError, match="1024 above Hounsfield units"):
            require_head_mr(volume(stored))


def test_a_ct_saved_through_a_brain_window_is_told(head_ct):
    assert is_windowed_ct(volume(np.clip((head_ct - 0) * 255 / 80, 0, 255).round()))


def test_an_mr_is_neither(head_ct):
    random = np.random.default_rng(3)
    for low, high in ((100, 300), (300, 3000), (20, 255)):
        mr = np.where(head_ct > -500, random.integers(low, high, head_ct.shape), random.integers(0, 10, head_ct.shape))
        assert not is_shifted_ct(volume(mr))
        assert not is_windowed_ct(volume(mr))


def test_a_mask_is_no_windowed_ct(head_ct):
    assert not is_windowed_ct(volume(np.where(head_ct > -500, 1, 0)))
