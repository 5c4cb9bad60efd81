"""Test every image feature against every gene, and keep the pairs that stand out of all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsLib.progress import within
from RadioGenomicsTrainLib.association.residuals import covariate_basis
from RadioGenomicsTrainLib.association.residuals import unit_residuals
from RadioGenomicsTrainLib.validation.correlation import critical_r
from RadioGenomicsTrainLib.validation.correlation import fisher_interval
from RadioGenomicsTrainLib.validation.correlation import parametric_p
from RadioGenomicsTrainLib.validation.joint_null import permuted_rows

# Genes per product: 1,000 features x 512 genes in float32 are 2 MB, which are screened while still in the cache.
_GENES_PER_STEP = 512
# Screening is in float32, half the time of float64; pairs this near the cut-off are decided in float64.
_ROUNDING = 1e-5


@dataclass(frozen=True, eq=False)
class Associations:
    """The pairs whose family-wise p is at most alpha, by falling |r|.

    Attributes:
        feature, gene: column numbers [hits].
        r: partial correlations given the covariates [hits].
        low, high: 95 % confidence interval of r by Fisher's z [hits].
        t: Student's t of the pair [hits], with ``degrees`` of freedom.
        p: two-sided [hits].
        q: Benjamini-Hochberg over all pairs [hits].
        p_family: chance of any such pair among all when none is associated [hits]: Bonferroni, or from permutations.
        degrees: n - 2 - covariates.
        pairs: how many were tested.
        below_alpha: pairs with p at most alpha; ``alpha * pairs`` are expected by chance.
        discoveries: pairs with q at most alpha.
        usable_features, usable_genes: which columns were tested; the others have gaps or do not vary.
        null_max: largest |r| of every permutation; empty without permutations.
    """

    feature: np.ndarray
    gene: np.ndarray
    r: np.ndarray
    low: np.ndarray
    high: np.ndarray
    t: np.ndarray
    p: np.ndarray
    q: np.ndarray
    p_family: np.ndarray
    degrees: int
    pairs: int
    below_alpha: int
    discoveries: int
    usable_features: np.ndarray
    usable_genes: np.ndarray
    null_max: np.ndarray


def associate(
    features: np.ndarray,
    genes: np.ndarray,
    covariates: np.ndarray | None = None,
    *,
    alpha: float = 0.05,
    n_permutations: int = 0,
    seed: int = 0,
    progress: Progress = silent,
) -> Associations:
    """Test all pairs by their partial correlation, which is the t test of a linear regression with the covariates.

    Args:
        features: [n, f] of n patients; a column with NaN is left out.
        genes: [n, g]; a column with NaN is left out.
        covariates: [n, k], complete; none where None.
        alpha: family-wise level of the pairs that are kept.
        n_permutations: of the patients, for a family-wise p that heeds the dependence of the pairs; 0 for Bonferroni's.
            The null is that of the largest |r| (Westfall and Young 1993, single step). Residuals of the features are
            permuted and the covariates taken out again: exact without covariates, asymptotic with them.
        seed: of the permutations.
        progress: told after every permutation and every few hundred genes.

    Raises:
        Canceled: from ``progress``.
        ValueError: too few patients, patients that differ in number, or a covariate that cannot be used.
    """
    n = len(features)
    covariates = np.empty((n, 0)) if covariates is None else np.asarray(covariates, dtype=np.float64)
    if not len(genes) == len(covariates) == n:
        raise ValueError(f"features, genes and covariates are of {n}, {len(genes)} and {len(covariates)} patients")
    # Pairs as informative as that many without covariates.
    effective = n - covariates.shape[1]
    if effective < 4:
        raise ValueError(f"{n} patients are too few for {covariates.shape[1]} covariates")
    basis = covariate_basis(covariates)
    x, usable_features = unit_residuals(features, basis)
    steps, usable_genes = _steps(genes, basis)
    pairs = x.shape[1] * int(usable_genes.sum())
    permuted = 0.9 if n_permutations else 0.0
    null = _largest_by_chance(x, steps, basis, n_permutations, seed, within(progress, 0.0, permuted))
    cutoff = _cutoff(null, alpha) if n_permutations else float(critical_r(alpha / max(pairs, 1) / 2, effective))
    # A pair with p above alpha cannot lower the q of one with q below it, so only these decide q.
    single = float(critical_r(alpha / 2, effective))
    feature, gene, sizes = _screen(
        x, steps, min(cutoff, single) - _ROUNDING, cutoff - _ROUNDING, within(progress, permuted, 1.0)
    )
    gene = np.flatnonzero(usable_genes)[gene]
    found, place = np.unique(gene, return_inverse=True)
    y, _usable = unit_residuals(genes[:, found], basis)
    r = np.clip(np.einsum("nh,nh->h", x[:, feature], y[:, place]), -1.0, 1.0)
    order = np.argsort(-np.abs(r), kind="stable")
    order = order[np.abs(r[order]) >= cutoff]
    feature, gene, r = feature[order], gene[order], r[order]
    p = parametric_p(r, effective, one_sided=False)
    q, discoveries = _benjamini_hochberg(p, sizes, pairs, effective, alpha)
    if len(p) > discoveries:
        # Permutations can call a pair whose q is above alpha, and that q may be set by any other pair.
        everything = _screen(x, steps, -1.0, 2.0, silent)[2]
        q, _ = _benjamini_hochberg(p, everything, pairs, effective, alpha)
    p_family = _exceeded(null, np.abs(r)) if n_permutations else np.minimum(1.0, p * pairs)
    with np.errstate(divide="ignore"):
        t = r * np.sqrt((effective - 2) / ((1 - r) * (1 + r)))
    low, high = fisher_interval(r, effective)
    return Associations(
        np.flatnonzero(usable_features)[feature], gene, r, low, high, t, p, q, p_family,
        degrees=effective - 2,
        pairs=pairs,
        below_alpha=int((sizes >= single).sum()),
        discoveries=discoveries,
        usable_features=usable_features,
        usable_genes=usable_genes,
        null_max=null,
    )  # fmt: skip


def _steps(genes: np.ndarray, basis: np.ndarray) -> tuple[list[np.ndarray], np.ndarray]:
    """Return the genes' residuals in float32, some hundred genes in each array, and which genes they are [g]."""
    steps, usable = [], np.zeros(genes.shape[1], dtype=bool)
    for start in range(0, len(usable), _GENES_PER_STEP):
        step = slice(start, start + _GENES_PER_STEP)
        left, usable[step] = unit_residuals(genes[:, step], basis)
        steps.append(np.ascontiguousarray(left, dtype=np.float32))
    return steps, usable


