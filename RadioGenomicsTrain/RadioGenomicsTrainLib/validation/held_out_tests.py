"""Tests of a cohort's bundles on patients kept apart from all development, made by others and handed over."""

from __future__ import annotations

import json
from typing import Any

from RadioGenomicsLib.resources import resource_path


def held_out_tests(cohort: str) -> list[dict[str, Any]]:
    """Return the tests that were handed over, in the order of their file; none where there are none.

    Args:
        cohort: its id; the tests are in ``Resources/HeldOutTests/<id>.json``, each with the SHA-256 of the tested
            bundle's card and weights, the patients, who made it, and rows of figures in words.
    """
    path = resource_path("HeldOutTests", f"{cohort}.json")
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
