"""What the tokens of the trials' encoders tell of genes and subtypes, alone and beside the default's groups.

Run after ``lgg_encoders.py``, on what is there of it. Prints Markdown:

    python -m Testing.benchmarks.lgg_encoder_genes --work WORK > tables.md
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.stats import bootstrap
from scipy.stats import mannwhitneyu

from RadioGenomicsLib.model.kernel_head import EmbeddingSpace
from RadioGenomicsLib.progress import silent
from RadioGenomicsTrainLib.training.build import BuildSettings
from RadioGenomicsTrainLib.training.gene_validation import headline
from RadioGenomicsTrainLib.validation.array_cache import read_arrays
from RadioGenomicsTrainLib.validation.correlation import pearson
from RadioGenomicsTrainLib.validation.oof_matrix import Folds
from RadioGenomicsTrainLib.validation.oof_matrix import kernel_ridge_weights
from RadioGenomicsTrainLib.validation.oof_matrix import oof_matrix
from RadioGenomicsTrainLib.validation.paired import compare
from Testing.benchmarks.lgg_trial import Trial
from Testing.benchmarks.lgg_trial import load_trial

ALONE, TOGETHER = 1.0, 0.5


@dataclass(frozen=True, eq=False)
class Member:
    """A group of numbers beside others.

    Attributes:
        values: ``[folds, n, d]``, or ``[1, n, d]`` where all folds have the same.
        share: of the kernel.
    """

    values: np.ndarray
    share: float = 1.0


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="work folder of lgg_encoders.py")
    options = parser.parse_args()
    trial = load_trial(options.work, silent)
    folder = options.work / "trial"
    bounds = np.cumsum(trial.default.groups)[:-1]
    default = [Member(group[None]) for group in np.split(trial.default.values, bounds, axis=1)]
    _frozen(trial, default, folder)
    _trained(trial, default, folder)


def _frozen(trial: Trial, default: list[Member], folder: Path) -> None:
    print("\nTokens of a frozen encoder, one channel at a time, 10 x 5-fold\n")
    table = Table(trial, default, halves=False)
    for name in ("random", "frozen"):
        both = [Member(read_arrays(folder / f"{name}-{role}.npz")["tokens"][None]) for role in ("T1c", "FLAIR")]
        table.alone_and_beside(f"{name}, T1c", both[:1])
        table.alone_and_beside(f"{name}, FLAIR", both[1:])
        table.alone_and_beside(f"{name}, mean of both kernels", [Member(one.values, 0.5) for one in both])


def _trained(trial: Trial, default: list[Member], folder: Path) -> None:
    arms: dict[str, list[dict[str, np.ndarray]]] = {}
    for path in sorted(folder.glob("*-half0.npz")):
        other = path.with_name(path.name.replace("half0", "half1"))
        if other.exists():
            arms[path.name.removesuffix("-half0.npz")] = [read_arrays(path), read_arrays(other)]
    print("\n| encoder trained on the other half | mean Dice | median | below 0.5 | mean minus that of scratch |")
    print("|---|---|---|---|---|")
    overlaps = {name: _held_out(trial, [part["dice"] for part in parts]) for name, parts in arms.items()}
    plain = next((dice for name, dice in overlaps.items() if name.startswith("scratch-")), None)
    for name, dice in overlaps.items():
        gain = "" if plain is None or plain is dice else _mean_with_interval(dice - plain)
        print(f"| {name} | {dice.mean():.3f} | {np.median(dice):.3f} | {(dice < 0.5).sum()} of {len(dice)} | {gain} |")
    print("\nTokens of encoders trained on the other half\n")
    table = Table(trial, default, halves=True)
    members = {name: Member(np.stack([part["tokens"] for part in parts])) for name, parts in arms.items()}
    for name, member in members.items():
        table.alone_and_beside(name, [member])
    table.alone_and_beside("all encoders", [Member(one.values, 1 / len(members)) for one in members.values()])
    for name, parts in arms.items():
        if "programmes" in name:
            own = _held_out(trial, [part["genes"] for part in parts]), _held_out(trial, [p["classes"] for p in parts])
            table.row(f"{name}, the network's own prediction", own, "")
            mean = (table.default[0] + own[0]) / 2, (table.default[1] + own[1]) / 2
            table.row(f"{name}, mean of that and the default's", mean, "")


def _held_out(trial: Trial, by_half: Sequence[np.ndarray]) -> np.ndarray:
    """Return each patient's row from the encoder that did not see them."""
    out = np.empty(by_half[0].shape)
    for values, test in zip(by_half, trial.halves, strict=True):
        out[test] = values[test]
    return out


