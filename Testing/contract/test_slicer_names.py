"""Every name of Qt, CTK and Slicer that the code uses is in the running application (Slicer 5.13, Qt 5.15)."""

from __future__ import annotations

import json

import pytest

from Testing.contract.slicer_doubles import offered_names
from Testing.contract.slicer_uses import EXTRACT
from Testing.contract.slicer_uses import used_names

REAL = {place: set(names) for place, names in json.loads(EXTRACT.read_text(encoding="utf-8")).items()}
HINT = "not in the application, or new: run python -m Testing.contract.slicer_uses with the list of its names"


@pytest.mark.parametrize("place", sorted(used_names()))
def test_every_name_that_the_code_uses_is_in_the_application(place: str) -> None:
    assert used_names()[place] - REAL.get(place, set()) == set(), HINT


@pytest.mark.parametrize("place", sorted(offered_names()))
def test_a_double_offers_nothing_that_the_application_has_not(place: str) -> None:
    assert offered_names()[place] - REAL.get(place, set()) == set(), HINT


def test_what_cannot_be_there_is_seen() -> None:
    # The fault that opened no panel: Slicer wraps no QtSvg.
    assert "QSvgWidget" not in REAL["qt"]
    assert "QSvgWidget" not in used_names()["qt"]
    # Of each kind of use, one that is seen.
    assert "AlignRight" in used_names()["qt.Qt"]
    assert "currentData" in used_names()["qt.QComboBox"]
    assert "setPixmap" in used_names()["qt.QLabel"]
    assert "currentIndexChanged" in used_names()["qt.QComboBox"]
    assert "VTKObservationMixin" in used_names()["slicer.util"]
    assert "pip_ensure" in used_names()["slicer.packaging"]
    assert "plots" in used_names()["slicer.modules"]
    assert "setSortIndicator" in used_names()["qt.QHeaderView"]
    assert "resetFocalPoint" in used_names()["slicer.qMRMLThreeDView"]
