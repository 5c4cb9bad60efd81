"""Gene heads beside the default, on the same embedding: fitted to a subtype's mean, or to programmes of genes.

What patients without a scan teach, a subtype's mean levels and programmes (principal axes) of genes, is fixed before
any fold is made; everything else is chosen in the fold. Prints Markdown; what WORK holds is used again:

    python -m Testing.benchmarks.lgg_gene_heads --work WORK > tables.md
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from RadioGenomicsTrainLib.training.gene_validation import headline
from RadioGenomicsTrainLib.training.gene_validation import out_of_fold
from RadioGenomicsTrainLib.training.programme_head import chosen_ridge
from RadioGenomicsTrainLib.validation.correlation import parametric_p
from RadioGenomicsTrainLib.validation.correlation import pearson
from RadioGenomicsTrainLib.validation.folds import patient_folds
from RadioGenomicsTrainLib.validation.folds import repeated_folds
from RadioGenomicsTrainLib.validation.gene_scores import score_genes
from RadioGenomicsTrainLib.validation.joint_null import JointNull
from RadioGenomicsTrainLib.validation.joint_null import MaxT
from RadioGenomicsTrainLib.validation.multiple_testing import adjust
from RadioGenomicsTrainLib.validation.multiple_testing import count_below
from RadioGenomicsTrainLib.validation.oof_matrix import Folds
from RadioGenomicsTrainLib.validation.oof_matrix import oof_mean_matrix
from RadioGenomicsTrainLib.validation.paired import compare
from Testing.benchmarks.lgg_levels import Levels
from Testing.benchmarks.lgg_levels import load_levels


class Ridge:
    """Kernel ridge of the default's kernel over fixed splits."""

    def __init__(self, levels: Levels, repeats: Sequence[Folds]) -> None:
        self._levels, self._repeats, self._h = levels, repeats, dict[float, np.ndarray]()
        self._chosen = chosen_ridge(levels.embedding, levels.embedding, repeats, levels.groups)

    def one(self, target: np.ndarray, ridge: float) -> np.ndarray:
        """Return held-out deviations ``[n, k]`` with one ridge for all targets ``[n, k]``."""
        if ridge not in self._h:
            embedding = self._levels.embedding
            self._h[ridge] = out_of_fold(embedding, embedding, self._repeats, ridge, self._levels.groups)
        return np.asarray(self._h[ridge] @ target)

    def each(self, target: np.ndarray) -> np.ndarray:
        """Return the same with a ridge for every target, of the least leave-one-out error in the training fold."""
        return self._chosen.predict(target)


Head = Callable[[Ridge, np.ndarray, np.ndarray], np.ndarray]


def heads(levels: Levels) -> dict[str, Head]:
    """Return heads by title: of a ridge, levels ``[n, G]`` and subtype means ``[n, G]`` they make predictions."""
    axes = levels.programmes()

    def toward(weight: float, ridge: float) -> Head:
        return lambda fit, y, means: fit.one((1 - weight) * y + weight * means, ridge)

    def programmes(count: int) -> Head:
        return lambda fit, y, means: fit.each(y @ axes[:count].T) @ axes[:count]

    made = {"default: levels, ridge 0.5": toward(0, 0.5), "levels, ridge 0.2": toward(0, 0.2)}
    for ridge in (0.5, 0.2):
        for weight in (0.5, 0.75, 1):
            made[f"{100 * weight:.0f} % toward the subtype's mean, ridge {ridge:g}"] = toward(weight, ridge)
    made["30 programmes, ridge 0.5 for all"] = lambda fit, y, means: fit.one(y @ axes[:30].T, 0.5) @ axes[:30]
    made |= {f"{count} programmes, a ridge each": programmes(count) for count in (5, 10, 30, 100)}
    both = programmes(30), toward(0.5, 0.2)
    made["mean of 30 programmes, a ridge each, and 50 % toward the subtype's mean, ridge 0.2"] = lambda fit, y, means: (
        (both[0](fit, y, means) + both[1](fit, y, means)) / 2
    )
    return made


def permuted(fit: Ridge, head: Head, levels: Levels, count: int, seed: int = 0) -> MaxT:
    """Refit on permuted patients, each with their levels and their subtype."""
    rng = np.random.default_rng(seed)
    y, means = levels.y, levels.subtype_means()
    tally = JointNull(pearson(y, head(fit, y, means)), len(y), count, 0.3, 100)
    for _ in range(count):
        order = rng.permutation(len(y))
        tally.add(pearson(y[order], head(fit, y[order], means[order]))[tally.order])
    return tally.result()


