"""Brain extraction by SynthStrip: Hoopes et al. 2022, doi:10.1016/j.neuroimage.2022.119474.

The network comes from the package nipreps-synthstrip; its weights are FreeSurfer's and under FreeSurfer's licence,
so they are used where FreeSurfer is installed (``$FREESURFER_HOME/models/synthstrip.1.pt``).
"""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import numpy as np
from scipy import ndimage

from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.imaging.grid import resample
from RadioGenomicsLib.imaging.volume import Volume

# Along i, j, k: left, down, front, as its training images lay; RAS.
_LIA = np.array([[-1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])
# The network gives the distance to the brain's surface in millimeters; its own tool cuts here.
_BORDER_MM = 1.0
_OUTSIDE_MM = 100.0


def available() -> bool:
    """Tell whether the network's package and FreeSurfer's weights are installed."""
    packages = ("nipreps", "torch")
    if any(importlib.util.find_spec(package) is None for package in packages):
        return False
    return importlib.util.find_spec("nipreps.synthstrip") is not None and _weights().is_file()


def extract(volume: Volume, device: str) -> Volume:
    """Return the brain mask (uint8) on the volume's grid.

    Args:
        volume: a head scan with skull, any contrast and orientation.
        device: "cpu" or "cuda".

    Raises:
        RegionError: no brain is found.
    """
    import torch
    from nipreps.synthstrip.model import StripModel

    network = StripModel()
    network.load_state_dict(torch.load(_weights(), map_location="cpu", weights_only=True)["model_state_dict"])
    network.to(device).eval()
    scan = resample(volume, conformed_grid(volume), fill=float(volume.array.min()))
    # The network's axes are i, j, k.
    array = scan.array.transpose(2, 1, 0) - scan.array.min()
    array = np.clip(array / np.percentile(array, 99), 0.0, 1.0)
    with torch.no_grad():
        distance = network(torch.from_numpy(np.ascontiguousarray(array))[None, None].to(device))[0, 0].cpu().numpy()
    signed = scan.with_array(np.ascontiguousarray(distance.transpose(2, 1, 0)))
    labels, count = ndimage.label(resample(signed, volume, fill=_OUTSIDE_MM).array < _BORDER_MM)
    if not count:
        raise RegionError(volume.name or "the scan", "no brain was found in it", "Check that it is a head MRI.")
    largest = labels == np.bincount(labels.ravel())[1:].argmax() + 1
    return volume.with_array(ndimage.binary_fill_holes(largest).astype(np.uint8))


def conformed_grid(volume: Volume) -> Volume:
    """Return the 1 mm grid that the network wants: upright, LIA, with sides of 192, 256 or 320."""
    corners = np.array(np.meshgrid(*((-0.5, n - 0.5) for n in volume.size))).reshape(3, -1).T
    places = volume.ras(corners)
    extent = np.abs(_LIA.T) @ (places.max(axis=0) - places.min(axis=0))
    size = np.clip(np.ceil(extent / 64.0 - 1e-6) * 64.0, 192, 320).astype(int)
    affine = np.eye(4)
    affine[:3, :3] = _LIA
    affine[:3, 3] = places.mean(axis=0) - _LIA @ ((size - 1) / 2)
    return Volume(np.broadcast_to(np.uint8(0), size[::-1]), affine, volume.name)


def _weights() -> Path:
    return Path(os.environ.get("FREESURFER_HOME", "")) / "models" / "synthstrip.1.pt"
