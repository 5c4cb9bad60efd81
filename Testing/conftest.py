"""Fixtures that every room's tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from Testing.network import loopback_only


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """Whatever is tested: nothing reaches another machine."""
    with loopback_only():
        yield


@pytest.fixture(scope="session")
def repo_root() -> Path:
    """The root of the source tree."""
    return Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def data_root() -> Path:
    """The real data for tests: ``$RADIOGENOMICS_DATA``, or a skip that says so."""
    folder = os.environ.get("RADIOGENOMICS_DATA", "")
    if not folder:
        pytest.skip("RADIOGENOMICS_DATA is not set: no real data on this machine")
    if not Path(folder).is_dir():
        pytest.skip(f"RADIOGENOMICS_DATA={folder} is not a folder")
    return Path(folder)
