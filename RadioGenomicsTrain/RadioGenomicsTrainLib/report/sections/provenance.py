"""Where the figures come from, and what limits them."""

from __future__ import annotations

from RadioGenomicsLib.report.facts import flattened
from RadioGenomicsTrainLib.report.content import Heading
from RadioGenomicsTrainLib.report.content import Points
from RadioGenomicsTrainLib.report.content import Section
from RadioGenomicsTrainLib.report.content import Table
from RadioGenomicsTrainLib.report.content import Text
from RadioGenomicsTrainLib.report.validation_record import Record
from RadioGenomicsTrainLib.report.wording import label

_COMMON_LIMITS = (
    "Cross-validation within one cohort tells of patients like these; scans from outside this collection were not "
    "tried.",
    "What holds by max-T is told from chance; that does not make it accurate enough to act on.",
)


def limitations(record: Record) -> Section:
    """Say what limits the figures: first what the cohort's description states."""
    return Section("limits", "Limitations", (Points([*record.card["cohort"]["limitations"], *_COMMON_LIMITS]),))


def provenance(record: Record) -> Section:
    """Show settings, versions, citations and the license."""
    card = record.card
    rungs = [(one["rung"], label(one["kind"]), one["reference"]) for one in card.get("rungs", [])]
    return Section(
        "provenance",
        "Provenance",
        (
            Table("Settings", ("Setting", "Value"), list(flattened(card["settings"])), words=(0, 1)),
            Table("Made with", ("What", "Value"), list(flattened(card["provenance"])), words=(0, 1)),
            Table("The predictors", ("Predictor", "Kind", "Reference"), rungs, words=(0, 1, 2), folded=True),
            Heading("License of the data"),
            Text(card["cohort"]["licence"] or "Not stated."),
            Heading("Please cite"),
            Points(card["cohort"]["citation"] or ["No citation is stated."]),
        ),
    )
