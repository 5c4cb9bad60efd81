"""What each section of the panel says in its title: what is chosen, or the one thing that is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

from slicer.i18n import tr as _

from RadioGenomicsLib.panel.choices import ROLES
from RadioGenomicsLib.panel.choices import chosenScans
from RadioGenomicsLib.panel.parameters import BrainSource
from RadioGenomicsLib.panel.parameters import TumorSource

if TYPE_CHECKING:
    import slicer

    from RadioGenomicsLib.panel.parameters import RadioGenomicsParameterNode

_LONGEST_TITLE = 37

SCAN, BRAIN, TUMOR, PREDICT, RESULTS = "scan", "brain", "tumor", "predict", "results"


@dataclass(frozen=True)
class Section:
    """One section's state.

    Attributes:
        key: :data:`SCAN`, :data:`BRAIN`, :data:`TUMOR`, :data:`PREDICT` or :data:`RESULTS`.
        title: one line: the section's name, and what is chosen or missing; shortened, since the panel cannot be
            narrower than its titles.
        line: the same in full.
        missing: the missing thing as a sentence; empty where nothing is.
        complete: whether there is nothing left to choose either, so that the section may fold.
    """

    key: str
    title: str
    line: str
    missing: str = ""
    complete: bool = False

    @property
    def done(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing


def modelChannels(card: Mapping[str, Any] | None) -> tuple[list[str], list[str]]:
    """Return the roles that a model reads and those it needs; every role, none needed, where the card is unknown."""
    if card is None:
        return list(ROLES), []
    return list(card["preprocessing"]["channels"]), list(card["preprocessing"]["required"])


def scanSection(parameters: RadioGenomicsParameterNode, card: Mapping[str, Any] | None) -> Section:
    """Tell which scans are chosen, or which the model still needs."""
    chosen = chosenScans(parameters)
    read, needed = modelChannels(card)
    lacking = [role for role in needed if role not in chosen]
    if lacking:
        missing = _("Choose the {roles} scan.").format(roles=", ".join(lacking))
    else:
        missing = "" if chosen else _("Choose at least one scan.")
    text, absent = ", ".join(chosen), [role for role in read if role not in chosen]
    if absent and card is not None:
        text = _("{chosen} (the model also reads {absent})").format(chosen=text, absent=", ".join(absent))
    return _section(SCAN, _("Scan"), missing, text, complete=not absent)


def brainSection(parameters: RadioGenomicsParameterNode) -> Section:
    """Tell where the brain comes from."""
    source, segment = parameters.brainSource, ""
    if source == BrainSource.SEGMENT:
        segment = _segmentName(parameters.brainSegmentation, parameters.brainSegmentID)
    missing = _("Choose the brain's segment.") if source == BrainSource.SEGMENT and not segment else ""
    return _section(BRAIN, _("Brain"), missing, segment or source.label(), complete=True)


def tumorSection(parameters: RadioGenomicsParameterNode) -> Section:
    """Tell where the tumor comes from."""
    source, missing, chosen = parameters.tumorSource, "", ""
    if source == TumorSource.SEGMENT:
        chosen = _segmentName(parameters.tumorSegmentation, parameters.tumorSegmentID)
        missing = "" if chosen else _("Choose the tumor's segment.")
    elif source == TumorSource.MARKUPS:
        chosen = parameters.tumorMarkups.GetName() if parameters.tumorMarkups is not None else ""
        missing = "" if chosen else _("Place a point or a box.")
    # A box is still to be fitted, and points are still to be placed.
    complete = source != TumorSource.MARKUPS
    return _section(TUMOR, _("Tumor"), missing, chosen or source.label(), complete=complete)


def predictSection(before: list[Section], modelTitle: str, flaw: str) -> Section:
    """Tell which model will predict, or what the sections before still miss.

    Args:
        before: the sections that have to be done first.
        modelTitle: of the chosen model.
        flaw: why the chosen model cannot be used; empty where it can.
    """
    missing = flaw or next((section.missing for section in before if section.missing), "")
    return _section(PREDICT, _("Predict"), missing, modelTitle)


def resultsSection(count: int, shown: str) -> Section:
    """Tell which of how many results is shown."""
    if not count:
        return _section(RESULTS, _("Results"), _("No result yet."), "")
    text = shown if count == 1 else _("{name} (one of {count})").format(name=shown, count=count)
    return _section(RESULTS, _("Results"), "", text)


def _section(key: str, name: str, missing: str, chosen: str, *, complete: bool = False) -> Section:
    line = _("{section} \u2013 {text}").format(section=name, text=missing or chosen)
    title = line if len(line) <= _LONGEST_TITLE else f"{line[: _LONGEST_TITLE - 1].rstrip()}\u2026"
    return Section(key, title, line, missing, complete and not missing)


def _segmentName(node: slicer.vtkMRMLSegmentationNode | None, segmentId: str) -> str:
    """Return a segment's name; empty where there is none, as after it was removed."""
    segment = node.GetSegmentation().GetSegment(segmentId) if node is not None and segmentId else None
    return segment.GetName() if segment is not None else ""
