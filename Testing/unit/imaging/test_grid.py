from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment
from scipy.spatial.transform import Rotation

from RadioGenomicsLib.imaging.grid import _pairing
from RadioGenomicsLib.imaging.grid import canonical
from RadioGenomicsLib.imaging.grid import grid_of
from RadioGenomicsLib.imaging.grid import resample
from RadioGenomicsLib.imaging.volume import Volume


def center_of_mass(volume: Volume) -> np.ndarray:
    k, j, i = np.nonzero(volume.array > volume.array.max() / 20)
    weights = volume.array[k, j, i]
    return np.average(volume.ras(np.stack([i, j, k], axis=-1)), axis=0, weights=weights)


def test_a_point_in_ras_stays_where_it_was_in_canonical_axes(blob):
    volume, middle = blob
    upright = canonical(volume)
    assert np.allclose(center_of_mass(upright), middle, atol=0.1)
    assert np.array_equal(np.sort(upright.array.ravel()), np.sort(volume.array.ravel()))
    assert (np.diag(upright.affine[:3, :3] @ np.diag([-1, -1, 1])) > 0.8 * np.array(upright.spacing)).all()


def test_every_voxel_keeps_its_value_and_place_in_canonical_axes(blob):
    volume, _ = blob
    upright = canonical(volume)
    for ijk in ([3, 5, 7], [20, 11, 2]):
        there = np.rint(upright.ijk(volume.ras(ijk))).astype(int)
        assert np.allclose(upright.ras(there), volume.ras(ijk), atol=1e-6)
        assert upright.array[tuple(there[::-1])] == volume.array[tuple(ijk[::-1])]


def test_a_point_in_ras_stays_where_it_was_through_the_models_grid_and_back(blob):
    volume, middle = blob
    there = resample(volume, grid_of(volume, (2.0, 2.0, None)))
    assert np.allclose(center_of_mass(there), middle, atol=0.15)
    back = resample(there, volume)
    assert back.same_grid(volume)
    assert np.allclose(center_of_mass(back), middle, atol=0.15)
    assert np.abs(back.array - volume.array).max() < 60


def test_a_mask_keeps_place_and_size_through_a_finer_grid_and_back(blob):
    volume, middle = blob
    mask = volume.with_array((volume.array > 500).astype(np.uint8))
    there = resample(mask, grid_of(volume, (0.5, 0.5, 1.0)), nearest=True)
    assert there.array.dtype == np.uint8
    assert np.allclose(center_of_mass(there), middle, atol=0.6)
    assert there.array.sum() * there.voxel_ml == pytest.approx(mask.array.sum() * mask.voxel_ml, rel=0.03)
    back = resample(there, volume, nearest=True)
    assert 2 * (back.array & mask.array).sum() / (back.array.sum() + mask.array.sum()) > 0.99


def test_a_grid_covers_the_whole_volume(blob):
    volume, _ = blob
    grid = grid_of(volume, (2.0, 2.5, 3.0))
    assert np.allclose(grid.spacing, (2.0, 2.5, 3.0))
    corners = np.array(np.meshgrid(*((-0.5, n - 0.5) for n in volume.size))).reshape(3, -1).T
    inside = grid.ijk(volume.ras(corners))
    assert (inside > -0.51).all()
    assert (inside < np.array(grid.size) - 0.49).all()
    assert np.allclose(grid.ras((np.array(grid.size) - 1) / 2), volume.ras((np.array(volume.size) - 1) / 2))


def test_a_kept_spacing_keeps_the_slices(blob):
    upright = canonical(blob[0])
    assert grid_of(blob[0], (None, None, None)).same_grid(upright)


def test_resampling_to_its_own_grid_changes_nothing(blob):
    volume, _ = blob
    assert np.array_equal(resample(volume, volume).array, volume.array)


def test_stripes_finer_than_the_new_voxel_do_not_alias():
    stripes = np.zeros((4, 64, 64), np.float32)
    stripes[:, :, ::2] = 100.0
    volume = Volume(stripes, np.diag([1.0, 1.0, 5.0, 1.0]), "stripes")
    coarse = resample(volume, grid_of(volume, (4.0, 4.0, None)))
    assert np.abs(coarse.array[:, :, 2:-2] - 50.0).max() < 5.0


def test_outside_the_volume_lies_the_fill():
    volume = Volume(np.ones((4, 4, 4), np.float32), np.eye(4))
    moved = np.eye(4)
    moved[0, 3] = 2.0
    result = resample(volume, Volume(volume.array, moved), fill=-7.0)
    assert set(np.unique(result.array)) == {-7.0, 1.0}


def test_axes_are_paired_as_scipy_pairs_them():
    for cosines in Rotation.random(200, rng=0).as_matrix():
        assert np.array_equal(_pairing(cosines), linear_sum_assignment(-np.abs(cosines))[1])
