"""A prediction made of plain numbers, with the fields that tables and report read."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np

from RadioGenomicsLib.imaging.volume import Volume

AFFINE = np.array([[-2.0, 0, 0, 60], [0, -2.0, 0, 60], [0, 0, 4.0, -40], [0, 0, 0, 1]])
SIZE = (20, 60, 60)


def box_volume(corner: tuple[int, int, int], side: int, value: float = 1.0, dtype: type = np.float32) -> Volume:
    """A volume of zeros with a cube in it; corner as k, j, i."""
    array = np.zeros(SIZE, dtype)
    array[tuple(slice(start, start + side) for start in corner)] = value
    return Volume(array, AFFINE)


def make_prediction(
    symbols: Sequence[str] = ("IDH1", "EGFR", "MKI67", "GFAP"),
    *,
    z: Sequence[float] | None = None,
    cv_r: Sequence[float] | None = None,
    reliable: Sequence[bool] | None = None,
    log2_known: Sequence[bool] | None = None,
    far: bool = False,
    warnings: Sequence[str] = (),
    attribution: Volume | None = None,
) -> SimpleNamespace:
    """A prediction for these genes; what is not given is made up, the same at every call."""
    count = len(symbols)
    random = np.random.default_rng(7)
    z = np.asarray(random.normal(0, 0.6, count) if z is None else z, dtype=np.float64)
    cv_r = np.asarray(random.uniform(-0.1, 0.6, count) if cv_r is None else cv_r, dtype=np.float64)
    reliable = np.asarray(cv_r > 0.35 if reliable is None else reliable, dtype=bool)
    known = np.ones(count, bool) if log2_known is None else np.asarray(log2_known, dtype=bool)
    half = np.full(count, 1.5)
    genes = SimpleNamespace(
        symbol=np.array(symbols),
        ensembl_id=np.array([f"ENSG{row:011d}" for row in range(count)]),
        unit=np.where(known, "log2 RSEM", "z"),
        mean=np.full(count, 8.0),
        sd=np.full(count, 1.2),
        cv_r=cv_r,
        cv_p_adjusted=np.where(reliable, 1e-5, 0.8),
        interval_half_width=half,
        reliable=reliable,
    )
    bundle = SimpleNamespace(
        id="fake-lgg",
        sha256="0" * 64,
        path="fake",
        genes=genes,
        card={
            "cohort": "TCGA-LGG",
            "patients": 91,
            "license": "CC BY-NC-SA 4.0",
            "citation": ["Nobody 2026", "Somebody 2025"],
            "limitations": ["Most of what the images tell passes through the tumor's class."],
        },
    )
    return SimpleNamespace(
        bundle=bundle,
        predicted_z=z,
        predicted_log2=np.where(known, 8.0 + 1.2 * z, np.nan),
        interval_low=z - half,
        interval_high=z + half,
        percentile=np.clip(50 + 30 * z, 0, 100),
        embedding=np.zeros(8),
        distance=1.5,
        distance_percentile=99.0 if far else 40.0,
        far=far,
        warnings=list(warnings),
        attribution=box_volume((8, 20, 20), 8, 0.2) if attribution is None else attribution,
        tumor_ml=12.3,
        provenance={
            "device": "cpu",
            "versions": {"torch": "2.13.0"},
            "channels": {"FLAIR": True, "T1": False},
            "grid": [0.9, 5.0],
        },
    )
