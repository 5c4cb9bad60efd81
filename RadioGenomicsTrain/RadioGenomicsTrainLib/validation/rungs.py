"""The ladder of predictors: each rung says what it takes of a patient, and every rung has the same folds and figures.

A model that reads scans has to beat what is known without them, and what a ruler would tell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.cohort.clinical import ClinicalTraits

# What of a tumor's descriptors a radiologist could tell with a ruler (VASARI's location and size).
VOLUME_AND_LOCATION = (
    "log_volume_share",
    "log_largest_area_share",
    "front_to_back",
    "off_midline",
    "left_sided",
    "below_vertex",
    "spread_front_to_back",
    "spread_sideways",
    "spread_vertical",
    "crossing_midline",
    "mean_depth",
    "greatest_depth",
    "cortical_share",
)


@dataclass(frozen=True)
class Rung:
    """One predictor of the ladder.

    Attributes:
        name: for people.
        kind: key of the record.
        needs: kinds of features, side by side, that its head is fitted on; for a stack, those of its base heads, of
            which it takes what there is.
        reference: where the idea, or the demand to compare with it, comes from.
        stacked: the heads of ``needs`` are fitted apart and their predictions joined (:mod:`.stacking`).
        stored: its predictions were made elsewhere.
        site_disjoint: it is shown with folds that share no site, too.
        taught: its head also learns from patients without images, where there are some.
    """

    name: str
    kind: str
    needs: tuple[str, ...]
    reference: str
    stacked: bool = False
    stored: bool = False
    site_disjoint: bool = False
    taught: bool = False


RUNGS = (
    Rung("training mean", "training_mean", (), "HE2RNA and tRNAsformer score against it"),
    Rung("tissue source site", "site", ("site",), "Howard et al., Nat Commun 2021;12:4423", site_disjoint=True),
    Rung("age, sex, grade", "clinical", ("clinical",), "what the request form tells"),
    Rung("volume and location", "volume_location", ("volume_location",), "VASARI; Bakas et al., Sci Data 2017"),
    Rung("radiomics", "radiomics", ("radiomics",), "IBSI-like descriptors of the outlined tumor"),
    Rung("deep features", "deep_features", ("deep_features",), "Tan and Le, ICML 2019: trained on photographs alone"),
    Rung("frozen encoder", "frozen_encoder", ("frozen_encoder",), "Gustafsson and Rantalainen, arXiv 2410.00945"),
    Rung("paper mode", "paper", (), "Farooq et al. 2024: encoder, dropout, 1-D convolution", stored=True),
    Rung("all features", "levels_alone", ("default",), "what the shipped head sees, fitted to the levels as they are"),
    Rung("default", "default", ("default",), "the head that the bundle ships", site_disjoint=True, taught=True),
    Rung(
        "default + clinical",
        "default_clinical",
        ("default", "clinical"),
        "the shipped head, told age, sex and grade",
        taught=True,
    ),
    Rung("stack", "stack", ("clinical", "volume_location", "default"), "Breiman, Mach Learn 1996;24:49", stacked=True),
)

# From the simplest to the default: the rungs among which the ladder decides.
CANDIDATES = (
    "clinical",
    "volume_location",
    "radiomics",
    "deep_features",
    "frozen_encoder",
    "paper",
    "levels_alone",
    "default",
)


def site_features(sites: Sequence[str]) -> np.ndarray:
    """Return one column ``[n, sites]`` per site, 1 for its patients."""
    names = np.asarray(sites)
    return (names[:, None] == np.unique(names)).astype(float)


def clinical_features(traits: Sequence[ClinicalTraits]) -> np.ndarray:
    """Return age, sex and grade ``[n, up to 3]``; NaN where unknown, no column where nobody's is known.

    Raises:
        InputError: none of the three is known of anybody.
    """
    table = np.array([[_number(t.age), _sex(t.sex), _grade(t.grade)] for t in traits], dtype=float)
    table = table[:, np.isfinite(table).any(axis=0)]
    if not table.shape[1]:
        mend = "Name the columns of age, sex or grade in the cohort file's [[clinical]] part."
        raise InputError("The clinical tables", "they tell neither age nor sex nor grade", mend)
    return table


def chosen_features(names: Sequence[str], values: np.ndarray, chosen: Sequence[str]) -> np.ndarray:
    """Return the columns ``[n, chosen]`` of these names."""
    place = {name: index for index, name in enumerate(names)}
    return values[:, [place[name] for name in chosen]]


def _number(value: float | None) -> float:
    return np.nan if value is None else float(value)


def _sex(sex: str | None) -> float:
    return {"female": 0.0, "male": 1.0}.get(sex or "", np.nan)


def _grade(grade: str | None) -> float:
    digit = re.search(r"\d", grade or "")
    return float(digit[0]) if digit else np.nan
