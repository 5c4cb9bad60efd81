"""Predict held-out patients by a head that was chosen, in all its parts, inside each outer training fold.

Every outer training fold is split again by patient. Each configuration of the space (:mod:`.choice_space`) predicts
the inner held-out patients, and the one with the largest *pooled correlation* is taken: over all pairs of a patient and
a gene, of measured and predicted deviations from the gene's mean. It has no unit, as the headline has none. The
configuration is then fitted on the whole outer training fold and predicts the outer held-out patients, who had no part
in anything before (Varma and Simon, BMC Bioinformatics 2006;7:91).

Kernels do not depend on expression, and with the axes orthonormal the pooled correlation needs programmes only, no
genes; so the whole procedure is repeated on many permutations of the patients at once.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsTrainLib.validation.choice_space import Choice
from RadioGenomicsTrainLib.validation.choice_space import Space
from RadioGenomicsTrainLib.validation.chosen_ridge import RIDGES
from RadioGenomicsTrainLib.validation.chosen_ridge import dual_weights
from RadioGenomicsTrainLib.validation.chosen_ridge import least_errors
from RadioGenomicsTrainLib.validation.chosen_ridge import left_out_errors
from RadioGenomicsTrainLib.validation.folds import patient_folds
from RadioGenomicsTrainLib.validation.oof_matrix import Folds

# Of training and test patients: for each set of features its kernels [train, train] and [test, train], centered on the
# training patients and of mean diagonal 1; all fitted on the training patients.
SetKernels = Callable[[np.ndarray, np.ndarray], list[tuple[np.ndarray, np.ndarray]]]

_INNER_FOLDS = 5
# Permutations at a time, so that what is multiplied stays in the processor's cache.
_AT_ONCE = 16


@dataclass(frozen=True, eq=False)
class Targets:
    """What is predicted.

    Attributes:
        own: ``[n, T]`` measured values.
        drawn: ``[n, T]`` the same drawn all the way to the means of subtypes; None where there are none.
        programmes: ``[P, T]`` orthonormal axes from patients in no fold, the widest first; None where there are none.
    """

    own: np.ndarray
    drawn: np.ndarray | None = None
    programmes: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Nested:
    """Out-of-fold predictions of everything that was chosen in the folds.

    Attributes:
        chosen: by outer fold, those of all repeats.
        predicted: ``[n, T]`` deviations from the training-fold mean, the mean over repeats.
    """

    chosen: list[Choice]
    predicted: np.ndarray


class NestedChoice:
    """The procedure, on fixed outer folds.

    Args:
        targets: what is predicted.
        splits: repeated outer splits.
        kernels: of the sets of the space, in its order.
        space: what is chosen from.
        seed: of the inner splits.
    """

    def __init__(
        self, targets: Targets, splits: Sequence[Folds], kernels: SetKernels, space: Space, seed: int = 0
    ) -> None:
        self._n = len(targets.own)
        self._splits, self._kernels, self._seed = splits, kernels, seed
        drawn = targets.own if targets.drawn is None else targets.drawn
        self._levels = _Levels(targets.own, drawn, targets.programmes)
        self._options = _Options(space, targets.drawn is not None, self._levels.programmes)

    @property
    def options(self) -> list[str]:
        """Every configuration that is compared, in words."""
        return [str(choice) for choice in self._options.choices]

    def predict(self) -> Nested:
        """Choose and predict."""
        order = np.arange(self._n)[None]
        chosen, small, whole = self._run(order, np.float64, silent)
        return Nested([self._options.choices[one] for one in chosen[0]], self._levels.genes(small[0], whole[0]))

    def permuted(self, orders: np.ndarray, progress: Progress = silent) -> Callable[[int], np.ndarray]:
        """Do all of it anew with permuted patients.

        Args:
            orders: ``[B, n]`` whose expression and subtype each patient is given.
            progress: told after every outer fold.

        Returns:
            From a permutation's number to its out-of-fold deviations ``[n, T]``.
        """
        _, small, whole = self._run(orders, np.float32, progress)
        return lambda number: self._levels.genes(small[number], whole[number])

    def for_everybody(self) -> Choice:
        """Return what the procedure chooses when all patients are training patients."""
        everybody, order = np.arange(self._n), np.arange(self._n)[None]
        scores = self._inner_scores(everybody, len(self._splits) * len(self._splits[0]), order, np.float64)
        return self._options.choices[int(scores[0].argmax())]

    def _run(self, orders: np.ndarray, dtype: type, progress: Progress) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the number of each fold's choice ``[B, folds]``, and the predictions by programmes and by genes."""
        count = sum(map(len, self._splits))
        chosen = np.zeros((len(orders), count), int)
        small: np.ndarray = np.zeros((len(orders), self._n, self._levels.programmes), dtype)
        whole: np.ndarray = np.zeros((len(orders), self._n, self._levels.axes), dtype)
        number = 0
        for folds in self._splits:
            for test in folds:
                train = np.setdiff1d(np.arange(self._n), test)
                chosen[:, number] = self._inner_scores(train, number, orders, dtype).argmax(axis=1)
                taken = self._options.set_of[chosen[:, number]].tolist()
                outer = self._kernels(train, test)
                fits = {one: _fit(*outer[one]) for one in set(taken)}
                for index, order in enumerate(orders):
                    option = self._options.choices[chosen[index, number]]
                    self._predict_outer(option, fits[taken[index]], order[train], test, small[index], whole[index])
                number += 1
                progress(number / count, f"outer fold {number} of {count}: chosen and predicted")
        return chosen, small / len(self._splits), whole / len(self._splits)

    def _predict_outer(
        self,
        option: Choice,
        fit: tuple[np.ndarray, np.ndarray],
        train: np.ndarray,
        test: np.ndarray,
        small: np.ndarray,
        whole: np.ndarray,
    ) -> None:
        """Add the predictions of one choice on one outer fold; ``train`` says whose levels the fold is fitted to."""
        left_out, duals = fit
        if option.ridge is not None:
            given = self._levels.at(option.subtype_weight, train, whole=True)
            whole[test] += duals[RIDGES.index(option.ridge)] @ given
            return
        given = self._levels.at(option.subtype_weight, train)[:, : option.programmes]
        best = least_errors(left_out @ given)
        by_ridge = duals @ given
        small[test, : option.programmes] += np.take_along_axis(by_ridge, best[None, None], axis=0)[0]

    def _inner_scores(self, train: np.ndarray, fold: int, orders: np.ndarray, dtype: type) -> np.ndarray:
        """Return every option's pooled correlation ``[B, options]`` on the inner folds, but for a factor per row."""
        seed = int(np.random.SeedSequence([self._seed, fold]).generate_state(1)[0])
        inner = patient_folds(len(train), min(_INNER_FOLDS, len(train)), seed)
        parts = []
        for test in inner:
            rest = np.setdiff1d(np.arange(len(train)), test)
            parts.append((rest, test, self._kernels(train[rest], train[test])))
        scores = np.empty((len(orders), len(self._options.choices)))
        for number in range(self._options.sets):
            fits = []
            for rest, test, kernels in parts:
                fits.append((rest, test, *(one.astype(dtype) for one in _fit(*kernels[number]))))
            mine = np.flatnonzero(self._options.set_of == number)
            for start in range(0, len(orders), _AT_ONCE):
                some = slice(start, start + _AT_ONCE)
                scores[some, mine] = self._score_set(fits, orders[some][:, train], dtype)
        return scores

    def _score_set(self, fits: list[tuple[np.ndarray, ...]], rows: np.ndarray, dtype: type) -> np.ndarray:
        """Return the options' scores ``[B, options of a set]`` of one set of features."""
        options = self._options
        found = []
        if options.programmes:
            found.append(self._score_programmes(fits, rows, dtype))
        if options.ridge_places:
            found.append(self._score_genes(fits, rows, dtype))
        return np.concatenate(found, axis=1)

    def _score_programmes(self, fits: list[tuple[np.ndarray, ...]], rows: np.ndarray, dtype: type) -> np.ndarray:
        """Return the scores ``[B, weights x numbers of programmes]``, each programme with a ridge of its own."""
        options, sums = self._options, _Sums()
        own, drawn = self._levels.stacked(rows, dtype)
        for rest, test, errors, duals in fits:
            chosen = _ridges_of_least_error(errors, own[rest], drawn[rest], options.weights)
            first, second = _times(duals, own[rest]), _times(duals, drawn[rest])
            predicted = [
                (1 - weight) * _take(first, best) + weight * _take(second, best)
                for weight, best in zip(options.weights, chosen, strict=True)
            ]
            sums.add(np.stack(predicted).astype(dtype, copy=False), own[test])
        shape = (len(options.weights), len(rows), -1)
        covariance, variance = (one.reshape(shape).cumsum(axis=2) for one in sums.moments())
        places = np.array(options.programmes) - 1
        return np.asarray(_ratio(covariance, variance)[:, :, places].transpose(1, 0, 2).reshape(len(rows), -1))

    def _score_genes(self, fits: list[tuple[np.ndarray, ...]], rows: np.ndarray, dtype: type) -> np.ndarray:
        """Return the scores ``[B, weights x ridges]``, one ridge for all genes."""
        options = self._options
        first_sums, second_sums, crossed = _Sums(), _Sums(), 0.0
        own, drawn = self._levels.stacked(rows, dtype, whole=True)
        for rest, test, _, duals in fits:
            duals = duals[options.ridge_places]
            first = _times(duals, own[rest])
            second = _times(duals, drawn[rest]) if options.several_weights else first
            first_sums.add(first, own[test])
            if options.several_weights:
                second_sums.add(second, own[test])
                crossed = crossed + np.einsum("rnt,rnt->rt", first, second)
        shape = (len(options.ridge_places), len(rows), -1)
        cov, var = (one.reshape(shape).sum(axis=2) for one in first_sums.moments())
        by_weight = [_ratio(cov, var)]
        if options.several_weights:
            cov_2, var_2 = (one.reshape(shape).sum(axis=2) for one in second_sums.moments())
            between = (crossed - first_sums.total * second_sums.total / first_sums.count).reshape(shape).sum(axis=2)
            by_weight = [
                _ratio((1 - w) * cov + w * cov_2, (1 - w) ** 2 * var + 2 * w * (1 - w) * between + w**2 * var_2)
                for w in options.weights
            ]
        return np.asarray(np.stack(by_weight).transpose(2, 0, 1).reshape(len(rows), -1))


