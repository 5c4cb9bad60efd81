"""What a model's card says of tests on patients who were kept apart from all development."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NOT_YET_TESTED = "not yet tested on held-out patients"


def held_out_title(test: Mapping[str, Any]) -> str:
    """Return which bundle was tested, on whom and by whom."""
    title, digest = str(test["title"]), str(test["card_sha256"])[:8]
    return (
        f"{title[:1].upper()}{title[1:]}, sha256 {digest}…: {test['patients']} patients ({test['of']}); made "
        f"{test['made_by']}"
    )


def held_out_rows(test: Mapping[str, Any]) -> list[list[str]]:
    """Return figure, cross-validated value, held-out value and note of each row."""
    return [[str(row[name]) for name in ("figure", "cross_validated", "held_out", "note")] for row in test["figures"]]


def held_out_tests(card: Mapping[str, Any]) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """Return the tests of the bundle itself, and those of other bundles of the cohort.

    A test is the bundle's own where the weights are those that were tested; the card may have been added to since.

    Args:
        card: ``model.json``; one without tests, as of older bundles, has none.
    """
    tests = card.get("validation", {}).get("held_out_tests", [])
    weights = card.get("files", {}).get("weights.safetensors")
    own = [test for test in tests if test["weights_sha256"] == weights]
    return own, [test for test in tests if test["weights_sha256"] != weights]


def held_out_statement(card: Mapping[str, Any]) -> str:
    """Return in one paragraph what tests on held-out patients found, or that there was none."""
    own, others = held_out_tests(card)
    told = [] if own else [f"This model is {NOT_YET_TESTED}."]
    told += [_told(test) for test in own]
    told += [f"Of an earlier model of this cohort: {_told(test)}" for test in others]
    return " ".join(told)


def _told(test: Mapping[str, Any]) -> str:
    rows = [
        f"{figure}: {held_out}{f' (cross-validated {seen})' if seen else ''}{f', {note}' if note else ''}"
        for figure, seen, held_out, note in held_out_rows(test)
    ]
    return f"{held_out_title(test)}. {'; '.join(rows)}. {test['caution']}"
