"""Marker panels: genes that matter in a disease, each with why, where from, and what imaging can say of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.resources import resource_path


@dataclass(frozen=True)
class PanelGene:
    """A gene of a panel.

    Attributes:
        symbol: HGNC symbol.
        why: why it is in the panel.
        source: citation for that.
        evidence: "A" to "D", what the literature supports reading from images (see :func:`evidence_grades`).
        group: heading in the panel.
        evidence_source: citation for the grade; empty where none was found.
    """

    symbol: str
    why: str
    source: str
    evidence: str
    group: str = ""
    evidence_source: str = ""


@dataclass(frozen=True)
class Panel:
    """A marker panel.

    Attributes:
        id: the name of its file.
        title: for people.
        note: what the panel is and is not.
        genes: in the order to show them, group by group.
        organ: "brain", "breast", "lung" or "any".
    """

    id: str
    title: str
    note: str
    genes: tuple[PanelGene, ...]
    organ: str = "any"


def load_panels() -> dict[str, Panel]:
    """Return the shipped panels by id, those of the brain first."""
    panels = [read_panel(path) for path in sorted(resource_path("GenePanels").glob("*.json"))]
    order = ("brain", "lung", "breast", "any")
    return {panel.id: panel for panel in sorted(panels, key=lambda panel: order.index(panel.organ))}


def read_panel(path: Path) -> Panel:
    """Read one panel file.

    A file holds ``sources`` (key to citation) and ``groups``; a gene is a symbol, or an object whose fields
    win over its group's.

    Raises:
        InputError: the file is not JSON, a field is missing, a source or grade is unknown, or a gene is there twice.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        genes = tuple(_genes(content))
        panel = Panel(content["id"], content["title"], content["note"], genes, content["organ"])
        if not all(isinstance(value, str) for value in (panel.id, panel.title, panel.note, panel.organ)):
            raise TypeError("its id, title, note and organ are not all text")
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(path.name, f"it is not a gene panel ({error!r})", "Compare it with glioma.json.") from error
    symbols = [gene.symbol for gene in genes]
    twice = sorted({symbol for symbol in symbols if symbols.count(symbol) > 1})
    unknown = sorted({gene.evidence for gene in genes} - evidence_grades().keys())
    if twice or unknown:
        reason = f"genes given twice: {twice}" if twice else f"unknown evidence grades: {unknown}"
        raise InputError(path.name, reason, "Correct the panel file.")
    return panel


@lru_cache(maxsize=1)
def evidence_grades() -> dict[str, str]:
    """Return what each evidence grade means."""
    path = resource_path("GenePanels", "common", "evidence_grades.json")
    return json.loads(path.read_text(encoding="utf-8"))["grades"]


def _genes(content: dict[str, Any]) -> Iterator[PanelGene]:
    sources = content["sources"]
    for group in content["groups"]:
        for entry in group["genes"]:
            fields = {**group, **(entry if isinstance(entry, dict) else {"symbol": entry})}
            grounds = fields.get("evidence_source", "")
            if not all(isinstance(fields[name], str) for name in ("symbol", "why", "evidence")):
                raise TypeError(f"a gene of the group {group['title']!r} has a field that is not text")
            yield PanelGene(
                symbol=fields["symbol"],
                why=fields["why"],
                source=sources[fields["source"]],
                evidence=fields["evidence"],
                group=group["title"],
                evidence_source=sources[grounds] if grounds else "",
            )
