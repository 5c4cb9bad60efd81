"""The network's grid around any brain."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.model.preprocessing import Preprocessing
from RadioGenomicsLib.model.preprocessing import brain_grid

SETTINGS = Preprocessing()
# Voxel size, rotation in degrees, brain's box in voxels (first and last of i, j, k).
BRAINS = {
    "usual": ((0.9, 0.9, 5.0), (0, 0, 0), ((40, 30, 2), (190, 220, 27))),
    "thin slices": ((1.0, 1.0, 1.0), (0, 0, 0), ((20, 10, 5), (160, 180, 140))),
    "oblique": ((0.7, 1.1, 4.0), (14, -9, 6), ((30, 20, 3), (220, 170, 30))),
    "wider than long": ((1.0, 1.0, 6.0), (0, 0, 0), ((0, 60, 0), (199, 120, 9))),
    "one slice": ((1.0, 1.0, 5.0), (3, 0, 0), ((50, 50, 7), (180, 200, 7))),
}


@pytest.fixture(params=BRAINS.values(), ids=BRAINS.keys())
def brain(request: pytest.FixtureRequest) -> tuple[Volume, np.ndarray, np.ndarray]:
    spacing, angles, (first, last) = request.param
    first, last = np.array(first), np.array(last)
    array = np.zeros((last + 5)[::-1], np.uint8)
    array[tuple(slice(a, b + 1) for a, b in zip(first[::-1], last[::-1], strict=True))] = 1
    affine = np.eye(4)
    turned = Rotation.from_euler("xyz", angles, degrees=True).as_matrix()
    affine[:3, :3] = turned @ np.diag([-spacing[0], -spacing[1], spacing[2]])
    affine[:3, 3] = (91.0, 130.0, -60.0)
    return Volume(array, affine, "brain"), first, last


def test_every_brain_fits_with_its_margin_and_fills_one_side(brain: tuple[Volume, np.ndarray, np.ndarray]) -> None:
    mask, first, last = brain
    grid = brain_grid(mask, SETTINGS)
    assert grid.size[:2] == (96, 112)
    low, high = grid.ijk(mask.ras(first - 0.5)), grid.ijk(mask.ras(last + 0.5))
    room = np.stack([low + 0.5, np.array(grid.size) - 0.5 - high])
    assert room[:, :2].min() == pytest.approx(SETTINGS.margin)
    assert room[:, 2].min() > -1e-6


def test_the_middle_of_the_brain_is_the_middle_of_the_grid(brain: tuple[Volume, np.ndarray, np.ndarray]) -> None:
    mask, first, last = brain
    grid = brain_grid(mask, SETTINGS)
    np.testing.assert_allclose(grid.ras((np.array(grid.size) - 1) / 2), mask.ras((first + last) / 2), atol=1e-9)


def test_the_grid_keeps_the_directions_and_has_square_pixels(brain: tuple[Volume, np.ndarray, np.ndarray]) -> None:
    mask, _, _ = brain
    grid = brain_grid(mask, SETTINGS)
    own, kept = (v.affine[:3, :3] / np.array(v.spacing) for v in (mask, grid))
    np.testing.assert_allclose(kept, own, atol=1e-12)
    assert grid.spacing[0] == pytest.approx(grid.spacing[1])


def test_thin_slices_are_merged_to_3_mm_and_thick_ones_are_kept(brain: tuple[Volume, np.ndarray, np.ndarray]) -> None:
    mask, first, last = brain
    grid = brain_grid(mask, SETTINGS)
    assert grid.spacing[2] == pytest.approx(max(3.0, mask.spacing[2]))
    if mask.spacing[2] >= 3:
        assert grid.size[2] == last[2] - first[2] + 1


def test_an_empty_brain_is_refused_by_name() -> None:
    with pytest.raises(RegionError, match="my brain: the mask is empty"):
        brain_grid(Volume(np.zeros((3, 4, 5), np.uint8), np.eye(4), "my brain"), SETTINGS)


def test_settings_survive_json() -> None:
    settings = Preprocessing(channels=("FLAIR", "T2"), clip=(-3.0, 5.0))
    assert Preprocessing.from_json(json.loads(json.dumps(settings.to_json()))) == settings
