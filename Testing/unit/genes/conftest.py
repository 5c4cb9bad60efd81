"""Fixtures for the gene tables."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location("fake_prediction", Path(__file__).with_name("fake_prediction.py"))
_fake = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_fake)


@pytest.fixture(scope="session")
def make_prediction():
    """The factory of predictions, see fake_prediction.py."""
    return _fake.make_prediction
