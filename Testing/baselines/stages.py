"""Every numerical stage on small made-up data, and how far its numbers may drift from the frozen ones.

    python -m Testing.baselines.stages   # freezes what the stages give now; read the diff of the record first

The frozen arrays are in ``frozen.npz``, 64 values of each stage and its mean and spread, so that a change anywhere in
an array shows without keeping all of it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from RadioGenomicsLib.imaging.descriptors import VoxelMaps
from RadioGenomicsLib.imaging.descriptors import describe
from RadioGenomicsLib.imaging.descriptors.regions import normal_tissue
from RadioGenomicsLib.imaging.grid import canonical
from RadioGenomicsLib.imaging.grid import resample
from RadioGenomicsLib.imaging.normalize import normalize
from RadioGenomicsLib.imaging.registration import register
from RadioGenomicsLib.imaging.tumor import tumor_from_seed
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.model.kernel_head import KernelHead
from RadioGenomicsLib.model.kernel_head import head_weights
from RadioGenomicsLib.model.preprocessing import Preprocessing
from RadioGenomicsLib.model.study import mask_on_grid
from RadioGenomicsLib.model.study import prepare
from RadioGenomicsTrainLib.validation.folds import patient_folds
from RadioGenomicsTrainLib.validation.oof_matrix import oof_matrix
from RadioGenomicsTrainLib.validation.oof_null import max_t
from RadioGenomicsTrainLib.validation.oof_null import null_correlations
from Testing.unit.training.small_cohort import SmallStudy
from Testing.unit.training.small_cohort import small_study

FROZEN = Path(__file__).with_name("frozen.npz")
_KEPT = 64


@dataclass(frozen=True)
class Stage:
    """One numerical stage.

    Attributes:
        make: gives its array anew.
        tolerance: largest difference from the frozen values, in their own unit.
        why: why it is not zero.
    """

    make: Callable[[], np.ndarray]
    tolerance: float
    why: str


@lru_cache(maxsize=1)
def _study() -> SmallStudy:
    return small_study(3)


def _oblique(volume: Volume) -> Volume:
    """Return an empty grid that is turned and coarser than a volume."""
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_euler("xyz", (12, -7, 20), degrees=True).as_matrix() * (4.0, 4.0, 9.0)
    size = (32, 40, 12)
    matrix[:3, 3] = volume.ras((np.array(volume.size) - 1) / 2) - matrix[:3, :3] @ ((np.array(size) - 1) / 2)
    return Volume(np.zeros(size[::-1], np.uint8), matrix)


def _resampled() -> np.ndarray:
    return resample(_study().channels["FLAIR"], _oblique(_study().brain)).array


def _normalized() -> np.ndarray:
    return normalize(_study().channels["T1"], _study().brain, clip=(-4.0, 6.0)).array


def _registered() -> np.ndarray:
    """The affine that a scan gets which was moved by 4 mm and 5 degrees."""
    study = _study()
    turn = np.eye(4)
    turn[:3, :3] = Rotation.from_euler("xyz", (0, 0, 5), degrees=True).as_matrix()
    turn[:3, 3] = (4.0, -2.0, 0.0)
    t1 = study.channels["T1"]
    return register(Volume(t1.array, turn @ t1.affine, "T1"), study.channels["FLAIR"], study.brain).affine


def _prepared() -> np.ndarray:
    return prepare(_study().channels, Preprocessing(), _study().brain).stacked()


def _described() -> np.ndarray:
    study = prepare(_study().channels, Preprocessing(), _study().brain)
    tumor = mask_on_grid(_study().tumor, study)
    maps = VoxelMaps.of(study.channels, study.brain.array > 0, study.slice_per_pixel)
    return np.array(list(describe(maps, tumor, normal_tissue(tumor, maps.brain)).values()))


def _grown() -> np.ndarray:
    inside = np.argwhere(_study().tumor.array)
    seed = _study().tumor.ras(inside[len(inside) // 2][::-1])
    return tumor_from_seed(_study().channels["FLAIR"], seed, _study().brain).array


@lru_cache(maxsize=1)
def _table() -> tuple[np.ndarray, np.ndarray]:
    """Embeddings ``[40, 30]`` with gaps, and expression ``[40, 25]`` that a few of their columns tell."""
    random = np.random.default_rng(11)
    embedding = random.normal(size=(40, 30))
    expression = 0.4 * embedding[:, :5] @ random.normal(size=(5, 25)) + random.normal(size=(40, 25))
    embedding[random.random(embedding.shape) < 0.05] = np.nan
    return embedding, expression


def _predicted() -> np.ndarray:
    embedding, expression = _table()
    return KernelHead.fit(embedding[:30], expression[:30], 1.0, (10, 20))(embedding[30:])


def _out_of_fold() -> np.ndarray:
    embedding, _ = _table()
    repeats = [patient_folds(40, 5, seed) for seed in range(2)]
    return oof_matrix(40, repeats, lambda train, test: head_weights(embedding[train], embedding[test], 1.0, (10, 20)))


_oof = lru_cache(maxsize=1)(_out_of_fold)


def _null() -> np.ndarray:
    return null_correlations(_oof(), 20_000, seed=5)


def _adjusted() -> np.ndarray:
    tested = max_t(_table()[1], _oof(), 200, seed=7)
    return np.concatenate([tested.r, tested.p_adjusted, tested.null_max])


_FLOAT32 = "float32 sums in another order (other CPU, other BLAS)"
_FLOAT64 = "float64 sums in another order"
STAGES: dict[str, Stage] = {
    "canonical": Stage(lambda: canonical(_study().channels["T1"]).array, 0.0, "no arithmetic"),
    "resample": Stage(_resampled, 1e-3, _FLOAT32),
    "normalize": Stage(_normalized, 1e-5, _FLOAT32),
    "register": Stage(_registered, 0.05, "mm: where the optimizer stops, by the build of ITK"),
    "prepare": Stage(_prepared, 1e-4, _FLOAT32),
    "grow": Stage(_grown, 0.02, "share of voxels: the threshold is found by a median of float32"),
    "descriptors": Stage(_described, 1e-3, _FLOAT32),
    "kernel head": Stage(_predicted, 1e-9, _FLOAT64),
    "out-of-fold matrix": Stage(_out_of_fold, 1e-10, _FLOAT64),
    "null": Stage(_null, 1e-5, _FLOAT32),
    "max-T": Stage(_adjusted, 1.5 / 201, "one permutation of 200 may fall on the other side"),
}


def kept(array: np.ndarray) -> np.ndarray:
    """Return what is frozen of an array: evenly spaced values, the mean, the spread, and the number of values."""
    flat = np.asarray(array, np.float64).ravel()
    places = np.linspace(0, flat.size - 1, min(_KEPT, flat.size)).astype(int)
    known = flat[np.isfinite(flat)]
    return np.concatenate([flat[places], [known.mean(), known.std(), flat.size]])


def main() -> None:
    """Freeze what the stages give now."""
    arrays = {name: kept(stage.make()) for name, stage in STAGES.items()}
    before = dict(np.load(FROZEN, allow_pickle=False)) if FROZEN.is_file() else {}
    for name, array in arrays.items():
        same = name in before and before[name].shape == array.shape
        drift = np.nanmax(np.abs(array - before[name])) if same else np.nan
        print(f"{name}: {array.size} values, largest change {drift:.3g}")
    np.savez_compressed(FROZEN, **arrays)


if __name__ == "__main__":
    sys.exit(main())
