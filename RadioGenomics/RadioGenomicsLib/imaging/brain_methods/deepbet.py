"""Brain extraction by deepbet: Fisch et al. 2024, doi:10.1016/j.compbiomed.2024.108845 (MIT, carries its weights).

Two small LinkNets: one finds the brain's box in a coarse picture, the other draws the mask inside of it. Trained on
T1; also draws FLAIR, T2 and post-contrast T1 well. What is done around the networks is what deepbet's ``run_bet``
does, and gives its mask; its own module is not imported, which brings pandas and nibabel along.
"""

from __future__ import annotations

import functools
import importlib.util
import warnings
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from RadioGenomicsLib.errors import DependencyError
from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.imaging.brain_methods.weight_files import weight_files
from RadioGenomicsLib.imaging.grid import canonical
from RadioGenomicsLib.imaging.grid import resample
from RadioGenomicsLib.imaging.volume import Volume

if TYPE_CHECKING:
    import torch

_NEEDS = ("torch", "fill_voids", "cc3d")
# What the networks see, in voxels: the whole scan, then the brain's box.
_COARSE, _FINE = (128, 128, 128), (256, 256, 256)
# Intensities beyond these percentiles of the coarse picture are clipped.
_PERCENTILES = (0.5, 99.5)
# What the networks were trained on.
_MEAN, _SD = 0.449, 0.226
# Planes of which the brain fills less are outside of its box, which is then made larger by a tenth on each side.
_LEAST_FILLED, _MARGIN = 0.02, 0.1


def available() -> bool:
    """Tell whether deepbet's weights, and what is needed around its networks, are installed."""
    return bool(_weights()) and all(importlib.util.find_spec(package) is not None for package in _NEEDS)


def extract(volume: Volume, device: str) -> Volume:
    """Return the brain mask (uint8) on the volume's grid.

    Args:
        volume: a head MR scan with skull, any orientation and slice thickness.
        device: "cpu" or "cuda".

    Raises:
        DependencyError: the installed networks are others, or damaged.
        RegionError: no brain is found.
    """
    import fill_voids
    import torch

    upright = canonical(volume)
    # The networks want arrays [x, y, z] with x to the right, y to the front, z up.
    scan = torch.from_numpy(np.ascontiguousarray(upright.array.transpose(2, 1, 0)[::-1, ::-1], dtype=np.float32))
    finder, painter = _networks(device)
    coarse = _in_shape(scan, _COARSE)
    low, high = np.percentile(coarse.numpy(), _PERCENTILES).tolist()
    box = None
    if high > low:
        coarse, scan = (((picture - low) / (high - low)).clamp_(0, 1) for picture in (coarse, scan))
        box = _box_around(_largest_part(_brain_in(coarse, finder, device)), upright.array.shape[::-1])
    mask = np.zeros(upright.array.shape[::-1], np.uint8)
    if box is not None:
        brain = _brain_in(_in_shape(scan[box], _FINE), painter, device)
        mask[box] = fill_voids.fill(_largest_part(_in_shape(brain, mask[box].shape)))
    if not mask.any():
        raise RegionError(
            volume.name or "the scan", "no brain was found in it", "Check that it is a head MRI, or give a brain mask."
        )
    mask = np.ascontiguousarray(mask[::-1, ::-1].transpose(2, 1, 0))
    return resample(upright.with_array(mask), volume, nearest=True)


def _in_shape(picture: torch.Tensor, shape: tuple[int, ...]) -> torch.Tensor:
    """Take the nearest voxel for each of another number of voxels."""
    from torch.nn import functional

    return functional.interpolate(picture[None, None], shape, mode="nearest-exact")[0, 0]


def _brain_in(picture: torch.Tensor, network: torch.nn.Module, device: str) -> torch.Tensor:
    """Return what a network takes for brain in a picture of 0 to 1, as 0 and 1 (uint8)."""
    import torch

    normalized = (picture - picture.mean()).mul_(_SD / picture.std()).add_(_MEAN)
    with torch.inference_mode():
        return _is_likelier_brain(network, normalized.to(device)).to("cpu", torch.uint8)


