"""The panel's pure parts, loaded against doubles of what only the application has."""

from __future__ import annotations

import pytest

from Testing.panel_doubles import application_modules


@pytest.fixture(autouse=True)
def application():
    with application_modules():
        yield
