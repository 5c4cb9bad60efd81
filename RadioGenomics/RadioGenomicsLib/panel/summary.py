"""A prediction in a few lines for the panel."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from slicer.i18n import tr as _

from RadioGenomicsLib.report.facts import RESEARCH_USE

if TYPE_CHECKING:
    from RadioGenomicsLib.model.prediction import Prediction


def summaryOf(prediction: Prediction) -> str:
    """Return what was predicted, how much of it is reliable, and every warning, as rich text."""
    genes = prediction.bundle.genes
    lines = [
        _("{total} genes predicted, {reliable} of them reliably in cross-validation.").format(
            total=len(genes.symbol), reliable=int(genes.reliable.sum())
        ),
        _("Tumor: {volume:.1f} ml. Distance to the training scans: percentile {distance:.0f}.").format(
            volume=prediction.tumor_ml, distance=prediction.distance_percentile
        ),
    ]
    warnings = [f"<b>{escape(warning)}</b>" for warning in prediction.warnings]
    return "<br>".join([*lines, *warnings, f"<i>{RESEARCH_USE}</i>"])