class _Levels:
    """Expression by programmes, and by axes that hold all of it."""

    def __init__(self, own: np.ndarray, drawn: np.ndarray, programmes: np.ndarray | None) -> None:
        none = np.zeros((0, own.shape[1]))
        self._programmes = none if programmes is None else programmes
        together = own if drawn is own else np.vstack([own, drawn])
        _, size, axes = np.linalg.svd(together, full_matrices=False)
        self._axes = axes[size > 1e-9 * max(size[0], 1e-300)]
        self._own = [own @ self._programmes.T, own @ self._axes.T]
        self._drawn = [drawn @ self._programmes.T, drawn @ self._axes.T]
        self.programmes, self.axes = len(self._programmes), len(self._axes)

    def at(self, weight: float, rows: np.ndarray, *, whole: bool = False) -> np.ndarray:
        """Return the levels of some patients, drawn so far, by programmes or by all axes."""
        return (1 - weight) * self._own[whole][rows] + weight * self._drawn[whole][rows]

    def stacked(self, rows: np.ndarray, dtype: type, *, whole: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """Return own and drawn levels ``[n, B x axes]`` of the patients in ``rows`` ``[B, n]``."""
        size = rows.shape[1]
        own, drawn = (one[whole][rows].astype(dtype).transpose(1, 0, 2) for one in (self._own, self._drawn))
        return own.reshape(size, -1), drawn.reshape(size, -1)

    def genes(self, small: np.ndarray, whole: np.ndarray) -> np.ndarray:
        """Return predictions by gene ``[n, T]`` of those by programmes and those by all axes."""
        return np.asarray(small @ self._programmes + whole @ self._axes)


class _Options:
    """The configurations of a space in the order of their scores: by set, those by programmes first."""

    def __init__(self, space: Space, drawn: bool, programmes: int) -> None:
        self.weights = space.subtype_weights if drawn else (0.0,)
        self.several_weights = len(self.weights) > 1
        self.programmes = tuple(dict.fromkeys(min(one, programmes) for one in space.programmes)) if programmes else ()
        self.ridge_places = [RIDGES.index(ridge) for ridge in space.ridges]
        self.sets = len(space.sets)
        self.choices, set_of = [], []
        for number, features in enumerate(space.sets):
            own = [Choice(features, w, count, None) for w in self.weights for count in self.programmes]
            own += [Choice(features, w, 0, ridge) for w in self.weights for ridge in space.ridges]
            self.choices += own
            set_of += [number] * len(own)
        self.set_of = np.array(set_of)


class _Sums:
    """What correlations are made of, summed over inner folds."""

    def __init__(self) -> None:
        self.count = 0
        self.total = self._square = self._product = self._observed = np.zeros(1)

    def add(self, predicted: np.ndarray, observed: np.ndarray) -> None:
        """Take the held-out patients of a fold: ``[k, n, T]`` and ``[n, T]``."""
        self.count += len(observed)
        self.total = self.total + predicted.sum(axis=1)
        self._square = self._square + np.einsum("knt,knt->kt", predicted, predicted)
        self._product = self._product + np.einsum("knt,nt->kt", predicted, observed)
        self._observed = self._observed + observed.sum(axis=0)

    def moments(self) -> tuple[np.ndarray, np.ndarray]:
        """Return covariance with the observed and variance, both ``[k, T]``, times the patients."""
        return (
            self._product - self.total * self._observed / self.count,
            self._square - self.total**2 / self.count,
        )


def _fit(inner: np.ndarray, outer: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return, by ridge, the matrices of leave-one-out errors and of predictions; both times levels."""
    return left_out_errors(inner), outer @ dual_weights(inner)


def _ridges_of_least_error(
    errors: np.ndarray, own: np.ndarray, drawn: np.ndarray, weights: Sequence[float]
) -> list[np.ndarray]:
    """Return the ridge ``[T]`` that each target takes, for every weight; errors are quadratic in it."""
    first = _times(errors, own)
    square = np.einsum("rnt,rnt->rt", first, first)
    if len(weights) == 1:
        return [square.argmin(axis=0)]
    second = _times(errors, drawn)
    crossed = np.einsum("rnt,rnt->rt", first, second)
    square_2 = np.einsum("rnt,rnt->rt", second, second)
    return [((1 - w) ** 2 * square + 2 * w * (1 - w) * crossed + w**2 * square_2).argmin(axis=0) for w in weights]


def _times(by_ridge: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Return ``[ridges, k, T]`` of matrices ``[ridges, k, n]``, as one product of large matrices."""
    ridges, size, n = by_ridge.shape
    return np.asarray(by_ridge.reshape(-1, n) @ targets).reshape(ridges, size, -1)


def _take(by_ridge: np.ndarray, best: np.ndarray) -> np.ndarray:
    return np.take_along_axis(by_ridge, best[None, None], axis=0)[0]


def _ratio(covariance: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Return the pooled correlation but for the spread of what was observed; what predicts nothing counts as 0."""
    size = np.sqrt(np.maximum(variance, 0))
    return np.divide(covariance, size, out=np.zeros_like(covariance), where=size > 1e-9)
