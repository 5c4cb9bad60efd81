"""A bundle at work on the synthetic head."""

from __future__ import annotations

from dataclasses import fields
from dataclasses import replace

import numpy as np
import pytest
import torch

from RadioGenomicsLib.errors import Canceled
from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.imaging.phantom import Phantom
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.model.bundle import Bundle
from RadioGenomicsLib.model.encoder import Encoded
from RadioGenomicsLib.model.prediction import Prediction
from RadioGenomicsLib.model.predictor import Predictor
from RadioGenomicsLib.model.study import Study
from RadioGenomicsLib.model.study import prepare
from Testing.unit.model.tiny_bundle import LOG2

PANEL = ["GENE0", "GENE7", "ABSENT"]


@pytest.fixture(scope="module", params=["bundle", "paper_bundle"])
def prediction(request: pytest.FixtureRequest, study: Study, phantom: Phantom) -> Prediction:
    """Of a bundle of each kind."""
    return Predictor(request.getfixturevalue(request.param), "cpu").predict(study, phantom.tumor, panel_genes=PANEL)


def test_it_is_the_same_bit_for_bit_every_time(prediction: Prediction, study: Study, phantom: Phantom) -> None:
    again = Predictor(prediction.bundle, "cpu").predict(study, phantom.tumor, panel_genes=PANEL)
    for field in fields(Prediction):
        one, two = getattr(prediction, field.name), getattr(again, field.name)
        if isinstance(one, np.ndarray):
            np.testing.assert_array_equal(one, two)
        elif isinstance(one, Volume):
            np.testing.assert_array_equal(one.array, two.array)
        elif field.name != "bundle":
            assert one == two


def test_the_interval_holds_the_prediction_and_has_the_genes_width(prediction: Prediction) -> None:
    assert (prediction.interval_low < prediction.predicted_z).all()
    assert (prediction.predicted_z < prediction.interval_high).all()
    width = prediction.interval_high - prediction.interval_low
    np.testing.assert_allclose(width, 2 * prediction.bundle.genes.interval_half_width)


def test_absolute_levels_are_given_only_where_training_had_them(prediction: Prediction) -> None:
    genes = prediction.bundle.genes
    expected = genes.mean[:LOG2] + genes.sd[:LOG2] * prediction.predicted_z[:LOG2]
    np.testing.assert_allclose(prediction.predicted_log2[:LOG2], expected)
    assert np.isnan(prediction.predicted_log2[LOG2:]).all()


def test_percentiles_follow_the_training_distribution(prediction: Prediction) -> None:
    assert ((prediction.percentile >= 0) & (prediction.percentile <= 100)).all()
    quantiles = prediction.bundle.quantiles
    for z, percentile, column in zip(prediction.predicted_z, prediction.percentile, quantiles.T, strict=True):
        place = int(percentile // 2)
        # 0 and 100 are also what lies beyond all of the training patients.
        assert percentile == 0 or column[place] <= z
        assert percentile == 100 or z <= column[place + 1]


def test_attribution_lies_on_the_inputs_grid_inside_the_tumor(prediction: Prediction, phantom: Phantom) -> None:
    assert prediction.attribution.same_grid(phantom.channels["FLAIR"])
    moved = prediction.attribution.array != 0
    assert moved.any()
    assert not moved[phantom.tumor.array == 0].any()


def test_without_a_panel_gene_of_the_model_the_map_is_empty(bundle: Bundle, study: Study, phantom: Phantom) -> None:
    prediction = Predictor(bundle, "cpu").predict(study, phantom.tumor, panel_genes=["ABSENT"])
    assert not prediction.attribution.array.any()
    assert prediction.provenance["attribution_genes"] == 0


def test_the_size_is_that_of_the_mask_as_given(prediction: Prediction, phantom: Phantom) -> None:
    assert prediction.tumor_ml == pytest.approx(phantom.tumor.array.sum() * 1.2 * 1.2 * 4.0 / 1000)


def test_a_scan_like_the_training_scans_is_not_far(prediction: Prediction) -> None:
    assert not prediction.far
    assert prediction.distance_percentile < 95
    assert not any("unlike the training data" in warning for warning in prediction.warnings)


def test_a_wild_scan_is_far_and_the_user_is_told(bundle: Bundle, study: Study) -> None:
    box = np.zeros(study.grid.array.shape, np.uint8)
    box[2:20, 60:100, 55:85] = 1
    wild = replace(study, channels={role: -array for role, array in study.channels.items()})
    prediction = Predictor(bundle, "cpu").predict(wild, study.grid.with_array(box), panel_genes=[])
    assert prediction.far
    assert prediction.distance_percentile == 100
    assert any("unlike the training data" in warning for warning in prediction.warnings)


def test_a_synthetic_scan_is_called_synthetic(prediction: Prediction, study: Study, phantom: Phantom) -> None:
    assert any("synthetic phantom" in warning for warning in prediction.warnings)
    real = replace(study, reference=replace(study.reference, name="FLAIR"))
    again = Predictor(prediction.bundle, "cpu").predict(real, phantom.tumor, panel_genes=[])
    assert not any("synthetic" in warning for warning in again.warnings)


def test_an_absent_channel_is_named(bundle: Bundle, phantom: Phantom) -> None:
    study = prepare({"FLAIR": phantom.channels["FLAIR"]}, bundle.preprocessing, phantom.brain)
    prediction = Predictor(bundle, "cpu").predict(study, phantom.tumor, panel_genes=[])
    assert np.isfinite(prediction.predicted_z).all()
    assert prediction.warnings[0].startswith("No T1, T1c was given")
    assert prediction.provenance["channels"] == {"T1": False, "FLAIR": True, "T1c": False}


def test_a_tumor_outside_the_brain_or_as_large_as_it_is_refused(bundle: Bundle, study: Study) -> None:
    predictor = Predictor(bundle, "cpu")
    with pytest.raises(RegionError, match="no part of it lies inside the brain"):
        predictor.predict(study, study.grid.with_array(1 - study.brain.array), panel_genes=[])
    with pytest.raises(RegionError, match="no normal brain"):
        predictor.predict(study, study.brain, panel_genes=[])


def test_the_provenance_says_what_made_the_result(prediction: Prediction) -> None:
    provenance = prediction.provenance
    assert provenance["bundle_sha256"] == prediction.bundle.sha256
    assert provenance["device"] == "cpu"
    assert provenance["torch"] == torch.__version__
    assert provenance["attribution_genes"] == 2


def test_progress_rises_to_the_end_and_can_stop_the_work(bundle: Bundle, study: Study, phantom: Phantom) -> None:
    told: list[float] = []
    Predictor(bundle, "cpu").predict(
        study, phantom.tumor, panel_genes=PANEL, progress=lambda fraction, _: told.append(fraction)
    )
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1)

    def stop(_fraction: float, step: str) -> None:
        raise Canceled(step)

    with pytest.raises(Canceled):
        Predictor(bundle, "cpu").predict(study, phantom.tumor, panel_genes=PANEL, progress=stop)


