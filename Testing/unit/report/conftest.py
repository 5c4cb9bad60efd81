"""Fixtures for the report: the same made-up prediction as for the gene tables, and pictures to go with it."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

_path = Path(__file__).parents[1] / "genes" / "fake_prediction.py"
_spec = importlib.util.spec_from_file_location("fake_prediction", _path)
_fake = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_fake)


@pytest.fixture(scope="session")
def make_prediction():
    """The factory of predictions, see fake_prediction.py."""
    return _fake.make_prediction


@pytest.fixture(scope="session")
def box_volume():
    """A volume of zeros with a cube in it."""
    return _fake.box_volume


@pytest.fixture(scope="session")
def tumor(box_volume):
    """A cube on the patient's left, in front: i, j and k are not its center's, so that flips show."""
    return box_volume((8, 15, 36), 8, 1, np.uint8)


@pytest.fixture(scope="session")
def channels(box_volume, tumor):
    """A bright head with a brighter tumor."""
    head = box_volume((0, 5, 5), 50, 100.0)
    return {role: head.with_array(head.array + 80.0 * tumor.array, role) for role in ("T1c", "FLAIR")}