def _is_likelier_brain(network: Any, picture: torch.Tensor) -> torch.Tensor:
    """Return where a network (TorchScript) finds brain likelier than the rest (bool [x, y, z]), of a picture [x, y, z].

    The network itself ends in the chances of both at full size. Its parts, run one by one, serve to compare them before
    that: a fifth of the time and the two largest arrays are spared. They hang together as in LinkNet (Chaurasia and
    Culurciello 2017, arXiv:1707.03718).
    """
    rectifier = getattr(network.conv, "2")
    start = network.init(rectifier, picture[None, None])
    half = network.down0(rectifier, start)
    quarter = network.down1(rectifier, half)
    eighth = network.down2(rectifier, quarter)
    features = network.up0(rectifier, network.down3(rectifier, eighth)) + eighth
    features = network.up1(rectifier, features) + quarter
    features = network.up2(rectifier, features) + half
    features = network.up3(rectifier, features) + start
    features = network.conv(network.tp_conv1(rectifier, features))[0]
    # Each voxel becomes 2 x 2 x 2, of which each has weights of its own: [features, classes, 2, 2, 2].
    weights, bias = network.tp_conv2.weight, network.tp_conv2.bias
    more_for_brain = (weights[:, 1] - weights[:, 0]).flatten(1).T
    brain = more_for_brain @ features.flatten(1) > bias[0] - bias[1]
    return brain.reshape(2, 2, 2, *features.shape[1:]).permute(3, 0, 4, 1, 5, 2).reshape(picture.shape)


def _largest_part(mask: torch.Tensor) -> np.ndarray:
    """Return the voxels of the largest part that hangs together (uint8), corner to corner; none of an empty mask."""
    import cc3d

    return cc3d.largest_k(mask.numpy(), k=1, connectivity=26, binary_image=True)


def _box_around(coarse: np.ndarray, shape: tuple[int, ...]) -> tuple[slice, ...] | None:
    """Return the part of a scan of some shape that a mask in the coarse picture shows, with a margin; None if empty."""
    box = []
    for axis, size in enumerate(shape):
        others = tuple({0, 1, 2} - {axis})
        filled = np.flatnonzero(coarse.mean(axis=others) > _LEAST_FILLED)
        if not filled.size:
            return None
        scale = size / coarse.shape[axis]
        center = np.round(scale * (filled[0] + filled[-1] + 1) / 2)
        half = np.round((1 + 2 * _MARGIN) * scale * (filled[-1] + 1 - filled[0])) / 2
        box.append(slice(max(0, int(center - half)), min(size, int(center + half))))
    # A scan of one slice leaves none.
    return tuple(box) if all(side.start < side.stop for side in box) else None


@functools.lru_cache(maxsize=2)
def _networks(device: str) -> tuple[torch.nn.Module, ...]:
    """Return the network of the coarse picture and that of the brain's box.

    Raises:
        DependencyError: the installed networks are others, or damaged.
    """
    return tuple(_network(file, device) for file in _weights())


def _network(file: Path, device: str) -> torch.nn.Module:
    import torch

    try:
        with warnings.catch_warnings():
            # torch.jit is deprecated; the weights come as TorchScript.
            warnings.simplefilter("ignore")
            network = torch.jit.load(file, "cpu").eval()
        if network.original_name != "LinkNet3d":
            raise RuntimeError(f"a {network.original_name}")
    except RuntimeError as error:
        raise DependencyError(
            str(file), "it does not hold a network of deepbet 1.0", "Install deepbet 1.0.2, or give a brain mask."
        ) from error
    return network.to(device)


def _weights() -> list[Path]:
    # They lie beside the package, not in it.
    return weight_files("deepbet", "../data/models", ("bbox_model.pt", "model.pt"))
