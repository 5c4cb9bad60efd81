"""An SVG chart in a label, at its own size or scaled down to the room there is."""

from __future__ import annotations

import math
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import qt
from slicer.i18n import tr as _


class ChartWidget:
    """Shows one chart after another.

    Args:
        scrollArea: a QScrollArea to put it into.
    """

    def __init__(self, scrollArea: qt.QScrollArea) -> None:
        self.widget = qt.QLabel()
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
        root = ElementTree.fromstring(svg)
        width, height = float(root.get("width")), float(root.get("height"))
        scale = min(1.0, room / width)
        size = qt.QSize(round(scale * width), round(scale * height))
        # Slicer wraps no QtSvg: Qt's own icon engine draws an SVG at any size, from a file.
        with tempfile.TemporaryDirectory(prefix="RadioGenomics-chart-") as folder:
            path = Path(folder) / "chart.svg"
            path.write_text(svg, encoding="utf-8")
            picture = qt.QIcon(str(path)).pixmap(size)
        if picture.isNull():
            self.widget.setText(_("This Slicer cannot draw the chart; it is in the report."))
            self.widget.adjustSize()
            return
        self.widget.setPixmap(picture)
        self.widget.setFixedSize(size)
