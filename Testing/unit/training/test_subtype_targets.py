"""Levels drawn toward the means of molecular subtypes."""

from __future__ import annotations

import numpy as np
import pytest

from RadioGenomicsTrainLib.cohort.clinical import ClinicalTraits
from RadioGenomicsTrainLib.cohort.expression import ExpressionMatrix
from RadioGenomicsTrainLib.training.gene_targets import gene_blocks
from RadioGenomicsTrainLib.training.subtype_targets import Subtypes
from RadioGenomicsTrainLib.training.subtype_targets import drawn_to_means


@pytest.fixture
def outside() -> np.ndarray:
    """Twelve patients of subtype A, twelve of B, and two of C."""
    return np.random.default_rng(0).normal(size=(26, 3)) + np.repeat([1.0, -1.0, 5.0], [12, 12, 2])[:, None]


THEIRS = np.repeat(["A", "B", "C"], [12, 12, 2])
OWN = np.array(["A", "B", "C", ""])
Z = np.random.default_rng(1).normal(size=(4, 3))


def test_a_level_goes_the_weight_of_the_way_to_the_mean_of_its_subtype(outside: np.ndarray) -> None:
    drawn = drawn_to_means(Z, OWN, outside, THEIRS, 0.75)
    moved = drawn[0] - drawn[1]
    np.testing.assert_allclose(
        moved, 0.25 * (Z[0] - Z[1]) + 0.75 * (outside[:12].mean(axis=0) - outside[12:24].mean(axis=0))
    )


def test_a_rare_or_unknown_subtype_keeps_its_own_levels(outside: np.ndarray) -> None:
    drawn = drawn_to_means(Z, OWN, outside, THEIRS, 0.75)
    np.testing.assert_allclose(drawn[2] - drawn[3], Z[2] - Z[3])


def test_a_gene_keeps_its_mean(outside: np.ndarray) -> None:
    drawn = drawn_to_means(Z, OWN, outside, THEIRS, 0.5)
    np.testing.assert_allclose(drawn.mean(axis=0), Z.mean(axis=0), atol=1e-12)
    assert not np.allclose(drawn, Z)


@pytest.mark.parametrize(("weight", "own"), [(0.0, OWN), (0.75, np.array(["", "", "C", "D"]))])
def test_levels_stay_as_they_are_where_nothing_is_to_be_told(
    outside: np.ndarray, weight: float, own: np.ndarray
) -> None:
    assert drawn_to_means(Z, own, outside, THEIRS, weight) is Z


def _matrix(patients: list[str], values: np.ndarray) -> ExpressionMatrix:
    return ExpressionMatrix(values, tuple(patients), ("X", "Y"), ("", ""), ("log2 RSEM",) * 2)


def test_no_patient_of_a_fold_has_a_part_in_the_means() -> None:
    random = np.random.default_rng(2)
    inside, others = [f"P{n}" for n in range(12)], [f"Q{n}" for n in range(30)]
    traits = {name: ClinicalTraits(subtype="AB"[number % 2]) for number, name in enumerate([*inside, *others])}
    values = random.normal(8, 2, (42, 2))
    values[12, 0] = np.nan  # not measured in one patient elsewhere, who is left out of all means
    expression = _matrix([*inside, *others], values)

    def fitted_to(levels: np.ndarray) -> np.ndarray:
        matrix = _matrix([*inside, *others], levels)
        subtypes = Subtypes.of(traits, matrix, inside, 0.75)
        assert subtypes.elsewhere.patients == tuple(others)
        (block,), _ = gene_blocks(matrix.for_patients(inside), subtypes=subtypes)
        return block.fitted_to - block.z

    (plain,), _ = gene_blocks(expression.for_patients(inside))
    assert plain.fitted_to is plain.z
    before = fitted_to(values)
    assert np.isfinite(before).all()
    assert np.abs(before).max() > 0.1
    # A patient with images trades levels with another one of their subtype: nobody else's mean moves.
    swapped = values.copy()
    swapped[[0, 2]] = values[[2, 0]]
    np.testing.assert_allclose(fitted_to(swapped)[[2, 0, *range(3, 12)]], before[[0, 2, *range(3, 12)]])
    moved = values.copy()
    moved[13:, 1] += 3.0 * (np.arange(29) % 2)
    assert not np.allclose(fitted_to(moved), before)
