"""Figures as words: counts, shares, intervals and names."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from RadioGenomicsLib.report.numbers import UNKNOWN
from RadioGenomicsLib.report.numbers import signed

# What a rung knows of a patient, for readers who did not build it.
_PREDICTORS = {
    "training_mean": "the mean of the training patients",
    "site": "the hospital alone",
    "clinical": "age, sex and grade, without any image",
    "volume_location": "the tumor's volume and location",
    "radiomics": "descriptors of the outlined tumor",
    "deep_features": "features of a network trained on photographs alone",
    "frozen_encoder": "what the network that outlines tumors makes of the tumor",
    "paper": "the published method",
    "levels_alone": "the features of the images, without what other patients teach",
    "default": "the shipped head on the features of the images",
    "default_clinical": "the shipped head, told age, sex and grade as well",
    "stack": "several models joined",
}

_OUTCOMES = {"idh_wildtype": "IDH wild type", "codeletion": "1p/19q codeletion"}


def count(value: float, noun: str = "", plural: str = "") -> str:
    """Return ``1,234``, or ``1 gene`` and ``1,234 genes`` with a noun; a dash where it is not known."""
    number = UNKNOWN if math.isnan(value) else f"{round(value):,}"
    if not noun:
        return number
    return f"{number} {noun if value == 1 else plural or noun + 's'}"


def percent(share: float) -> str:
    """Return ``17 %``; small shares with one digit more."""
    if math.isnan(share):
        return UNKNOWN
    return f"{100 * share:.1f} %" if 0 < abs(share) < 0.0995 else f"{100 * share:.0f} %"


def interval(low: float, high: float, digits: int = 2) -> str:
    """Return ``+0.10 to +0.31``."""
    return UNKNOWN if math.isnan(low) else f"{signed(low, digits)} to {signed(high, digits)}"


def p_equals(value: float) -> str:
    """Return ``p = 0.012``, ``p < 0.001``, or that it is not known; it stays on one line."""
    if math.isnan(value):
        return "p not known"
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"


def gene_set(name: str) -> str:
    """Return a gene set's name without what every set of MSigDB's hallmarks begins with."""
    return name.removeprefix("HALLMARK_").replace("_", " ")


def label(name: str) -> str:
    """Return a name from a table as people write it."""
    return _OUTCOMES.get(name, name.replace("_", " "))


def block_title(block: Mapping[str, Any]) -> str:
    """Return what a block of genes is: its unit, its genes and its patients."""
    return f"{block['unit']}: {count(block['genes'], 'gene')}, {count(block['n'], 'patient')}"


def predictor(kind: str) -> str:
    """Say what a kind of rung predicts from."""
    return _PREDICTORS.get(kind, label(kind))


def site_note(splits: str) -> str:
    """Say what kind of folds a rung had, where they were not random."""
    return {"random": "", "site_disjoint": ", sites apart"}.get(splits, f", {label(splits)}")


def file_name(*parts: str) -> str:
    """Return a name that is safe for a file, whatever the parts hold."""
    return re.sub(r"[^A-Za-z0-9]+", "_", "_".join(parts)).strip("_").lower()
