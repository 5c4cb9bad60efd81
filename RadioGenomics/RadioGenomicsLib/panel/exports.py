"""A result of the scene as files."""

from __future__ import annotations

from pathlib import Path

from RadioGenomicsLib.genes.panels import load_panels
from RadioGenomicsLib.scene.stored_results import StoredResult


def writeGenes(stored: StoredResult, path: Path) -> None:
    """Write the gene table as CSV."""
    from RadioGenomicsLib.genes.table import write_csv

    write_csv(stored.rows(), path)


def writeReport(stored: StoredResult, path: Path) -> None:
    """Write the HTML report as one file.

    Raises:
        InputError: what it shows was removed from the scene.
    """
    from RadioGenomicsLib.report.html import report_html
    from RadioGenomicsLib.report.slices import slice_pictures
    from RadioGenomicsLib.scene.restored_results import resultOf

    result = resultOf(stored)
    pictures = slice_pictures(result.channels, result.tumor, result.prediction.attribution)
    html = report_html(result.prediction, load_panels(), result.panel.id, pictures)
    path.write_text(html, encoding="utf-8", newline="\n")


def writeScene(stored: StoredResult, path: Path) -> None:
    """Write scans and result as a scene of their own, with nothing else of what is open."""
    from RadioGenomicsLib.scene import outputs
    from RadioGenomicsLib.scene.restored_results import resultOf

    outputs.writeScene(resultOf(stored), path)


def writeAll(stored: StoredResult, folder: Path) -> None:
    """Write tables, report, masks, map and scene into a new or empty folder."""
    from RadioGenomicsLib.scene.outputs import writeOutputs
    from RadioGenomicsLib.scene.restored_results import resultOf

    writeOutputs(resultOf(stored), load_panels(), folder)
