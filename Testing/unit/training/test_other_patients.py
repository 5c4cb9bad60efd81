"""What patients without images teach a head."""

from __future__ import annotations

import numpy as np

from RadioGenomicsTrainLib.cohort.clinical import ClinicalTraits
from RadioGenomicsTrainLib.cohort.expression import ExpressionMatrix
from RadioGenomicsTrainLib.training.gene_targets import gene_blocks
from RadioGenomicsTrainLib.training.other_patients import OtherPatients


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
        elsewhere = OtherPatients.of(traits, matrix, inside, 0.75)
        assert elsewhere.expression.patients == tuple(others)
        (block,), _ = gene_blocks(matrix.for_patients(inside), others=elsewhere)
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


def test_programmes_come_from_patients_in_no_fold_whatever_their_subtype() -> None:
    random = np.random.default_rng(3)
    inside, others = [f"P{n}" for n in range(12)], [f"Q{n}" for n in range(60)]
    values = random.normal(8, 1, (72, 2))
    values[12:, 1] = values[12:, 0] + 0.1 * random.normal(size=60)
    matrix = _matrix([*inside, *others], values)

    def axes(levels: ExpressionMatrix) -> np.ndarray | None:
        (block,), _ = gene_blocks(levels.for_patients(inside), others=OtherPatients.of({}, levels, inside, 0.5))
        assert block.fitted_to is block.z
        return block.programmes

    found = axes(matrix)
    assert found is not None
    assert found[0, 0] * found[0, 1] > 0
    shuffled = values.copy()
    shuffled[:12] = random.permutation(values[:12])
    np.testing.assert_allclose(axes(_matrix([*inside, *others], shuffled)), found)
    assert axes(matrix.for_patients([*inside, *others[:49]])) is None
