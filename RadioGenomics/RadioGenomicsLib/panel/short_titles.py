"""Titles of models and samples, short enough for a narrow panel."""

from __future__ import annotations

from collections.abc import Sequence


def shortTitle(title: str) -> str:
    """Return what stands before a title's first colon: its name, without what it was made of."""
    return title.partition(": ")[0]


def shortTitles(titles: Sequence[str]) -> list[str]:
    """Return short titles, whole ones where short ones would be the same."""
    short = [shortTitle(title) for title in titles]
    return [one if short.count(one) == 1 else title for one, title in zip(short, titles, strict=True)]
