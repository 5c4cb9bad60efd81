"""The tables of a validation's record, row by row; what each column means stands with the class it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

import numpy as np

from RadioGenomicsLib.genes.panels import load_panels
from RadioGenomicsTrainLib.cohort.dropped import Dropped
from RadioGenomicsTrainLib.validation import nested_rows
from RadioGenomicsTrainLib.validation.block_findings import BlockFindings
from RadioGenomicsTrainLib.validation.calibration import calibration_bins
from RadioGenomicsTrainLib.validation.calibration import site_scores
from RadioGenomicsTrainLib.validation.cohort_data import FlowStep
from RadioGenomicsTrainLib.validation.correlation import parametric_p
from RadioGenomicsTrainLib.validation.gene_scores import left_out_half_width
from RadioGenomicsTrainLib.validation.gene_scores import score_genes
from RadioGenomicsTrainLib.validation.joint_null import MaxT
from RadioGenomicsTrainLib.validation.ladder import Step
from RadioGenomicsTrainLib.validation.multiple_testing import adjust
from RadioGenomicsTrainLib.validation.multiple_testing import count_below
from RadioGenomicsTrainLib.validation.outcome_areas import OutcomeArea
from RadioGenomicsTrainLib.validation.summary import ALPHA
from RadioGenomicsTrainLib.validation.summary import Summary
from RadioGenomicsTrainLib.validation.summary import permutation_p

Row = dict[str, Any]

# The columns of every table but those of single genes and gene sets.
COLUMNS = {
    "ladder": "block family rung kind splits null n tests median_r best_100_mean_r share_above_03 "
    "share_above_03_permuted share_above_03_p share_r2_above_0 parametric_holm_sidak parametric_benjamini_hochberg "
    "oof_holm_sidak oof_benjamini_hochberg max_t count_permuted_mean count_permuted_95 count_p delta_median_r "
    "delta_low delta_high delta_p compared_with",
    "within_subtype": "block family stratum n tests median_r best_100_mean_r share_above_03 share_above_03_permuted "
    "max_t",
    "subtypes": "outcome n positives auc auc_low auc_high",
    "sites": "block site patients coverage mean_residual",
    "calibration": "block predicted_bin predicted_mean observed_mean count",
    "histograms": "block rung series bin_low bin_high share",
    "permuted_counts": "block rung permutation parametric_holm_sidak",
    "power": "n tests null critical_r",
    "panels": "block panel symbol r p_max_t reliable in_model",
    "flow": "step kind kept dropped",
    "dropped": "kind name reason",
    **nested_rows.COLUMNS,
}


def ladder_rows(found: BlockFindings) -> Iterator[Row]:
    """Yield one row per family, rung and kind of folds."""
    for family, steps in found.ladder.items():
        for step in steps:
            fitted, summary = step.measured.fitted, step.measured.summary
            textbook = parametric_p(step.measured.r, summary.n)
            yield {
                "block": found.block.id,
                "family": family,
                "rung": fitted.rung.name,
                "kind": fitted.rung.kind,
                "splits": fitted.splits,
                "null": fitted.null,
                "n": summary.n,
                "tests": summary.genes,
                "median_r": summary.median_r,
                "best_100_mean_r": _unless_few(summary.best_100_mean_r, summary.genes),
                "share_above_03": summary.share_above_03,
                "share_above_03_permuted": summary.share_above_03_permuted,
                "share_r2_above_0": summary.share_r2_above_0,
                "parametric_holm_sidak": summary.parametric_holm_sidak,
                "parametric_benjamini_hochberg": count_below(adjust(textbook).benjamini_hochberg),
                "oof_holm_sidak": summary.oof_holm_sidak,
                "oof_benjamini_hochberg": summary.oof_benjamini_hochberg,
                "max_t": summary.max_t,
                **_against_permutations(step.measured.joint, summary),
                **_against_the_rung_below(step),
            }


def target_rows(found: BlockFindings, family: str) -> Iterator[Row]:
    """Yield one row per gene, or per gene set, of the rung that is shown."""
    measured = found.shown[family]
    targets, fitted = measured.family, measured.fitted
    fold_of = np.empty(len(targets.y), dtype=int)
    for number, test in enumerate(found.folds):
        fold_of[test] = number
    predicted = fitted.predict(targets)
    scores = score_genes(targets.y, predicted, fitted.mean(targets.y), fold_of)
    columns: dict[str, Sequence[Any] | np.ndarray] = {"symbol": targets.symbols}
    if targets.members is not None:
        columns = {"gene_set": targets.symbols, "members": targets.members}
    columns |= {
        "n": scores.n,
        "r": scores.r,
        "r_low": scores.r_low,
        "r_high": scores.r_high,
        "r_site_disjoint": found.site_disjoint_r[family],
        "r2_oos": scores.r2_oos,
        "ccc": scores.ccc,
        "rmse_iqr": scores.rmse_iqr,
        "slope": scores.slope,
        "half_width": scores.half_width,
        "coverage": scores.coverage,
        "p_parametric": parametric_p(scores.r, scores.n),
    }
    unknown = np.full(len(scores.r), np.nan)
    p = unknown if measured.p is None else measured.p
    exact = fitted.null == "exact"
    p_holm_sidak, q = adjust(p) if exact else (unknown, unknown)
    adjusted = measured.joint.p_adjusted if measured.joint else unknown
    columns |= {
        "p": p,
        "p_holm_sidak": p_holm_sidak,
        "q_benjamini_hochberg": q,
        "p_max_t": adjusted,
        **nested_rows.gene_columns(found.nested if family == "genes" else (), len(scores.r)),
    }
    columns["reliable"] = _decisive_p(found, family, adjusted) <= ALPHA
    for values in zip(*columns.values(), strict=True):
        yield dict(zip(columns, values, strict=True))


def _decisive_p(found: BlockFindings, family: str, adjusted: np.ndarray) -> np.ndarray:
    """Return the family-wise p [T] that makes a gene reliable: the nested one where the procedure was permuted."""
    joint = found.nested[0].joint if found.nested and family == "genes" else None
    return adjusted if joint is None else joint.p_adjusted


def within_subtype_rows(found: BlockFindings) -> Iterator[Row]:
    """Yield one row per family and subtype, and one for all of them pooled."""
    for family, strata in found.within.items():
        for stratum, scores in strata.items():
            yield {
                "block": found.block.id,
                "family": family,
                "stratum": stratum,
                "n": scores.n,
                "tests": len(scores.max_t.r),
                "median_r": scores.median_r,
                "best_100_mean_r": _unless_few(scores.best_mean_r, len(scores.max_t.r)),
                "share_above_03": scores.share_above,
                "share_above_03_permuted": scores.share_above_permuted,
                "max_t": scores.significant,
            }


def subtype_rows(areas: Sequence[OutcomeArea]) -> Iterator[Row]:
    """Yield one row per outcome."""
    for area in areas:
        yield {
            "outcome": area.outcome,
            "n": area.patients,
            "positives": area.cases,
            "auc": area.auc,
            "auc_low": area.low,
            "auc_high": area.high,
        }


def site_rows(found: BlockFindings, sites: np.ndarray) -> Iterator[Row]:
    """Yield one row per site: coverage of the interval that the other sites make, and the mean residual."""
    if len(np.unique(sites)) < 2:
        return
    residual = found.shown["genes"].family.y - _predicted(found)
    for score in site_scores(residual, left_out_half_width(residual, sites), sites):
        yield {
            "block": found.block.id,
            "site": score.site,
            "patients": score.patients,
            "coverage": score.coverage,
            "mean_residual": score.mean_residual,
        }


def calibration_rows(found: BlockFindings) -> Iterator[Row]:
    """Yield one row per bin of predictions."""
    for number, one in enumerate(calibration_bins(found.shown["genes"].family.y, _predicted(found))):
        yield {
            "block": found.block.id,
            "predicted_bin": number,
            "predicted_mean": one.predicted_mean,
            "observed_mean": one.observed_mean,
            "count": one.count,
        }


def panel_rows(found: BlockFindings) -> Iterator[Row]:
    """Yield one row per gene of the shipped panels, whether it was measured or not."""
    measured = found.shown["genes"]
    place = {symbol: index for index, symbol in enumerate(measured.family.symbols)}
    unknown = np.full(len(place), np.nan)
    adjusted = unknown if measured.joint is None else measured.joint.p_adjusted
    r, decisive = measured.r, _decisive_p(found, "genes", adjusted)
    for panel in load_panels().values():
        for gene in panel.genes:
            index = place.get(gene.symbol)
            p = None if index is None else decisive[index]
            yield {
                "block": found.block.id,
                "panel": panel.id,
                "symbol": gene.symbol,
                "r": None if index is None else r[index],
                "p_max_t": p,
                "reliable": p is not None and bool(p <= ALPHA),
                "in_model": index is not None,
            }


def flow_rows(steps: Sequence[FlowStep]) -> Iterator[Row]:
    """Yield one row per step from the sources to what was tested."""
    for one in steps:
        yield {"step": one.step, "kind": one.kind, "kept": one.kept, "dropped": one.dropped}


def dropped_rows(dropped: Sequence[Dropped]) -> Iterator[Row]:
    """Yield one row for everything that was left out."""
    for one in dropped:
        yield {"kind": one.kind, "name": one.subject, "reason": one.reason}


def _unless_few(best: float, tests: int) -> float | None:
    """Return the mean of the best 100, or nothing where that would be all of them."""
    return best if tests > 100 else None


def _predicted(found: BlockFindings) -> np.ndarray:
    measured = found.shown["genes"]
    family, fitted = measured.family, measured.fitted
    return fitted.mean(family.y) + fitted.predict(family)


def _against_permutations(joint: MaxT | None, summary: Summary) -> Row:
    names = ("share_above_03_p", "count_permuted_mean", "count_permuted_95", "count_p")
    if joint is None:
        return dict.fromkeys(names)
    share_p = permutation_p(joint.null_share_above, summary.share_above_03)
    counts = joint.null_counts
    figures = (share_p, counts.mean(), np.percentile(counts, 95), joint.count_p(summary.parametric_holm_sidak))
    return dict(zip(names, map(float, figures), strict=True))


def _against_the_rung_below(step: Step) -> Row:
    one = step.comparison
    figures = (None,) * 4 if one is None else (one.delta_median_r, one.low, one.high, one.p)
    names = ("delta_median_r", "delta_low", "delta_high", "delta_p")
    return {**dict(zip(names, figures, strict=True)), "compared_with": step.below}
