"""Brain extraction by deepbet: Fisch et al. 2024, doi:10.1016/j.compbiomed.2024.108845 (MIT, carries its weights).

Two small U-Nets: one finds the brain's box in a coarse picture, the other draws the mask inside of it. Trained on
T1; also draws FLAIR, T2 and post-contrast T1 well.
"""

from __future__ import annotations

import functools
import importlib.util
import warnings
from typing import TYPE_CHECKING

import numpy as np

from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.imaging.grid import canonical
from RadioGenomicsLib.imaging.grid import resample
from RadioGenomicsLib.imaging.volume import Volume

if TYPE_CHECKING:
    from deepbet.bet import BrainExtraction

# All but the toolkit of its own window: deepbet is installed with --no-deps.
_NEEDS = ("deepbet", "torch", "fill_voids", "cc3d", "nibabel", "pandas", "tqdm")


def available() -> bool:
    """Tell whether deepbet and what it needs are installed."""
    return all(importlib.util.find_spec(package) is not None for package in _NEEDS)


def extract(volume: Volume, device: str) -> Volume:
    """Return the brain mask (uint8) on the volume's grid.

    Args:
        volume: a head MR scan with skull, any orientation and slice thickness.
        device: "cpu" or "cuda".

    Raises:
        RegionError: no brain is found.
    """
    upright = canonical(volume)
    # The networks want arrays [x, y, z] with x to the right, y to the front, z up.
    array = np.ascontiguousarray(upright.array.transpose(2, 1, 0)[::-1, ::-1], dtype=np.float32)
    networks = _networks(device)
    try:
        mask = networks.postprocess(networks.run_model(array) > 0.5)
    except (AssertionError, ValueError) as error:
        raise RegionError(
            volume.name or "the scan", "no brain was found in it", "Check that it is a head MRI, or give a brain mask."
        ) from error
    mask = np.ascontiguousarray(mask[::-1, ::-1].transpose(2, 1, 0)).astype(np.uint8)
    return resample(upright.with_array(mask), volume, nearest=True)


@functools.lru_cache(maxsize=2)
def _networks(device: str) -> BrainExtraction:
    with warnings.catch_warnings():
        # torch.jit is deprecated; the weights come as TorchScript.
        warnings.simplefilter("ignore")
        from deepbet.bet import BrainExtraction

        networks = BrainExtraction(no_gpu=True)
    networks.model.to(device)
    networks.bbox_model.to(device)
    return networks
