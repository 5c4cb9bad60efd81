from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from RadioGenomicsLib.report.charts import histogram_svg


def test_a_chart_has_no_ground_of_its_own() -> None:
    svg = histogram_svg(np.linspace(-0.2, 0.6, 50))
    assert "prefers-color-scheme:dark" in svg
    assert "background" not in svg
    assert "Research use only" in svg


def test_the_histogram_counts_every_known_gene() -> None:
    r = np.array([-0.12, 0.01, 0.02, 0.33, 0.34, np.nan])
    svg = histogram_svg(r, np.array([False, False, False, True, True, True]))
    counts = re.findall(r": (\d+) genes, (\d+) reliable", svg)
    assert sum(int(all_) for all_, _ in counts) == 5
    assert sum(int(sure) for _, sure in counts) == 2


@pytest.mark.parametrize("r", [np.array([]), np.array([np.nan]), np.array([0.2]), np.full(3, -0.5)])
def test_a_histogram_of_few_genes_is_drawn(r: np.ndarray) -> None:
    ElementTree.fromstring(histogram_svg(r))
