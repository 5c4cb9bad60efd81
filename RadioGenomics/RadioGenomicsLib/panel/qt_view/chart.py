"""An SVG chart in a widget, at its own size."""

from __future__ import annotations

import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import qt


class ChartWidget:
    """Shows one chart after another.

    Args:
        scrollArea: a QScrollArea to put it into.
    """

    def __init__(self, scrollArea: object) -> None:
        self.widget = qt.QSvgWidget()
        # By file: of the ways to hand SVG to Qt from Python, the one that is the same in every Slicer.
        self._folder = tempfile.TemporaryDirectory(prefix="RadioGenomics-chart-")
        scrollArea.setWidget(self.widget)
        self.widget.setVisible(False)

    def show(self, svg: str, hint: str = "") -> None:
        """Show a chart; no text shows nothing.

        Args:
            svg: the chart.
            hint: what hovering over it tells.
        """
        self.widget.setVisible(bool(svg))
        self.widget.toolTip = hint
        if not svg:
            return
        path = Path(self._folder.name) / "chart.svg"
        path.write_text(svg, encoding="utf-8")
        self.widget.load(str(path))
        root = ElementTree.fromstring(svg)
        self.widget.setFixedSize(round(float(root.get("width"))), round(float(root.get("height"))))
