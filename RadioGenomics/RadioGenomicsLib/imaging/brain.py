"""Find the brain in a head MR scan."""

from __future__ import annotations

import logging
from types import ModuleType

import numpy as np
from scipy import ndimage

from RadioGenomicsLib.errors import DependencyError
from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.imaging.brain_methods import deepbet
from RadioGenomicsLib.imaging.brain_methods import hd_bet
from RadioGenomicsLib.imaging.brain_methods import synthstrip
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent

log = logging.getLogger(__name__)

# In the order of preference of "auto": the shipped models were trained on deepbet's masks.
_METHODS: dict[str, ModuleType] = {"deepbet": deepbet, "hd-bet": hd_bet, "synthstrip": synthstrip}

# What a brain with its tumor can measure, with room for wrongly stated voxel sizes; beyond is a failure.
_LEAST_ML, _MOST_ML = 300.0, 3500.0


def available_methods() -> list[str]:
    """Return the methods that can run here, the preferred one first."""
    return [name for name, method in _METHODS.items() if method.available()]


def method_for(volume: Volume, method: str = "auto") -> str:
    """Return what :func:`extract_brain` does with a scan: the method's name, or "already stripped".

    Raises:
        DependencyError: the method, or with "auto" any method, is not installed.
        InputError: there is no method of that name.
    """
    return "already stripped" if is_stripped(volume) else _choose(method)


def extract_brain(volume: Volume, *, method: str = "auto", device: str = "cpu", progress: Progress = silent) -> Volume:
    """Return the brain mask (uint8, 1 inside) on the scan's grid.

    A scan that is already stripped keeps its own outline, whatever the method.

    Args:
        volume: a head MR scan.
        method: "auto", or one of :func:`available_methods`.
        device: "auto", "cpu" or "cuda"; other devices leave it to the CPU. When the GPU runs out of memory the CPU
            does the work, and the log says so.
        progress: called before and after.

    Raises:
        DependencyError: the method, or with "auto" any method, is not installed; or there is no such GPU.
        InputError: there is no method of that name.
        RegionError: no brain is found, or what is found cannot be one.
    """
    progress(0.0, "Brain extraction")
    if is_stripped(volume):
        log.info("The scan is already stripped: its own outline is the brain mask")
        mask = brain_of_stripped(volume)
    else:
        mask = _run(_METHODS[_choose(method)], volume, device)
    milliliters = float(mask.array.sum()) * mask.voxel_ml
    if not _LEAST_ML <= milliliters <= _MOST_ML:
        raise RegionError(
            volume.name or "the scan",
            f"the brain found in it measures {milliliters:.0f} ml, which no brain does",
            "Check that it is a head MRI, or give a brain mask.",
        )
    progress(1.0, "Brain extraction")
    return mask.with_array(mask.array, "Brain")


def is_stripped(volume: Volume) -> bool:
    """Tell whether the skull was already taken off the scan.

    So it is when most voxels have one value, what remains is as large as a brain, and no dark rim of bone runs
    under its surface (as in a whole head whose air was set to zero).
    """
    step = [max(1, round(2.0 / s)) for s in volume.spacing]
    array = volume.array[:: step[2], :: step[1], :: step[0]]
    spacing = np.array(volume.spacing) * step
    foreground = array != _background(volume)
    if foreground.mean() > 0.5:
        return False
    outline = brain_of_stripped(volume.with_array(array)).array > 0
    milliliters = outline.sum() * np.prod(spacing) / 1000.0
    if not _LEAST_ML <= milliliters <= _MOST_ML:
        return False
    depth_mm = ndimage.distance_transform_edt(np.pad(outline, 1), spacing[::-1])[1:-1, 1:-1, 1:-1]
    interior = np.median(array[depth_mm > 0.5 * depth_mm.max()])
    shells = [np.median(array[(depth_mm > d) & (depth_mm <= d + 3.0)]) for d in (2.0, 5.0, 8.0)]
    background = _background(volume)
    return bool(min(shells) - background > 0.3 * (interior - background))


def brain_of_stripped(volume: Volume) -> Volume:
    """Return the outline of a stripped scan: what is not background, without holes (uint8)."""
    foreground = volume.array != _background(volume)
    labels, count = ndimage.label(foreground)
    if count:
        foreground = labels == np.bincount(labels.ravel())[1:].argmax() + 1
    return volume.with_array(ndimage.binary_fill_holes(foreground).astype(np.uint8))


def _background(volume: Volume) -> float:
    """The value of the volume's corners, as the least of the eight."""
    return float(volume.array[np.ix_((0, -1), (0, -1), (0, -1))].min())


def _choose(name: str) -> str:
    if name != "auto" and name not in _METHODS:
        raise InputError(name, "there is no such brain extraction", f"Use auto, {', '.join(_METHODS)}.")
    names = available_methods() if name == "auto" else [name]
    if not names or not _METHODS[names[0]].available():
        raise DependencyError(
            "brain extraction" if name == "auto" else name,
            "it is not installed",
            f"Install {names[0] if names else 'deepbet'}, see the README, or give a brain mask.",
        )
    return names[0]


def _run(method: ModuleType, volume: Volume, device: str) -> Volume:
    import torch

    if device.startswith("cuda") and not torch.cuda.is_available():
        raise DependencyError(device, "there is no CUDA GPU that PyTorch can use", "Use the device auto or cpu.")
    on_gpu = device.startswith("cuda") or (device == "auto" and torch.cuda.is_available())
    try:
        return method.extract(volume, "cuda" if on_gpu else "cpu")
    except torch.OutOfMemoryError:
        log.warning("The GPU has too little memory for the brain extraction: the CPU does it")
        torch.cuda.empty_cache()
        return method.extract(volume, "cpu")
