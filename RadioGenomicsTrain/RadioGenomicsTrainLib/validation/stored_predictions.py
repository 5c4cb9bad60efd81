"""Out-of-fold predictions on disk, of a model whose refits cost too much to make them again for every validation."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.whole_outputs import file_written_whole
from RadioGenomicsTrainLib.validation.array_cache import DAMAGED
from RadioGenomicsTrainLib.validation.array_cache import read_arrays
from RadioGenomicsTrainLib.validation.cohort_data import StoredPrediction


def write_prediction(
    path: Path, patients: Sequence[str], symbols: Sequence[str], predicted: np.ndarray, mean: np.ndarray
) -> None:
    """Write predictions, whole or not at all.

    Args:
        path: an .npz; its folder is made.
        patients: n identifiers.
        symbols: G genes.
        predicted: ``[n, G]`` standardized, each patient by the model that held them out.
        mean: ``[n, G]`` means of the training folds.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with file_written_whole(path) as aside:
        np.savez(aside, patients=np.array(patients), symbols=np.array(symbols), predicted=predicted, mean=mean)


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
        place = np.ix_([row[name] for name in patients], [column[symbol] for symbol in symbols])
        found = StoredPrediction(arrays["predicted"][place], arrays["mean"][place])
    except (*DAMAGED, IndexError) as error:
        mend = "Delete it, and run again: radiogenomics-train train --head paper."
        raise InputError(path, "the stored predictions are damaged", mend) from error
    return found if np.isfinite(found.predicted).all() and np.isfinite(found.mean).all() else None
