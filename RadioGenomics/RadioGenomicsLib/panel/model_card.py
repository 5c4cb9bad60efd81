"""A model's card (``model.json``) as rich text for the panel."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from html import escape
from typing import Any

from slicer.i18n import tr as _

from RadioGenomicsLib.report.facts import RESEARCH_USE
from RadioGenomicsLib.report.held_out import held_out_statement
from RadioGenomicsLib.report.numbers import plain


def cardHtml(card: Mapping[str, Any]) -> str:
    """Return what a user should know of a model before using it; every text of the card is escaped."""
    needed = card["preprocessing"]["required"]
    channels = [
        _("{role} (needed)").format(role=role) if role in needed else role for role in card["preprocessing"]["channels"]
    ]
    parts = [
        f"<b>{escape(card['title'])}</b>",
        f"<i>{escape(RESEARCH_USE)}</i>",
        _("Trained on {patients} patients of {cohort}.").format(
            patients=int(card["patients"]), cohort=escape(card["cohort"])
        ),
        _("Reads: {channels}.").format(channels=escape(", ".join(channels))),
        *_nested(card["validation"].get("nested", [])),
        *_validation(card["validation"].get("genes", []), nested="nested" in card["validation"]),
        escape(held_out_statement(card)),
    ]
    lists = [
        (_("Limitations"), card["limitations"]),
        (_("License"), [card["license"]]),
        (_("How to cite"), card["citation"]),
    ]
    return "".join(f"<p>{part}</p>" for part in parts) + "".join(_list(title, items) for title, items in lists)


def _validation(entries: Iterable[Mapping[str, Any]], *, nested: bool) -> list[str]:
    """Return one sentence for each expression matrix that has the figures; with nested ones these count the genes."""
    sentences = []
    for entry in (entry for entry in entries if {"n", "unit", "median_r", "genes"} <= entry.keys()):
        sentence = _(
            "Cross-validated in {n} patients ({unit}), with choices made on the same patients: median r {r} over "
            "{genes} genes"
        ).format(
            n=int(entry["n"]),
            unit=escape(str(entry["unit"])),
            r=plain(float(entry["median_r"])),
            genes=f"{int(entry['genes']):,}",
        )
        if "max_t" in entry and not nested:
            sentence += _(", {reliable} of them reliable").format(reliable=int(entry["max_t"]))
        sentences.append(sentence + ".")
    return sentences


def _nested(entries: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return one sentence for each expression matrix whose head was chosen anew in every fold."""
    return [
        _(
            "With every choice made inside the folds ({unit}): median r {r} ({low} to {high}), {reliable} genes "
            "reliable."
        ).format(
            unit=escape(str(entry["unit"])),
            r=plain(float(entry["median_r"])),
            low=plain(float(entry["median_r_low"])),
            high=plain(float(entry["median_r_high"])),
            reliable=int(entry["max_t"] or 0),
        )
        for entry in entries
    ]


def _list(title: str, items: Iterable[str]) -> str:
    return f"<p><b>{escape(title)}</b></p><ul>{''.join(f'<li>{escape(str(item))}</li>' for item in items)}</ul>"
