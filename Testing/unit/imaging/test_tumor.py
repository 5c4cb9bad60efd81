from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.imaging.grid import canonical
from RadioGenomicsLib.imaging.mask_file import read_mask
from RadioGenomicsLib.imaging.phantom import head_phantom
from RadioGenomicsLib.imaging.reading import read_volume
from RadioGenomicsLib.imaging.region import lung_mask
from RadioGenomicsLib.imaging.tumor import tumor_from_box
from RadioGenomicsLib.imaging.tumor import tumor_from_mask
from RadioGenomicsLib.imaging.tumor import tumor_from_seed
from RadioGenomicsLib.imaging.volume import Volume

EDEMA_RAS = (-45.0, 18.0, 18.0)


def dice(one: Volume, other: Volume) -> float:
    a, b = one.array > 0, other.array > 0
    return 2 * (a & b).sum() / (a.sum() + b.sum())


@pytest.fixture(scope="module")
def phantom():
    return head_phantom()


def test_a_tumor_grows_from_a_seed_and_stays_in_the_brain(phantom):
    tumor = tumor_from_seed(phantom.channels["FLAIR"], EDEMA_RAS, phantom.brain)
    assert dice(tumor, phantom.tumor) > 0.85
    assert not (tumor.array & ~phantom.brain.array).any()


def test_the_seed_is_a_place_whatever_the_axes(phantom):
    flair = phantom.channels["FLAIR"]
    flipped = Volume(flair.array[::-1, :, ::-1], flair.affine @ _flip(flair), "flipped")
    tumor = tumor_from_seed(flipped, EDEMA_RAS, phantom.brain)
    straight = tumor_from_seed(flair, EDEMA_RAS, phantom.brain)
    assert dice(canonical(tumor), canonical(straight)) > 0.98


def _flip(volume: Volume) -> np.ndarray:
    flip = np.diag([-1.0, 1.0, -1.0, 1.0])
    flip[0, 3], flip[2, 3] = volume.size[0] - 1, volume.size[2] - 1
    return flip


@pytest.mark.parametrize(
    ("seed", "reason"),
    [
        ((500.0, 0.0, 0.0), "outside the scan"),
        ((0.0, 95.0, -8.0), "outside synthetic brain"),
        ((35.0, -20.0, 20.0), "stand out|through most"),
    ],
)
def test_a_seed_that_cannot_grow_says_why(phantom, seed, reason):
    with pytest.raises(RegionError, match=reason):
        tumor_from_seed(phantom.channels["FLAIR"], seed, phantom.brain)


def test_a_turned_box_holds_what_lies_in_it(blob):
    volume, middle = blob
    axes = Rotation.from_euler("z", 30, degrees=True).as_matrix()
    size = np.array([30.0, 20.0, 24.0])
    box = tumor_from_box(volume, middle, size, axes=axes)
    assert box.array.sum() * box.voxel_ml == pytest.approx(30 * 20 * 24 / 1000, rel=0.12)
    k, j, i = np.nonzero(box.array)
    own = (volume.ras(np.stack([i, j, k], axis=-1)) - middle) @ axes
    assert (np.abs(own) <= size / 2 + 1e-6).all()


def test_a_box_outside_of_the_brain_is_refused(phantom):
    with pytest.raises(RegionError, match="synthetic brain"):
        tumor_from_box(phantom.channels["T1"], (0, 300, 0), (20, 20, 20), within=phantom.brain)


def test_a_mask_goes_to_another_grid(blob, blob_on):
    volume, _ = blob
    mask = volume.with_array((volume.array > 500).astype(np.uint8))
    like, _ = blob_on(np.diag([2.0, 2.0, 3.0]))
    moved = tumor_from_mask(mask, like)
    assert moved.same_grid(like)
    assert moved.array.sum() * moved.voxel_ml == pytest.approx(mask.array.sum() * mask.voxel_ml, rel=0.1)
    with pytest.raises(RegionError, match="nothing of it"):
        tumor_from_mask(mask, Volume(np.zeros((4, 4, 4), np.uint8), np.eye(4)))


def test_a_seed_in_a_real_lung_tumor_finds_it(data_root):
    ct = read_volume(data_root / "volumes" / "pyradiomics" / "lung1_image.nrrd")
    label = read_mask(data_root / "volumes" / "pyradiomics" / "lung1_label.nrrd")
    seed = ct.ras(np.argwhere(label.array).mean(axis=0)[::-1])
    lungs = lung_mask(ct)
    assert lungs.array[label.array > 0].all()
    assert 2000 < lungs.array.sum() * lungs.voxel_ml < 5000
    assert dice(tumor_from_seed(ct, seed, lungs), label) > 0.8


def test_a_seed_in_a_real_glioma_finds_it(data_root):
    folder = data_root / "volumes" / "TCGA-FG-6692"
    brain = read_mask(folder / "hdbet_native" / "hdbet_mask_native_fla.nii.gz")
    tumor = tumor_from_seed(read_volume(folder / "flair.nii.gz"), (56.9, 39.6, 23.0), brain)
    assert 15 < tumor.array.sum() * tumor.voxel_ml < 35
    assert not (tumor.array & ~brain.array).any()
