"""A scan or mask as a frozen numpy array with its place in the patient."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace

import numpy as np


@dataclass(frozen=True, eq=False)
class Volume:
    """A 3-D image.

    Attributes:
        array: voxels ``[k, j, i]`` (slice, row, column), read-only; float32 for scans, uint8 for masks.
        affine: 4 x 4 matrix from ``(i, j, k, 1)`` to RAS millimeters, as MRML's IJK-to-RAS matrix.
        name: what the volume is called in the scene and in messages.
        notes: what reading it had to assume, each a clause without a subject ("its qform and sform differ …"), since
            a file's name often holds a patient's: the pipeline turns them into warnings of the result.
        source: what it was read from: a file's name without its endings, or a DICOM series' description.
    """

    array: np.ndarray
    affine: np.ndarray
    name: str = field(default="", compare=False)
    notes: tuple[str, ...] = field(default=(), compare=False)
    source: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        for attribute in ("array", "affine"):
            value = np.asarray(getattr(self, attribute)).view()
            value.flags.writeable = False
            object.__setattr__(self, attribute, value)

    @property
    def spacing(self) -> tuple[float, float, float]:
        """Voxel size along i, j, k in millimeters."""
        i, j, k = (float(s) for s in np.linalg.norm(self.affine[:3, :3], axis=0))
        return i, j, k

    @property
    def size(self) -> tuple[int, int, int]:
        """Number of voxels along i, j, k."""
        return self.array.shape[::-1]

    @property
    def voxel_ml(self) -> float:
        """Volume of one voxel in milliliters."""
        return float(abs(np.linalg.det(self.affine[:3, :3]))) / 1000.0

    def with_array(self, array: np.ndarray, name: str | None = None) -> Volume:
        """Return another image on the same grid."""
        return replace(self, array=array, name=self.name if name is None else name)

    def noting(self, *notes: str) -> Volume:
        """Return the same image with more notes."""
        return replace(self, notes=(*self.notes, *notes))

    def ras(self, ijk: np.ndarray) -> np.ndarray:
        """Map voxel coordinates ``[..., 3]`` in i, j, k order to RAS millimeters."""
        return np.asarray(ijk) @ self.affine[:3, :3].T + self.affine[:3, 3]

    def ijk(self, ras: np.ndarray) -> np.ndarray:
        """Map RAS millimeters ``[..., 3]`` to continuous voxel coordinates in i, j, k order."""
        return (np.asarray(ras) - self.affine[:3, 3]) @ np.linalg.inv(self.affine[:3, :3]).T

    def same_grid(self, other: Volume, tolerance_mm: float = 1e-3) -> bool:
        """Tell whether both images have the same voxels in space, to within ``tolerance_mm``."""
        if self.array.shape != other.array.shape:
            return False
        corners = np.array([[0, 0, 0], self.size, [self.size[0], 0, 0], [0, self.size[1], 0]])
        return bool(np.abs(self.ras(corners) - other.ras(corners)).max() <= tolerance_mm)
