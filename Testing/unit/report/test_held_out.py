"""What cards say of tests on patients kept apart."""

from __future__ import annotations

import hashlib
import json

from RadioGenomicsLib.report.held_out import held_out_statement
from RadioGenomicsLib.report.held_out import held_out_tests
from RadioGenomicsLib.resources import resource_path

TEST = {
    "title": "held-out test of the old bundle",
    "card_sha256": "ab" * 32,
    "weights_sha256": "cd" * 32,
    "patients": 7,
    "of": "patients of nobody",
    "made_by": "elsewhere",
    "figures": [{"figure": "mean r", "cross_validated": "0.3", "held_out": "0.1", "note": "p 0.2"}],
    "caution": "Seven are few.",
}


def card(weights: str) -> dict:
    return {"files": {"weights.safetensors": weights}, "validation": {"held_out_tests": [TEST]}}


def test_a_bundle_with_the_weights_that_were_tested_tells_its_own_test() -> None:
    said = held_out_statement(card("cd" * 32))
    assert said.startswith("Held-out test of the old bundle, sha256 abababab…: 7 patients (patients of nobody)")
    assert "mean r: 0.1 (cross-validated 0.3), p 0.2. Seven are few." in said
    assert "not yet tested" not in said


def test_a_new_bundle_is_not_yet_tested_and_tells_of_the_earlier_one() -> None:
    said = held_out_statement(card("00" * 32))
    assert said.startswith(
        "This model is not yet tested on held-out patients. Of an earlier model of this cohort: Held"
    )


def test_an_older_card_is_not_yet_tested() -> None:
    assert held_out_statement({"validation": {}}) == "This model is not yet tested on held-out patients."


def test_the_shipped_models_card_tells_the_test_that_was_handed_over() -> None:
    folder = resource_path("Models", "tcga-lgg")
    shipped = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    own, others = held_out_tests(shipped)
    assert len(own) + len(others) == 1
    assert "da7ddf85" in held_out_statement(shipped)
    weights = hashlib.sha256((folder / "weights.safetensors").read_bytes()).hexdigest()
    assert bool(own) == (weights == (own or others)[0]["weights_sha256"])
