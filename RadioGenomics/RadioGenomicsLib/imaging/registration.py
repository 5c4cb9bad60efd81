"""Undo the patient's movement between the channels of one study, rigidly."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk
from scipy import ndimage

from RadioGenomicsLib.imaging.grid import canonical
from RadioGenomicsLib.imaging.grid import grid_of
from RadioGenomicsLib.imaging.grid import resample
from RadioGenomicsLib.imaging.itk import to_image
from RadioGenomicsLib.imaging.volume import Volume

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Stage:
    """A search at one voxel size; ``first_step`` and ``least_step`` are how far the brain moves. All in millimeters."""

    voxel_mm: float
    sampled_share: float
    first_step: float
    least_step: float


_STAGES = (_Stage(4.0, 0.12, 2.0, 0.1), _Stage(2.0, 0.15, 0.5, 0.05))
_MOST_STEPS, _RELAXATION = 200, 0.6

_LPS_FROM_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
_BINS = 24
# Half of the voxels of the first stage tell which of two places is the better one.
_COMPARED_SHARE = 0.5
# In nats of mutual information: a smaller gain is within what sampling gives by chance.
_LEAST_GAIN = 0.01
# Skull and scalp around the brain hold much of what tells the rotation.
_MARGIN_MM = 20.0
# Fat and vessels are brighter than tissue by so much that few bins would be left for the rest.
_DARKEST, _BRIGHTEST = 1.0, 98.5
_SEED = 1


def register(moving: Volume, fixed: Volume, brain: Volume) -> Volume:
    """Return the moving scan at the place where it fits the fixed one; see :func:`register_all`."""
    return register_all({"moving": moving}, fixed, brain)["moving"]


def register_all(channels: Mapping[str, Volume], fixed: Volume, brain: Volume) -> dict[str, Volume]:
    """Return every scan at the place where it fits the fixed one; its voxels are not interpolated.

    Rigid, by Mattes mutual information inside the brain (Mattes et al. 2003, doi:10.1109/TMI.2003.809072). A scan on
    the fixed scan's own grid is taken to be aligned, and one that fits no better afterwards stays where it was.
    Several scans are registered at a time, each on one thread: ITK's threads add up in any order, and only one always
    ends at the same place, to the last bit.

    Args:
        channels: the study's scans by role; the fixed one may be among them.
        fixed: the reference channel.
        brain: mask on any grid, nonzero inside.
    """
    placed = dict(channels)
    apart = {role: channel for role, channel in channels.items() if not channel.same_grid(fixed)}
    inside = resample(brain, fixed, nearest=True)
    if not apart or not inside.array.any():
        return placed
    mask = _around(inside)
    given = _levels(fixed), to_image(mask), *_start(mask)
    with _one_thread() as processors, ThreadPoolExecutor(processors) as pool:
        for role, found in zip(apart, pool.map(lambda one: _place(one, *given), apart.values()), strict=True):
            placed[role] = found
    return placed


def displacement_mm(before: Volume, after: Volume) -> float:
    """Return how far the middle half of a scan was moved, in millimeters on average."""
    quarters = [(n / 4, 3 * n / 4) for n in before.size]
    corners = np.stack(np.meshgrid(*quarters), axis=-1).reshape(-1, 3)
    return float(np.linalg.norm(after.ras(corners) - before.ras(corners), axis=1).mean())


def _place(
    moving: Volume, fixed: list[sitk.Image], mask: sitk.Image, start: sitk.Euler3DTransform, scales: list[float]
) -> Volume:
    """Return a scan at the place that a search from ``start`` finds."""
    images = _levels(moving)
    found = sitk.Euler3DTransform(start)
    try:
        before = _fit(found, fixed[0], images[0], mask)
        for stage, fixed_image, image in zip(_STAGES, fixed, images, strict=True):
            method = _method(mask, stage.sampled_share)
            method.SetOptimizerAsRegularStepGradientDescent(
                stage.first_step, stage.least_step, _MOST_STEPS, relaxationFactor=_RELAXATION
            )
            method.SetOptimizerScales(scales)
            method.SetInitialTransform(found, inPlace=True)
            method.Execute(fixed_image, image)
        gain = _fit(found, fixed[0], images[0], mask) - before
    except RuntimeError as error:
        # ITK gives up where the scans hardly overlap; the check of the overlap names that to the user.
        log.debug("%s could not be registered: %s", moving.name, error)
        return moving
    if gain < _LEAST_GAIN:
        return moving
    # The transform maps fixed to moving points in LPS, so its inverse moves the scan.
    placed = _LPS_FROM_RAS @ np.linalg.inv(_matrix(found)) @ _LPS_FROM_RAS @ moving.affine
    return Volume(moving.array, placed, moving.name)


@contextmanager
def _one_thread() -> Iterator[int]:
    """Let ITK work on one thread, and give the number of threads that it would take."""
    before = sitk.ProcessObject.GetGlobalDefaultNumberOfThreads()
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    try:
        yield before
    finally:
        sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(before)


def _levels(scan: Volume) -> list[sitk.Image]:
    """Return a scan at the voxel size of every stage, smoothed to it; an axis of larger voxels keeps its own."""
    low, high = np.percentile(scan.array, (_DARKEST, _BRIGHTEST))
    clipped = canonical(scan.with_array(np.clip(scan.array, low, high)))
    i, j, k = clipped.spacing
    sizes = [(max(i, stage.voxel_mm), max(j, stage.voxel_mm), max(k, stage.voxel_mm)) for stage in _STAGES]
    return [to_image(resample(clipped, grid_of(clipped, size))) for size in sizes]


def _around(mask: Volume) -> Volume:
    """Return the mask with a margin along every axis."""
    reach = np.ceil(_MARGIN_MM / np.array(mask.spacing[::-1])).astype(int)
    return mask.with_array(ndimage.maximum_filter((mask.array != 0).astype(np.uint8), tuple(2 * reach + 1)))


def _start(grid: Volume) -> tuple[sitk.Euler3DTransform, list[float]]:
    """Return no movement, turning about the middle of the mask, and what makes steps of its parameters alike.

    A radian about an axis moves the mask's voxels by their distance from it, and a millimeter by one: with the mean
    squares of these as scales, the optimizer takes turns as large as shifts.
    """
    # Some sixty places along an axis are enough.
    step = np.maximum(np.array(grid.array.shape) // 64, 1)
    points = grid.ras((np.argwhere(grid.array[tuple(slice(None, None, n) for n in step)]) * step)[:, ::-1])
    middle = points.mean(axis=0)
    spread = points.var(axis=0)
    start = sitk.Euler3DTransform()
    start.SetCenter((_LPS_FROM_RAS[:3, :3] @ middle).tolist())
    return start, [*(spread.sum() - spread).tolist(), 1.0, 1.0, 1.0]


def _method(mask: sitk.Image, sampled_share: float) -> sitk.ImageRegistrationMethod:
    method = sitk.ImageRegistrationMethod()
    method.SetMetricAsMattesMutualInformation(_BINS)
    method.SetMetricFixedMask(mask)
    method.SetMetricSamplingStrategy(method.REGULAR)
    method.SetMetricSamplingPercentage(sampled_share, _SEED)
    # ITK's filter smooths the moving scan's gradient, and so leads farther from the place than the plain gradient.
    method.MetricUseMovingImageGradientFilterOff()
    method.SetInterpolator(sitk.sitkLinear)
    return method


def _fit(transform: sitk.Euler3DTransform, fixed: sitk.Image, moving: sitk.Image, mask: sitk.Image) -> float:
    """Return the mutual information, higher for a better fit."""
    method = _method(mask, _COMPARED_SHARE)
    method.SetInitialTransform(sitk.Euler3DTransform(transform), inPlace=False)
    return -method.MetricEvaluate(fixed, moving)


def _matrix(transform: sitk.Euler3DTransform) -> np.ndarray:
    matrix = np.eye(4)
    rotation = np.array(transform.GetMatrix()).reshape(3, 3)
    center = np.array(transform.GetCenter())
    matrix[:3, :3] = rotation
    matrix[:3, 3] = np.array(transform.GetTranslation()) + center - rotation @ center
    return matrix
