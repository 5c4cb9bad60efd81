"""Out-of-fold predictions on disk, of a model whose refits cost too much to make them again for every validation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.whole_outputs import file_written_whole
from RadioGenomicsTrainLib.validation.array_cache import DAMAGED
from RadioGenomicsTrainLib.validation.array_cache import read_arrays
from RadioGenomicsTrainLib.validation.cohort_data import Refits
from RadioGenomicsTrainLib.validation.cohort_data import StoredPrediction


def write_prediction(path: Path, patients: Sequence[str], symbols: Sequence[str], stored: StoredPrediction) -> None:
    """Write predictions, whole or not at all.

    Args:
        path: an .npz; its folder is made.
        patients: n identifiers.
        symbols: G genes.
        stored: standardized, each patient by the model that held them out; NaN where a patient lacks a gene.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = {"predicted": stored.predicted, "mean": stored.mean}
    if stored.refits is not None:
        arrays |= {"orders": stored.refits.orders, "refitted": stored.refits.deviations}
    with file_written_whole(path) as aside:
        np.savez(aside, patients=np.array(patients), symbols=np.array(symbols), **arrays)  # type: ignore[arg-type]


def read_prediction(path: Path, patients: Sequence[str], symbols: Sequence[str]) -> StoredPrediction | None:
    """Return the predictions of these patients and genes, in this order; None if the file has not all of them.

    Raises:
        InputError: the file is damaged.
    """
    if not path.exists():
        return None
    try:
        arrays = read_arrays(path)
        row = {name: index for index, name in enumerate(arrays["patients"].tolist())}
        column = {symbol: index for index, symbol in enumerate(arrays["symbols"].tolist())}
        if not (set(patients) <= row.keys() and set(symbols) <= column.keys()):
            return None
        rows, columns = [row[name] for name in patients], [column[symbol] for symbol in symbols]
        place = np.ix_(rows, columns)
        found = StoredPrediction(arrays["predicted"][place], arrays["mean"][place], _refits(arrays, rows, columns))
    except (*DAMAGED, IndexError) as error:
        mend = "Delete it, and run again: radiogenomics-train train --head paper."
        raise InputError(path, "the stored predictions are damaged", mend) from error
    return found if np.isfinite(found.predicted).all() and np.isfinite(found.mean).all() else None


def _refits(arrays: dict[str, np.ndarray], rows: list[int], columns: list[int]) -> Refits | None:
    """Return the refits of these patients; None without any, or where others changed places with them."""
    if "orders" not in arrays:
        return None
    place = np.full(len(arrays["patients"]), -1)
    place[rows] = np.arange(len(rows))
    orders = place[arrays["orders"][:, rows]]
    deviations = arrays["refitted"][:, rows][:, :, columns]
    if len(orders) != len(deviations):
        raise IndexError("not every refit has its order")
    exchanged = (np.sort(orders, axis=1) == np.arange(len(rows))).all()
    return Refits(orders, deviations) if exchanged and np.isfinite(deviations).all() else None