def with_probability(bundle: Bundle, study: Study, probability: np.ndarray) -> Predictor:
    predictor = Predictor(bundle, "cpu")
    predictor._encoded = study, Encoded(probability, np.zeros((1, 1, 1, 1)), "cpu")
    return predictor


def test_a_proposal_is_a_mask_on_the_inputs_grid_where_the_network_sees_tumor(
    bundle: Bundle, study: Study, phantom: Phantom, region: np.ndarray
) -> None:
    mask = with_probability(bundle, study, region.astype(np.float32)).propose_tumor(study)
    assert mask.same_grid(phantom.channels["FLAIR"])
    assert mask.array.dtype == np.uint8
    both = (mask.array * phantom.tumor.array).sum()
    assert 2 * both / (mask.array.sum() + phantom.tumor.array.sum()) > 0.9


def test_what_the_network_sees_outside_the_brain_is_no_tumor(bundle: Bundle, study: Study) -> None:
    outside = (study.brain.array == 0).astype(np.float32)
    with pytest.raises(RegionError, match="sees no tumor"):
        with_probability(bundle, study, outside).propose_tumor(study)


def test_the_network_runs_once_for_all_predictions_on_a_study(
    paper_bundle: Bundle, study: Study, phantom: Phantom, monkeypatch: pytest.MonkeyPatch
) -> None:
    from RadioGenomicsLib.model import predictor as module

    runs = []
    real = module.encode
    monkeypatch.setattr(module, "encode", lambda *given: runs.append(1) or real(*given))
    predictor = Predictor(paper_bundle, "cpu")
    for _ in range(2):
        predictor.predict(study, phantom.tumor, panel_genes=[])
    assert len(runs) == 1


def test_a_bundle_of_descriptors_does_not_need_the_network(
    bundle: Bundle, study: Study, phantom: Phantom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Bundle, "network", lambda _: pytest.fail("the network was built"))
    Predictor(bundle, "cpu").predict(study, phantom.tumor, panel_genes=[])


def test_what_had_to_be_changed_to_run_is_told_to_the_user(
    paper_bundle: Bundle, study: Study, phantom: Phantom
) -> None:
    predictor = Predictor(paper_bundle, "cpu")
    encoded = predictor._encode(study, lambda *_: None)
    predictor._encoded = study, replace(encoded, notes=("The GPU ran out of memory; the CPU did the work.",))
    prediction = predictor.predict(study, phantom.tumor, panel_genes=[])
    assert "The GPU ran out of memory; the CPU did the work." in prediction.warnings
