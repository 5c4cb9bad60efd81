"""What a section of the report is made of; the template writes each part in its own way."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Text:
    """A paragraph; ``small`` for how a figure is made, which a hurried reader may skip."""

    text: str
    small: bool = False
    kind: ClassVar[str] = "text"


@dataclass(frozen=True)
class Heading:
    """A heading below the section's own."""

    text: str
    kind: ClassVar[str] = "heading"


@dataclass(frozen=True)
class Statements:
    """What a reader has to know, as heading and text."""

    statements: Sequence[tuple[str, str]]
    kind: ClassVar[str] = "statements"


@dataclass(frozen=True)
class Points:
    """Sentences below one another."""

    points: Sequence[str]
    kind: ClassVar[str] = "points"


@dataclass(frozen=True)
class Figure:
    """A chart.

    Attributes:
        name: of its file, without ending.
        svg: the chart, with its text alternative.
        caption: what to see in it.
    """

    name: str
    svg: str
    caption: str = ""
    kind: ClassVar[str] = "figure"


@dataclass(frozen=True)
class Pair:
    """Two narrow figures side by side."""

    figures: tuple[Figure, Figure]
    kind: ClassVar[str] = "pair"


@dataclass(frozen=True)
class Table:
    """A table of words.

    Attributes:
        caption: what it holds.
        columns: headings.
        rows: cells as they are shown.
        words: places of the columns that are words; the others are numbers and stand at the right.
        marked: places of the rows that stand out.
        folded: it opens only when asked to.
        note: what stands below it.
    """

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    words: tuple[int, ...] = (0,)
    marked: frozenset[int] = frozenset()
    folded: bool = False
    note: str = ""
    kind: ClassVar[str] = "table"


@dataclass(frozen=True)
class Folded:
    """Parts that open only when asked to."""

    title: str
    parts: tuple[Part, ...]
    kind: ClassVar[str] = "folded"


Part = Text | Heading | Statements | Points | Figure | Pair | Table | Folded


@dataclass(frozen=True)
class Section:
    """A section.

    Attributes:
        id: the anchor.
        title: its heading.
        parts: in reading order.
    """

    id: str
    title: str
    parts: tuple[Part, ...]

    @property
    def figures(self) -> list[Figure]:
        """Every figure of the section."""
        return list(_figures(self.parts))


def main_and_folded(blocks: Sequence[Sequence[Part]], names: Sequence[str]) -> list[Part]:
    """Return the parts of the main block, and those of every further one folded under its name."""
    main, *others = blocks
    folded = [Folded(name, tuple(parts)) for name, parts in zip(names[1:], others, strict=True) if parts]
    return [*main, *folded]


def _figures(parts: Sequence[Part]) -> Iterator[Figure]:
    for part in parts:
        if isinstance(part, Figure):
            yield part
        elif isinstance(part, Pair):
            yield from part.figures
        elif isinstance(part, Folded):
            yield from _figures(part.parts)
