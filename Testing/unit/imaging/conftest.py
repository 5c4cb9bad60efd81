"""Volumes with awkward grids, for the geometry tests."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from RadioGenomicsLib.imaging.volume import Volume

# Rotation in degrees, flipped axes, order of the axes.
GRIDS = {
    "upright": ((0, 0, 0), (1, 1, 1), (0, 1, 2)),
    "oblique": ((12, -7, 20), (1, 1, 1), (0, 1, 2)),
    "flipped": ((0, 0, 0), (-1, 1, -1), (0, 1, 2)),
    "sagittal": ((0, 0, 0), (1, -1, 1), (2, 0, 1)),
    "oblique, flipped, coronal": ((-9, 15, 5), (1, -1, -1), (1, 2, 0)),
}


@pytest.fixture(params=GRIDS.values(), ids=GRIDS.keys())
def blob(request: pytest.FixtureRequest) -> tuple[Volume, np.ndarray]:
    """A bright Gaussian spot on an anisotropic grid, and where its middle is (RAS mm)."""
    angles, flips, order = request.param
    matrix = Rotation.from_euler("xyz", angles, degrees=True).as_matrix() @ np.diag(flips)
    matrix = (matrix * [0.9, 1.1, 4.0])[:, order]
    return make_blob(matrix)


@pytest.fixture
def blob_on() -> Callable[[np.ndarray], tuple[Volume, np.ndarray]]:
    """Make such a spot on the grid with this 3 x 3 matrix."""
    return make_blob


def make_blob(matrix: np.ndarray) -> tuple[Volume, np.ndarray]:
    spacing = np.linalg.norm(matrix, axis=0)
    size = np.round(np.array([150.0, 150.0, 150.0]) / spacing).astype(int)
    affine = np.eye(4)
    affine[:3, :3] = matrix
    affine[:3, 3] = (31.0, -17.0, 53.0) - matrix @ ((size - 1) / 2)
    grid = Volume(np.zeros(size[::-1], np.float32), affine, "blob")
    middle = np.array([40.0, -8.0, 60.0])
    k, j, i = np.indices(grid.array.shape)
    distance = np.linalg.norm(grid.ras(np.stack([i, j, k], axis=-1)) - middle, axis=-1)
    return grid.with_array((1000.0 * np.exp(-0.5 * (distance / 9.0) ** 2)).astype(np.float32)), middle
