"""A synthetic head with a tumor, for when no real sample is at hand. It is nobody's scan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from RadioGenomicsLib.imaging.volume import Volume

SIZE_IJK = (160, 192, 40)
SPACING_MM = (1.2, 1.2, 4.0)

# Where the head's parts lie: center and half axes in RAS millimeters.
_SCALP = ((0, 0, -8), (76, 97, 92))
_SKULL_OUTER = ((0, 0, -8), (70, 91, 86))
_SKULL_INNER = ((0, 0, -4), (64, 84, 76))
_BRAIN = ((0, 0, -2), (61, 81, 72))
_VENTRICLES = (((-9, 4, 8), (6, 26, 12)), ((9, 4, 8), (6, 26, 12)))
_EYES = (((-31, 84, -38), (12, 12, 12)), ((31, 84, -38), (12, 12, 12)))
_EDEMA = ((-32, 18, 18), (21, 25, 19))
_CORE = ((-31, 20, 19), (11, 13, 10))
_NECROSIS = ((-30, 20, 19), (6, 7, 5))

# Signal of each tissue in each channel, in arbitrary units: the order of brightness is that of 1.5 T MRI.
_SIGNAL = {
    #            T1   T1c  FLAIR
    "scalp": (620, 650, 430),
    "skull": (60, 65, 45),
    "fluid": (110, 115, 70),
    "eye": (150, 150, 110),
    "gray": (330, 350, 410),
    "white": (430, 445, 330),
    "ventricle": (110, 115, 70),
    "edema": (270, 285, 720),
    "rim": (290, 640, 560),
    "necrosis": (170, 180, 380),
}
_ROLES = ("T1", "T1c", "FLAIR")


@dataclass(frozen=True)
class Phantom:
    """A synthetic study.

    Attributes:
        channels: role to scan, all on one grid of axial slices.
        brain: what is truly brain (uint8 mask, tumor included).
        tumor: what is truly tumor: edema, rim and necrosis (uint8 mask).
    """

    channels: dict[str, Volume]
    brain: Volume
    tumor: Volume


def head_phantom(seed: int = 0) -> Phantom:
    """Make T1, post-contrast T1 and FLAIR of a head with an enhancing tumor in the left frontal lobe.

    Args:
        seed: of the folded cortex and the Rician noise; the same seed gives the same voxels.
    """
    affine = _affine()
    ras = _voxel_centers(affine)
    random = np.random.default_rng(seed)
    wrinkle = _smooth_noise(random, sigma_mm=4.0)
    parts = _tissues(ras, wrinkle)

    bias = 1.0 + 0.08 * _smooth_noise(random, sigma_mm=60.0)
    channels = {}
    for column, role in enumerate(_ROLES):
        signal = np.zeros(SIZE_IJK[::-1], np.float32)
        for tissue, where in parts.items():
            signal[where] = _SIGNAL[tissue][column]
        blurred = ndimage.gaussian_filter(signal, [s / 2.355 for s in (0.5, 1.0, 1.0)])
        real, imaginary = random.normal(0.0, 9.0, (2, *blurred.shape))
        noisy = np.hypot(blurred * bias + real, imaginary).astype(np.float32)
        channels[role] = Volume(noisy, affine, f"synthetic {role}")

    tumor = parts["edema"] | parts["rim"] | parts["necrosis"]
    brain = _inside(ras, _BRAIN)
    return Phantom(
        channels=channels,
        brain=Volume(brain.astype(np.uint8), affine, "synthetic brain"),
        tumor=Volume(tumor.astype(np.uint8), affine, "synthetic tumor"),
    )


def _tissues(ras: np.ndarray, wrinkle: np.ndarray) -> dict[str, np.ndarray]:
    """Return boolean masks ``[k, j, i]`` in painting order: a later one covers an earlier one."""
    depth_mm = (1.0 - _radius(ras, _BRAIN)) * 66.0
    brain = depth_mm > 0
    edema = _inside(ras, _EDEMA, swell=0.10 * wrinkle) & brain
    core = _inside(ras, _CORE, swell=0.08 * wrinkle)
    necrosis = _inside(ras, _NECROSIS, swell=0.08 * wrinkle)
    # The neck goes on below the skull, so that the scan does not end in mid-air.
    neck = (np.hypot(ras[..., 0] / 58.0, (ras[..., 1] + 12.0) / 66.0) < 1.0) & (ras[..., 2] < -40.0)
    return {
        "scalp": _inside(ras, _SCALP) | neck,
        "skull": _inside(ras, _SKULL_OUTER),
        "eye": _inside(ras, _EYES[0]) | _inside(ras, _EYES[1]),
        "fluid": _inside(ras, _SKULL_INNER),
        "gray": brain,
        "white": depth_mm > 7.0 + 5.0 * wrinkle,
        "ventricle": _inside(ras, _VENTRICLES[0]) | _inside(ras, _VENTRICLES[1]),
        "edema": edema & ~core,
        "rim": core & ~necrosis,
        "necrosis": necrosis,
    }


def _affine() -> np.ndarray:
    """IJK to RAS of axial slices: i to the left, j to the back, k upward, centered on the head."""
    affine = np.diag([-SPACING_MM[0], -SPACING_MM[1], SPACING_MM[2], 1.0])
    middle = (np.array(SIZE_IJK) - 1) / 2
    affine[:3, 3] = -affine[:3, :3] @ middle
    return affine


def _voxel_centers(affine: np.ndarray) -> np.ndarray:
    """RAS millimeters of every voxel, ``[k, j, i, 3]``."""
    k, j, i = np.indices(SIZE_IJK[::-1], dtype=np.float32)
    ijk = np.stack([i, j, k], axis=-1)
    return ijk @ affine[:3, :3].T.astype(np.float32) + affine[:3, 3].astype(np.float32)


def _radius(ras: np.ndarray, ellipsoid: Sequence[Sequence[float]]) -> np.ndarray:
    """Distance from an ellipsoid's center in units of its half axes: 1 on its surface."""
    center, half_axes = np.asarray(ellipsoid, np.float32)
    return np.linalg.norm((ras - center) / half_axes, axis=-1)


def _inside(ras: np.ndarray, ellipsoid: Sequence[Sequence[float]], swell: np.ndarray | float = 0.0) -> np.ndarray:
    return _radius(ras, ellipsoid) < 1.0 + swell


def _smooth_noise(random: np.random.Generator, sigma_mm: float) -> np.ndarray:
    """Gaussian noise of standard deviation 1, smooth over ``sigma_mm``."""
    noise = random.normal(size=SIZE_IJK[::-1])
    smooth = ndimage.gaussian_filter(noise, [sigma_mm / s for s in SPACING_MM[::-1]], mode="wrap")
    return ((smooth - smooth.mean()) / smooth.std()).astype(np.float32)