def _products(x: np.ndarray, steps: list[np.ndarray]) -> Iterator[np.ndarray]:
    """Yield |r| [f, genes of the step] in one buffer that the next step overwrites."""
    rows = np.ascontiguousarray(x.T, dtype=np.float32)
    for y in steps:
        product = rows @ y
        yield np.abs(product, out=product)


def _screen(
    x: np.ndarray, steps: list[np.ndarray], lowest: float, cutoff: float, progress: Progress
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return feature and gene of the pairs above the cut-off, and |r| of all above the lowest, in any order.

    Features and genes are numbered among the usable ones.
    """
    feature, gene, sizes, before = [], [], [], 0
    for number, size in enumerate(_products(x, steps)):
        place = np.flatnonzero(size.ravel() >= lowest)
        found = size.ravel()[place]
        sizes.append(found)
        column, width = place[found >= cutoff], size.shape[1]
        feature.append(column // width)
        gene.append(column % width + before)
        before += width
        progress((number + 1) / len(steps), "associations")
    if not steps:
        return np.empty(0, int), np.empty(0, int), np.empty(0)
    return np.concatenate(feature), np.concatenate(gene), np.concatenate(sizes)


def _benjamini_hochberg(
    p: np.ndarray, sizes: np.ndarray, pairs: int, effective: int, alpha: float
) -> tuple[np.ndarray, int]:
    """Return q of the hits (p rising) over all pairs, and how many pairs have q at most alpha."""
    # Step-up from above, in r: as long as fewer are below the level of their number, take that number.
    found = sizes
    while len(found):
        below = found[found >= critical_r(alpha * len(found) / pairs / 2, effective)]
        if len(below) == len(found):
            break
        found = below
    # What comes after the last discovery has a q above alpha, and can lower none below it.
    falling = np.sort(found if len(p) <= len(found) else sizes)[::-1]
    every = parametric_p(falling, effective, one_sided=False)
    # The hits lead, and theirs are known in float64.
    every[: len(p)] = p
    share = every * pairs / np.arange(1, len(every) + 1)
    q = np.minimum.accumulate(share[::-1])[::-1]
    return np.minimum(1.0, q[: len(p)]), len(found)


def _largest_by_chance(
    x: np.ndarray, steps: list[np.ndarray], basis: np.ndarray, count: int, seed: int, progress: Progress
) -> np.ndarray:
    rng = np.random.default_rng(seed)
    largest = np.zeros(count)
    for index in range(count):
        shuffled, _usable = unit_residuals(x[permuted_rows(rng, len(x), None)], basis)
        largest[index] = max((float(size.max(initial=0.0)) for size in _products(shuffled, steps)), default=0.0)
        progress((index + 1) / count, "permutations")
    return largest


def _exceeded(null: np.ndarray, size: np.ndarray) -> np.ndarray:
    # Equal but for float32 rounding is a tie, and a tie counts against the pair.
    above = len(null) - np.searchsorted(np.sort(null), size - 1e-6, side="left")
    return (1 + above) / (1 + len(null))


def _cutoff(null: np.ndarray, alpha: float) -> float:
    """Return the smallest |r| whose family-wise p is at most alpha; above 1 where too few permutations were made."""
    allowed = int(alpha * (1 + len(null)) + 1e-9) - 1
    if allowed < 0:
        return 2.0
    falling = np.sort(null)[::-1]
    return float(np.nextafter(falling[allowed] + 1e-6, 2.0)) if allowed < len(falling) else 0.0
