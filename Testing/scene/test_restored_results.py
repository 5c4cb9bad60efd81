from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.scene.restored_results import predictionOf
from RadioGenomicsLib.scene.restored_results import resultOf
from RadioGenomicsLib.scene.stored_results import findResults


def test_a_result_comes_back_with_scans_masks_and_values(stored, scan, lump, steps):
    result = resultOf(stored)
    assert list(result.channels) == ["FLAIR"]
    assert result.panel.id == "glioma"
    np.testing.assert_array_equal(result.tumor.array, lump.array)
    np.testing.assert_allclose(result.channels["FLAIR"].array, scan.array)
    np.testing.assert_allclose(result.prediction.predicted_z, np.linspace(-2, 2, 40))
    assert result.brain is not None
    assert json.dumps(result.prediction.provenance)


def test_a_scan_is_named_after_its_role_and_not_after_its_node(stored):
    stored.scans["FLAIR"].SetName("DOE^JOHN FLAIR")
    assert [volume.name for volume in resultOf(stored).channels.values()] == ["FLAIR"]


def test_genes_known_only_as_z_have_no_other_unit(stored, steps):
    units = predictionOf(stored).bundle.genes.unit
    assert ((units == "z") == (steps.predictor.bundle.genes.unit == "z")).all()


@pytest.mark.parametrize("lost", ["scan", "tumor", "map"])
def test_without_its_nodes_it_is_refused_in_plain_words(stored, scene, lost):
    if lost == "tumor":
        stored.segmentation.GetSegmentation().RemoveAllSegments()
    else:
        scene.RemoveNode(stored.scans["FLAIR"] if lost == "scan" else stored.attribution)
    with pytest.raises(InputError, match="no longer in the scene"):
        resultOf(findResults()[0])


def test_a_panel_of_another_version_is_refused_in_plain_words(stored):
    with pytest.raises(InputError, match="no such marker panel"):
        resultOf(replace(stored, facts=stored.facts | {"panel": "future"}))
