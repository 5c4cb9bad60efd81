"""A result in a few lines for the panel."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import numpy as np
from slicer.i18n import tr as _

from RadioGenomicsLib.panel.device_words import ranOn
from RadioGenomicsLib.report.facts import RESEARCH_USE

if TYPE_CHECKING:
    from RadioGenomicsLib.scene.stored_results import StoredResult


def summaryHtml(stored: StoredResult, reliable: np.ndarray, panelTitle: str) -> str:
    """Return what was predicted, by which model, how much of it is reliable, and every warning, as rich text.

    Args:
        stored: the result.
        reliable: truth values ``[genes]``.
        panelTitle: of the marker panel that the attribution map explains.
    """
    facts, card = stored.facts, stored.facts["model"]["card"]
    lines = [
        _("<b>{model}</b>, trained on {patients} patients of {cohort}.").format(
            model=escape(card["title"]), patients=int(card["patients"]), cohort=escape(card["cohort"])
        ),
        _("{total} genes predicted, {reliable} of them reliably in cross-validation.").format(
            total=f"{len(reliable):,}", reliable=f"{int(np.sum(reliable)):,}"
        ),
        _("Tumor: {volume:.1f} ml. Farther from its nearest training scans than {distance:.0f} % of these.").format(
            volume=facts["tumor_ml"], distance=facts["distance_percentile"]
        ),
        _("The attribution map explains the panel {panel}.").format(panel=escape(panelTitle)),
    ]
    if stored.provenance.get("device"):
        lines.append(_("Ran on: {device}.").format(device=escape(ranOn(str(stored.provenance["device"])))))
    if facts["far"]:
        lines.insert(0, _("<b>This scan is far from the training data: the measured accuracy may not hold.</b>"))
    warnings = [f"<b>{escape(warning)}</b>" for warning in facts["warnings"]]
    return "<br>".join([*lines, *warnings, f"<i>{escape(RESEARCH_USE)}</i>"])
