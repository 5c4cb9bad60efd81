"""The tables of the nested figures, row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

import numpy as np

from RadioGenomicsTrainLib.validation.choice_space import Choice
from RadioGenomicsTrainLib.validation.fitted_rungs import RANDOM
from RadioGenomicsTrainLib.validation.nested_findings import NestedFindings

Row = dict[str, Any]

COLUMNS = {
    "nested": "block splits n tests options median_r median_r_low median_r_high mean_r mean_r_low mean_r_high "
    "best_100_mean_r share_above_03 share_above_03_permuted share_r2_above_0 slope coverage parametric_holm_sidak "
    "max_t permutations median_r_p within_subtype_median_r expected_r_kept",
    "nested_choices": "block splits part option folds share for_everybody",
    "nested_subtypes": "outcome n positives auc auc_low auc_high",
}
# What the table of single genes says of the nested procedure.
GENE_COLUMNS = (
    "r_nested",
    "p_nested",
    "p_nested_max_t",
    "half_width_nested",
    "coverage_nested",
    "expected_r",
    "expected_r_low",
    "expected_r_high",
)


def nested_rows(block: str, findings: Sequence[NestedFindings]) -> Iterator[Row]:
    """Yield one row per kind of folds."""
    for one in findings:
        summary, genes = one.summary, one.summary.genes
        yield {
            "block": block,
            "splits": one.splits,
            "n": summary.n,
            "tests": genes,
            "options": one.options,
            "median_r": summary.median_r,
            "median_r_low": one.median_r.low,
            "median_r_high": one.median_r.high,
            "mean_r": one.mean,
            "mean_r_low": one.mean_r.low,
            "mean_r_high": one.mean_r.high,
            "best_100_mean_r": summary.best_100_mean_r if genes > 100 else None,
            "share_above_03": summary.share_above_03,
            "share_above_03_permuted": summary.share_above_03_permuted,
            "share_r2_above_0": summary.share_r2_above_0,
            "slope": float(np.nanmedian(one.scores.slope)),
            "coverage": float(np.nanmean(one.scores.coverage)),
            "parametric_holm_sidak": summary.parametric_holm_sidak,
            "max_t": summary.max_t,
            "permutations": 0 if one.joint is None else len(one.joint.null_max),
            "median_r_p": summary.median_r_p,
            "within_subtype_median_r": one.within_r,
            "expected_r_kept": one.expected.kept if one.joint is not None else None,
        }


def choice_rows(block: str, findings: Sequence[NestedFindings]) -> Iterator[Row]:
    """Yield how often each option was chosen, in the outer folds of all repeats; the most frequent first."""
    for one in findings:
        for part, option_of in _PARTS.items():
            counts = Counter(map(option_of, one.chosen))
            for option, folds in counts.most_common():
                yield {
                    "block": block,
                    "splits": one.splits,
                    "part": part,
                    "option": option,
                    "folds": folds,
                    "share": folds / len(one.chosen),
                    "for_everybody": option == option_of(one.for_everybody),
                }


def gene_columns(findings: Sequence[NestedFindings], targets: int) -> dict[str, np.ndarray]:
    """Return what is known of every gene by the nested procedure ``[targets]``; NaN where it was not run."""
    found = next((one for one in findings if one.splits == RANDOM), None)
    if found is None:
        return {name: np.full(targets, np.nan) for name in GENE_COLUMNS}
    joint = found.joint
    unknown = np.full(targets, np.nan)
    return {
        "r_nested": found.scores.r,
        "p_nested": unknown if joint is None else joint.p,
        "p_nested_max_t": unknown if joint is None else joint.p_adjusted,
        "half_width_nested": found.scores.half_width,
        "coverage_nested": found.scores.coverage,
        "expected_r": found.expected.r,
        "expected_r_low": found.expected.low,
        "expected_r_high": found.expected.high,
    }


def _features(choice: Choice) -> str:
    kernel = ", one kernel" if choice.features.one_kernel else ""
    return " + ".join(choice.features.groups) + kernel


_PARTS: dict[str, Callable[[Choice], str]] = {
    "features": _features,
    "subtype weight": lambda choice: f"{choice.subtype_weight:g}",
    "programmes": lambda choice: str(choice.programmes) if choice.programmes else "none: the genes themselves",
    "ridge": lambda choice: "one for each programme" if choice.ridge is None else f"{choice.ridge:g}",
}


def nested_card(unit: str, findings: Sequence[NestedFindings]) -> dict[str, Any]:
    """Return what a bundle's card says of a matrix: the figures of both kinds of folds, and what was chosen."""
    cards = []
    for row in nested_rows("", findings):
        figures = {name: value for name, value in row.items() if name not in ("block", "splits")}
        cards.append({name: round(value, 4) if isinstance(value, float) else value for name, value in figures.items()})
    choice = findings[0].for_everybody
    chosen = {"features": list(choice.features.groups), "one_kernel": choice.features.one_kernel}
    chosen |= {"subtype_weight": choice.subtype_weight, "programmes": choice.programmes, "ridge": choice.ridge}
    return {"unit": unit, **cards[0], "chosen": chosen, **({"no_shared_site": cards[1]} if cards[1:] else {})}
