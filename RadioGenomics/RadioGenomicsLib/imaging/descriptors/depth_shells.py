"""The brain around the tumor, from its surface inward: sulci, cortex, white matter and ventricles age differently."""

from __future__ import annotations

import numpy as np

from RadioGenomicsLib.imaging.descriptors.maps import VoxelMaps

# Between the surface (0) and the deepest point of the brain (1).
_SHELLS = ((0.0, 0.1), (0.1, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 1.0))
_LEAST = 50  # voxels; fewer cannot be described
# z-scores on FLAIR: below is fluid, above are lesions of the white matter.
_FLUID, _LESIONS = -1.0, (1.5, 2.0)


def depth_shells(maps: VoxelMaps, normal: np.ndarray) -> dict[str, float]:
    """Return mean, spread and range of every channel in five shells, their fluid, and bright spots of normal brain.

    Args:
        maps: of the study.
        normal: mask ``[slice, row, column]`` of brain away from the tumor.
    """
    depth = maps.depth / maps.depth.max()
    flair = maps.channels.get("FLAIR")
    described: dict[str, float] = {}
    for number, (low, high) in enumerate(_SHELLS, start=1):
        shell = normal & (depth >= low) & ((depth < high) | (high == 1.0))
        for role, image in maps.channels.items():
            values = _summary(None if image is None else image[shell])
            described |= {f"{role}_brain_shell_{number}_{name}": value for name, value in values.items()}
        fluid = np.nan if flair is None or shell.sum() <= _LEAST else float((flair[shell] < _FLUID).mean())
        described[f"FLAIR_brain_shell_{number}_fluid"] = fluid
    for level in _LESIONS:
        share = np.nan if flair is None else float((flair[normal] > level).mean())
        described[f"FLAIR_brain_bright_{level:g}"] = share
    return described


def _summary(values: np.ndarray | None) -> dict[str, float]:
    names = ("mean", "sd", "p5", "p95")
    if values is None or len(values) < _LEAST:
        return dict.fromkeys(names, np.nan)
    return dict(zip(names, map(float, (values.mean(), values.std(), *np.percentile(values, (5, 95)))), strict=True))
