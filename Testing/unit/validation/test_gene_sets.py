"""Gene-set scores against their definition, and what makes them safe to use across folds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.validation.gene_sets import read_gmt
from RadioGenomicsTrainLib.validation.gene_sets import singscore

SYMBOLS = tuple(f"G{number}" for number in range(20))


def test_the_score_follows_its_definition() -> None:
    values = np.array([[5.0, 1.0, 3.0, 2.0, 4.0]])
    scored = singscore(values, ("A", "B", "C", "D", "E"), {"S": ("A", "C")}, least=2)
    # Ranks 5 and 3: mean 4, between (2 + 1) / 2 = 1.5 and 1.5 + (5 - 2) = 4.5.
    assert scored.scores == pytest.approx(np.array([[2.5 / 3]]))


def test_it_runs_from_the_bottom_to_the_top_of_the_ranking() -> None:
    values = np.vstack([np.arange(20.0), -np.arange(20.0)])
    scored = singscore(values, SYMBOLS, {"TOP": SYMBOLS[-6:]})
    assert scored.scores[:, 0] == pytest.approx([1, 0])


def test_equal_levels_share_the_lowest_rank() -> None:
    values = np.array([[0.0, 0.0, 0.0, 1.0]])
    assert singscore(values, SYMBOLS[:4], {"S": SYMBOLS[1:3]}, least=2).scores[0, 0] == pytest.approx(-0.25)


def test_a_patient_is_scored_without_the_others() -> None:
    values = np.random.default_rng(0).normal(8, 3, (12, 20))
    sets = {"S": SYMBOLS[:7]}
    together = singscore(values, SYMBOLS, sets).scores
    alone = np.vstack([singscore(row[None], SYMBOLS, sets).scores for row in values])
    assert np.array_equal(together, alone)
    assert np.allclose(singscore(np.exp(values), SYMBOLS, sets).scores, together)


def test_sets_with_few_measured_members_are_left_out() -> None:
    values = np.random.default_rng(1).normal(size=(3, 20))
    sets = {"FEW": (*SYMBOLS[:4], "X", "Y"), "ENOUGH": (*SYMBOLS[:5], "X", SYMBOLS[0]), "ALL": SYMBOLS}
    scored = singscore(values, SYMBOLS, sets)
    assert scored.names == ("ENOUGH",)
    assert scored.members.tolist() == [5]
    assert scored.scores.shape == (3, 1)


def test_missing_levels_are_refused() -> None:
    with pytest.raises(ValueError, match="complete"):
        singscore(np.full((2, 20), np.nan), SYMBOLS, {"S": SYMBOLS[:6]})


def test_no_set_that_can_be_scored_gives_no_scores() -> None:
    assert singscore(np.ones((3, 20)), SYMBOLS, {"S": ("X",)}).scores.shape == (3, 0)


def test_sets_are_read_as_written(tmp_path: Path) -> None:
    path = tmp_path / "sets.gmt"
    path.write_text("A\thttp://x\tG1\tG2\tG1\t\n\nB\t\tG3\n", encoding="utf-8")
    assert read_gmt(path) == {"A": ("G1", "G2"), "B": ("G3",)}


@pytest.mark.parametrize("text", ["", "A\tnote\n", "\tnote\tG1\n", "A\tx\tG1\nA\tx\tG2\n"])
def test_what_is_no_gene_set_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "sets.gmt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError):
        read_gmt(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_gmt(tmp_path / "none.gmt")


def test_the_hallmarks_are_fifty_sets(data_root: Path) -> None:
    sets = read_gmt(data_root / "annotation" / "h.all.v6.2.symbols.gmt")
    assert len(sets) == 50
    assert "VEGFA" in sets["HALLMARK_HYPOXIA"]
    assert all(32 <= len(members) <= 200 for members in sets.values())
