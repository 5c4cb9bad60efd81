"""An SVG chart in a widget, at its own size or scaled down to the room there is."""

from __future__ import annotations

import math
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
        scrollArea.setWidget(self.widget)
        self.widget.setVisible(False)

    def show(self, svg: str, hint: str = "", room: float = math.inf) -> None:
        """Show a chart; no text shows nothing.

        Args:
            svg: the chart.
            hint: what hovering over it tells.
            room: the greatest width, in pixels.
        """
        self.widget.setVisible(bool(svg))
        self.widget.toolTip = hint
        if not svg:
            return
        # By a file, which Qt reads whole: the one way from Python that is the same in every Slicer.
        with tempfile.TemporaryDirectory(prefix="RadioGenomics-chart-") as folder:
            path = Path(folder) / "chart.svg"
            path.write_text(svg, encoding="utf-8")
            self.widget.load(str(path))
        root = ElementTree.fromstring(svg)
        width, height = float(root.get("width")), float(root.get("height"))
        scale = min(1.0, room / width)
        self.widget.setFixedSize(round(scale * width), round(scale * height))
