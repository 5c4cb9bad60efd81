"""What a file in ``paths`` gives to ``run.py``."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field

from Testing.benchmarks.tables import Comparison


@dataclass(frozen=True)
class Measurement:
    """All that one path was measured for.

    Attributes:
        title: the path's name, as a heading.
        packages: distributions whose versions are quoted.
        comparisons: the tables.
        profiled: product's calls whose profile is kept beside the numbers, by name.
        prose: further Markdown: tables of another form, what was tried and did not help.
        pictures: SVG that is written beside the page, by the name of its file.
    """

    title: str
    packages: Sequence[str]
    comparisons: Sequence[Comparison] = ()
    profiled: dict[str, Callable[[], object]] = field(default_factory=dict)
    prose: str = ""
    pictures: dict[str, str] = field(default_factory=dict)