class Table:
    """Rows of figures with the same patients and folds, each against the default.

    Args:
        trial: the cohort.
        default: the groups of the default head.
        halves: whether the folds are the two halves, and not ten times five.
    """

    def __init__(self, trial: Trial, default: list[Member], *, halves: bool) -> None:
        self._trial, self._groups, self._halves = trial, default, halves
        self._rows = np.isfinite(trial.z).all(axis=1)
        self.default = self._predict(default, TOGETHER)
        print("| embedding | ridge | genes | IDH | 1p/19q | median r against the default |\n|---|---|---|---|---|---|")
        self.row("default", self.default, f"{TOGETHER:g}")

    def alone_and_beside(self, title: str, members: list[Member]) -> None:
        """Print what members tell alone, and as one more group of the default (shares that add up to one)."""
        self.row(title, self._predict(members, ALONE), f"{ALONE:g}")
        self.row(f"default and {title}", self._predict([*self._groups, *members], TOGETHER), f"{TOGETHER:g}")

    def row(self, title: str, predicted: tuple[np.ndarray, np.ndarray], ridge: str) -> None:
        """Print the figures of predicted genes ``[n, G]`` and classes ``[n, 2]``."""
        genes, classes = predicted[0][self._rows], predicted[1]
        z = self._trial.z[self._rows]
        one, difference = headline(pearson(z, genes)), ""
        if predicted is not self.default:
            paired = compare(z, genes, self.default[0][self._rows])
            difference = f"{paired.delta_median_r:+.3f} ({paired.low:+.3f} to {paired.high:+.3f})"
        areas = [_area(classes[:, i], self._trial.classes[:, i]) for i in range(classes.shape[1])]
        figures = f"{one['median_r']:.3f}, {one['best_100_mean_r']:.3f}, {100 * one['share_above_03']:.1f} %"
        print(f"| {title} | {ridge} | {figures} | {areas[0]:.3f} | {areas[1]:.3f} | {difference} |", flush=True)

    def _predict(self, members: Sequence[Member], ridge: float) -> tuple[np.ndarray, np.ndarray]:
        genes, classes = (self._predict_values(members, y, ridge) for y in (self._trial.z, self._trial.classes))
        return genes, classes

    def _predict_values(self, members: Sequence[Member], y: np.ndarray, ridge: float) -> np.ndarray:
        """Return predictions of held-out patients; NaN where nothing was measured."""
        rows = np.flatnonzero(np.isfinite(y).all(axis=1))
        halves = [[np.flatnonzero(np.isin(rows, test)) for test in self._trial.halves]]
        repeats = halves if self._halves else BuildSettings().splits(len(rows))
        own = [Member(member.values[:, rows], member.share) for member in members]
        out = np.full(y.shape, np.nan)
        out[rows] = out_of_fold(own, repeats, ridge) @ y[rows]
        return out


def out_of_fold(members: Sequence[Member], repeats: Sequence[Folds], ridge: float) -> np.ndarray:
    """Return the out-of-fold matrix H of the head of the default, for groups of unequal shares or of fold's own values.

    Args:
        members: of the embedding.
        repeats: splits; a single one where a member has values of its own in every fold.
        ridge: penalty.
    """
    n = members[0].values.shape[1]
    total = sum(member.share for member in members)

    def weights(train: np.ndarray, test: np.ndarray) -> np.ndarray:
        kernel = np.zeros((n, n))
        fold = next(i for i, one in enumerate(repeats[0]) if len(repeats) > 1 or np.array_equal(one, test))
        for member in members:
            values = member.values[fold if len(member.values) > 1 else 0]
            space = EmbeddingSpace.fit(values[train])
            kernel[:, train] += member.share / total * space.kernel(space.place(values))
        return kernel_ridge_weights(kernel, ridge)(train, test)

    return oof_matrix(n, repeats, weights)


def _mean_with_interval(values: np.ndarray) -> str:
    """Return the mean over patients and its 95 % bootstrap interval, in words."""
    drawn = bootstrap((values,), np.mean, method="percentile", rng=np.random.default_rng(0)).confidence_interval
    return f"{values.mean():+.3f} ({drawn.low:+.3f} to {drawn.high:+.3f})"


def _area(score: np.ndarray, case: np.ndarray) -> float:
    cases, others = score[case == 1], score[case == 0]
    return float(mannwhitneyu(cases, others).statistic / (len(cases) * len(others)))


if __name__ == "__main__":
    main()