def print_table(levels: Levels, permutations: int) -> None:
    """Print the figures of every head, each against the default."""
    y, n, means = levels.y, len(levels.y), levels.subtype_means()
    splits = repeated_folds(n, 5, 10)
    apart = [patient_folds(n, 5, seed, groups=levels.sites.tolist()) for seed in range(10)]
    fit, fit_apart = Ridge(levels, splits), Ridge(levels, apart)
    mean, mean_apart = oof_mean_matrix(n, splits) @ y, oof_mean_matrix(n, apart) @ y
    fold_of = np.array([[row in test for test in splits[0]].index(True) for row in range(n)])
    print(f"\n{levels.unit}: {n} patients with scans, {len(levels.others)} without, {y.shape[1]} genes\n")
    print(
        "| head | genes | Holm-Sidak | max-T | within subtypes | no site shared | R2 > 0, slope | against the default |"
    )
    print("|---|---|---|---|---|---|---|---|")
    default = None
    for title, head in heads(levels).items():
        predicted = head(fit, y, means)
        default = predicted if default is None else default
        r = pearson(y, predicted)
        tested = permuted(fit, head, levels, permutations)
        scores = score_genes(y, predicted, mean, fold_of)
        paired = compare(y, predicted, default)
        one, sites = headline(r), headline(pearson(y, mean_apart + head(fit_apart, y, means)))
        cells = [
            title,
            f"{one['median_r']:.3f}, {one['best_100_mean_r']:.3f}, {100 * one['share_above_03']:.1f} %",
            f"{count_below(adjust(parametric_p(r, n)).holm_sidak)}",
            f"{count_below(tested.p_adjusted)}",
            f"{_within(levels, predicted):.3f}",
            f"{sites['median_r']:.3f}",
            f"{100 * (scores.r2_oos > 0).mean():.0f} %, {np.nanmedian(scores.slope):.2f}",
            f"{paired.delta_median_r:+.3f} ({paired.low:+.3f} to {paired.high:+.3f})"
            if predicted is not default
            else "",
        ]
        print(f"| {' | '.join(cells)} |", flush=True)


def print_noise(levels: Levels, runs: int) -> None:
    """Print in how many runs on embeddings of noise any of a fifth of the genes is significant."""
    fifth = replace(levels, y=levels.y[:, ::5], others=levels.others[:, ::5])
    chosen = {title: head for title, head in heads(fifth).items() if "default" in title or "30 programmes, a" in title}
    found = dict.fromkeys(chosen, 0)
    for run in range(runs):
        embedding = np.random.default_rng([run, 1]).standard_normal(levels.embedding.shape)
        noise = replace(fifth, embedding=embedding)
        fit = Ridge(noise, repeated_folds(len(noise.y), 5, 2, run))
        for title, head in chosen.items():
            found[title] += bool(count_below(permuted(fit, head, noise, 99, run).p_adjusted))
    for title, count in found.items():
        print(f"\nNoise, {title}: any gene in {count} of {runs} runs (2 x 5-fold, 99 permutations, max-T at .05)")


def _within(levels: Levels, predicted: np.ndarray) -> float:
    """Return the median r once every subtype's mean is taken off levels and predictions."""
    y, p, known = levels.y.copy(), predicted.copy(), levels.subtypes != ""
    for subtype in set(levels.subtypes[known].tolist()):
        rows = levels.subtypes == subtype
        y[rows] -= y[rows].mean(axis=0)
        p[rows] -= p[rows].mean(axis=0)
    return headline(pearson(y[known], p[known]))["median_r"]


def main() -> None:
    """Print a table for every expression table of the cohort."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="work folder of radiogenomics-train")
    parser.add_argument("--permutations", type=int, default=400, help="of the patients, for max-T")
    parser.add_argument("--noise", type=int, default=0, help="runs on embeddings of noise, in place of the tables")
    options = parser.parse_args()
    for levels in load_levels(options.work):
        if options.noise:
            print_noise(levels, options.noise)
        else:
            print_table(levels, options.permutations)


if __name__ == "__main__":
    main()
