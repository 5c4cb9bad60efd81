from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest
import SimpleITK as sitk
from scipy import ndimage

from RadioGenomicsLib.imaging import separable
from RadioGenomicsLib.imaging.grid import grid_of
from RadioGenomicsLib.imaging.grid import resample
from RadioGenomicsLib.imaging.itk import to_image
from RadioGenomicsLib.imaging.volume import Volume

# Of the range of the values: what float32 rounds.
_ROUNDING = 1e-6


def noise(size: tuple[int, int, int] = (13, 40, 27)) -> Volume:
    array = np.random.default_rng(4).normal(100.0, 50.0, size).astype(np.float32)
    affine = np.array([[0, -0.8, 0, 11.0], [0, 0, 1.1, -7.0], [-2.5, 0, 0, 3.0], [0, 0, 0, 1]])
    return Volume(array, affine, "noise")


def by_itk(volume: Volume, like: Volume, sigma_kji: tuple[float, ...] = (), fill: float = 0.0) -> np.ndarray:
    """What a Gaussian of SciPy and the linear interpolation of ITK give."""
    if sigma_kji:
        smooth = ndimage.gaussian_filter(volume.array, sigma_kji, mode="nearest", truncate=3.0)
        volume = volume.with_array(smooth)
    resampled = sitk.Resample(
        to_image(volume), to_image(like), sitk.Transform(), sitk.sitkLinear, fill, sitk.sitkFloat32
    )
    return sitk.GetArrayFromImage(resampled)


def shifted(grid: Volume, millimeters: float) -> Volume:
    affine = grid.affine.copy()
    affine[:3, 3] += millimeters
    return Volume(grid.array, affine)


@pytest.mark.parametrize("spacing", [(0.5, 0.9, 1.0), (0.9, 0.8, 2.5), (0.7, None, None)])
@pytest.mark.parametrize("millimeters", [0.0, 3.3, -40.0, 500.0])
def test_on_a_finer_grid_the_values_are_itks(spacing, millimeters):
    volume = noise()
    grid = shifted(grid_of(volume, spacing), millimeters)
    found, wanted = resample(volume, grid, fill=-5.0).array, by_itk(volume, grid, fill=-5.0)
    assert np.array_equal(found == -5.0, wanted == -5.0)
    assert np.abs(found - wanted).max() <= _ROUNDING * np.ptp(volume.array)


def test_on_a_coarser_grid_they_are_those_of_a_gaussian_before_it():
    volume = noise()
    # Along x, y and z the voxels become 2.5, 1.0 and 1.16 times as large: only x is smoothed, which is the axis j.
    grid = shifted(grid_of(volume, (2.0, 1.1, 2.9)), 0.2)
    sigma = np.sqrt(2.5**2 - 1) / (2 * np.sqrt(2 * np.log(2)))
    wanted = by_itk(volume, grid, (0.0, sigma, 0.0))
    assert np.abs(resample(volume, grid).array - wanted).max() <= _ROUNDING * np.ptp(volume.array)


def test_axes_that_are_parallel_but_for_float32_take_the_fast_way_and_oblique_ones_the_other(monkeypatch):
    used = []
    original = separable.linear_matrix
    monkeypatch.setattr(separable, "linear_matrix", lambda *given: used.append(1) or original(*given))
    volume, turn = noise(), np.eye(4)
    grid = shifted(volume, 0.3)
    for angle, axes in ((1e-7, 3), (1e-3, 0)):
        used.clear()
        turn[:2, :2] = [[1.0, -angle], [angle, 1.0]]
        turned = Volume(grid.array, turn @ grid.affine)
        assert np.abs(resample(volume, turned).array - by_itk(volume, turned)).max() < 0.01
        assert len(used) == axes


@pytest.mark.parametrize("spacing", [(0.3, 0.37, 0.9), (2.0, 3.1, 4.7)])
def test_a_constant_and_the_middle_of_an_edge_keep_their_values_to_the_last_bit(spacing):
    step = np.zeros((30, 30, 30), np.float32)
    step[:, :, 15:] = 1.0
    volume = Volume(step, np.diag([-1.0, -1.0, 1.0, 1.0]))
    grid = grid_of(volume, spacing)
    # One column of voxels in the middle of the edge, between two voxels.
    edge = grid.affine.copy()
    edge[0, 3] = volume.ras([14.5, 0, 0])[0]
    assert (resample(volume, Volume(grid.array[:, :, :1], edge)).array == 0.5).all()
    flat = volume.with_array(np.ones_like(step))
    inner = Volume(grid.array[1:-1, 1:-1, 1:-1], np.block([[grid.affine[:, :3], grid.affine @ np.ones((4, 1))]]))
    assert (resample(flat, inner).array == 1.0).all()


def test_voxels_of_any_type_and_layout_are_taken():
    volume = noise()
    grid = grid_of(volume, (1.0, 1.0, 1.0))
    whole = volume.with_array(np.rint(volume.array))
    integers = volume.with_array(np.asfortranarray(whole.array.astype(np.int16)))
    assert np.array_equal(resample(integers, grid).array, resample(whole, grid).array)


@pytest.mark.parametrize("grid_spacing", ["(1.0, 1.0, 1.0)", "(3.0, 3.0, 6.0)"])
def test_one_thread_and_two_give_the_same_bytes(grid_spacing):
    code = (
        "import hashlib, numpy as np\n"
        "from RadioGenomicsLib.imaging.grid import grid_of, resample\n"
        "from RadioGenomicsLib.imaging.volume import Volume\n"
        "array = np.random.default_rng(0).normal(size=(60, 150, 170)).astype(np.float32)\n"
        "volume = Volume(array, np.diag([-0.7, -0.7, 1.25, 1.0]))\n"
        f"print(hashlib.sha256(resample(volume, grid_of(volume, {grid_spacing})).array.tobytes()).hexdigest())\n"
    )
    digests = set()
    for threads in ("1", "2"):
        environment = os.environ | {f"{name}_NUM_THREADS": threads for name in ("OPENBLAS", "OMP", "MKL")}
        environment["PYTHONPATH"] = os.pathsep.join(sys.path)
        done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
        digests.add(done.stdout.strip())
    assert len(digests) == 1
    assert len(digests.pop()) == hashlib.sha256().digest_size * 2
