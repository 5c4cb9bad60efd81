"""Join the predictions of several heads by non-negative weights that inner folds decide (Breiman 1996).

One weight per head serves all genes, so the weights depend on Y only through the patients' n x n product Y Yᵀ, and
with them given the prediction is H Y once more. A refit on permuted patients then costs a few small products.
The weights come from Y, so the whole is not linear in it: its null takes refits (:mod:`.refit_null`).
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import fields

import numpy as np
from scipy.optimize import nnls

from RadioGenomicsTrainLib.validation.cohort_data import FitLinear
from RadioGenomicsTrainLib.validation.cohort_data import Groups
from RadioGenomicsTrainLib.validation.folds import patient_folds
from RadioGenomicsTrainLib.validation.oof_matrix import Folds
from RadioGenomicsTrainLib.validation.oof_matrix import oof_mean_matrix

Embedding = tuple[np.ndarray, Groups]


@dataclass(frozen=True, eq=False)
class _OuterFold:
    """What one training fold needs to weigh its heads, none of it made from Y.

    Attributes:
        test, train: patients.
        weights: ``[heads, n_test, n_train]`` what each head makes of the training fold.
        quadratic: ``[heads, heads, n_train, n_train]``; with Y Yᵀ, the products of the inner predictions.
        linear: ``[heads, n_train, n_train]``; with Y Yᵀ, their products with what they should have been.
    """

    test: np.ndarray
    train: np.ndarray
    weights: np.ndarray
    quadratic: np.ndarray
    linear: np.ndarray


@dataclass(frozen=True, eq=False)
class Stack:
    """A stack of linear heads over fixed splits.

    Attributes:
        patients: how many.
        repeats: the outer folds of every split.
    """

    patients: int
    repeats: tuple[tuple[_OuterFold, ...], ...]

    @classmethod
    def of(
        cls,
        embeddings: Sequence[Embedding],
        splits: Sequence[Folds],
        head: FitLinear,
        inner_folds: int = 5,
        seed: int = 0,
    ) -> Stack:
        """Prepare a stack.

        Args:
            embeddings: ``[n, d]`` of each head, and its groups of columns.
            splits: repeated outer splits.
            head: how each head is fitted.
            inner_folds: of each training fold; fewer where it has not twice as many patients.
            seed: of the inner folds.
        """
        whole = [[head(values, [folds], groups) for values, groups in embeddings] for folds in splits]
        return cls(
            len(embeddings[0][0]),
            tuple(
                tuple(_outer_fold(embeddings, test, heads, head, inner_folds, seed) for test in folds)
                for folds, heads in zip(splits, whole, strict=True)
            ),
        )

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> Stack:
        """Return the stack that :meth:`to_arrays` has taken apart."""
        repeats: dict[str, dict[str, dict[str, np.ndarray]]] = {}
        for key, array in arrays.items():
            repeat, fold, name = key.split()
            repeats.setdefault(repeat, {}).setdefault(fold, {})[name] = array
        whole = tuple(tuple(_OuterFold(**fold) for fold in folds.values()) for folds in repeats.values())
        return cls(sum(len(fold.test) for fold in whole[0]), whole)

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Return all that the stack is made of, to be kept in a file."""
        return {
            f"{repeat} {number} {field.name}": getattr(fold, field.name)
            for repeat, folds in enumerate(self.repeats)
            for number, fold in enumerate(folds)
            for field in fields(fold)
        }

    def weights(self, y: np.ndarray) -> np.ndarray:
        """Return the heads' weights ``[outer folds of all repeats, heads]`` for Y ``[n, G]``."""
        product = _product(y)
        return np.array([_fold_weights(fold, product) for folds in self.repeats for fold in folds])

    def matrix(self, y: np.ndarray) -> np.ndarray:
        """Return H ``[n, n]`` with the weights that Y decides."""
        product = _product(y)
        h = np.zeros((self.patients, self.patients))
        for folds in self.repeats:
            for fold in folds:
                joined = np.tensordot(_fold_weights(fold, product), fold.weights, axes=1)
                h[np.ix_(fold.test, fold.train)] += joined / len(self.repeats)
        return h

    def predict(self, y: np.ndarray) -> np.ndarray:
        """Return the predicted deviations ``[n, G]`` from the training-fold means, refitted on Y."""
        return self.matrix(y) @ y


def _outer_fold(
    embeddings: Sequence[Embedding],
    test: np.ndarray,
    heads: Sequence[np.ndarray],
    head: FitLinear,
    inner_folds: int,
    seed: int,
) -> _OuterFold:
    train = np.setdiff1d(np.arange(len(embeddings[0][0])), test)
    # Two patients or more are left out together, however few there are.
    inner = [patient_folds(len(train), max(2, min(inner_folds, len(train) // 2)), seed)]
    predicted = np.array([head(values[train], inner, groups) for values, groups in embeddings])
    wanted = np.eye(len(train)) - oof_mean_matrix(len(train), inner)
    return _OuterFold(
        test,
        train,
        np.array([h[np.ix_(test, train)] for h in heads]),
        np.einsum("aij,bik->abjk", predicted, predicted, optimize=True),
        np.einsum("aij,ik->ajk", predicted, wanted, optimize=True),
    )


def _product(y: np.ndarray) -> np.ndarray:
    """Return Y Yᵀ ``[n, n]``, every gene counting alike; what is added to a gene is taken off by every head."""
    centered = y - y.mean(axis=0)
    spread = centered.std(axis=0)
    standardized = centered / np.where(spread > 0, spread, 1.0)
    return standardized @ standardized.T


def _fold_weights(fold: _OuterFold, product: np.ndarray) -> np.ndarray:
    """Return the non-negative least-squares weights ``[heads]`` of a training fold."""
    own = product[np.ix_(fold.train, fold.train)]
    a = np.einsum("abij,ij->ab", fold.quadratic, own)
    b = np.einsum("aij,ij->a", fold.linear, own)
    # |A^(1/2) w - A^(-1/2) b|² differs from the sum of squared errors by a constant; A is a Gram matrix.
    values, vectors = np.linalg.eigh(a)
    usable = values > 1e-10 * max(values.max(), 1e-300)
    root = np.sqrt(values[usable])[:, None] * vectors[:, usable].T
    return nnls(root, (vectors[:, usable].T @ b) / np.sqrt(values[usable]))[0]
