"""Gene-set scores of single patients, from the ranks of their own genes.

Nothing is fitted across patients, so a score is the same inside and outside a fold. Fifty hallmark scores tested
instead of thousands of genes lower the r that significance takes by a quarter to a third (:mod:`.power`).
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.stats import rankdata

from RadioGenomicsLib.errors import InputError


@dataclass(frozen=True, eq=False)
class GeneSetScores:
    """One score per patient and gene set.

    Attributes:
        names: of the S sets that could be scored.
        members: genes of each set that were measured [S].
        scores: [n, S], from 0 (all members at the bottom of the patient's ranking) to 1 (all at the top).
    """

    names: tuple[str, ...]
    members: np.ndarray
    scores: np.ndarray


def read_gmt(path: Path) -> dict[str, tuple[str, ...]]:
    """Read gene sets in GMT format: name, description and symbols, tab-separated, one set per line.

    Raises:
        InputError: the file cannot be read, or a line is not a gene set.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(path, f"the gene sets cannot be read ({error})", "Give a GMT text file.") from error
    sets: dict[str, tuple[str, ...]] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        name, *rest = (cell.strip() for cell in line.split("\t"))
        symbols = tuple(dict.fromkeys(symbol for symbol in rest[1:] if symbol))
        if not name or not symbols:
            raise InputError(path, f"line {number} holds no gene set", "A line is: name, description, symbols; tabs.")
        if name in sets:
            raise InputError(path, f"line {number} names {name} a second time", "Give every set a name of its own.")
        sets[name] = symbols
    if not sets:
        raise InputError(path, "it holds no gene set", "Give a GMT text file with at least one set.")
    return sets


def singscore(
    values: np.ndarray, symbols: Sequence[str], sets: Mapping[str, Sequence[str]], least: int = 5
) -> GeneSetScores:
    """Score gene sets by the mean rank of their genes in each patient (singscore, Foroutan et al. 2018).

    score = (mean rank - (m + 1) / 2) / (G - m) for m measured members among G ranked genes; the lowest level has
    rank 1, equal levels share the lowest rank, as in the authors' R package. The score is of sets whose genes are
    expected to rise together, not centered.

    Args:
        values: expression levels [n, G], complete and comparable between the genes of one patient (log2 levels;
            z-scores rank each gene against other patients and make the score depend on who they are).
        symbols: of the columns [G].
        sets: symbols by set name.
        least: members that must be measured for a set to be scored.

    Raises:
        ValueError: values are missing, or do not match the symbols.
    """
    values = np.asarray(values, dtype=np.float64)
    n_genes = len(symbols)
    if values.ndim != 2 or values.shape[1] != n_genes:
        raise ValueError(f"values {values.shape} for {n_genes} symbols")
    if not np.isfinite(values).all():
        raise ValueError("singscore needs complete values: a missing level has no rank")
    place = {symbol: column for column, symbol in enumerate(symbols)}
    columns = {name: [place[symbol] for symbol in dict.fromkeys(sets[name]) if symbol in place] for name in sets}
    # A set of all measured genes has the same mean rank in everybody.
    kept = [name for name in columns if least <= len(columns[name]) < n_genes]
    membership = np.zeros((n_genes, len(kept)))
    for index, name in enumerate(kept):
        membership[columns[name], index] = 1
    members = membership.sum(axis=0).astype(int)
    rank = rankdata(values, method="min", axis=1)
    scores = (rank @ membership / members - (members + 1) / 2) / (n_genes - members)
    return GeneSetScores(tuple(kept), members, scores)
