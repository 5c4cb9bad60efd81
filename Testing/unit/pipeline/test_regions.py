"""What was drawn on a scan that registration moves, moves with it: mask, brain, points and box."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from RadioGenomicsLib.errors import ChannelError
from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.imaging.phantom import Phantom
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.pipeline.regions import tumor_in_place
from RadioGenomicsLib.pipeline.request import Box
from RadioGenomicsLib.pipeline.request import PredictionRequest
from RadioGenomicsLib.pipeline.result import Result
from RadioGenomicsLib.pipeline.run import run
from RadioGenomicsLib.pipeline.steps import Steps

# Beyond what the phantom's smoothness leaves to registration.
_ANGLES, _SHIFT_MM = (4.0, -3.0, 8.0), (5.0, -3.0, 24.0)


def displaced(image: Volume) -> Volume:
    """The same voxels at another place, as if the patient had moved."""
    motion = np.eye(4)
    motion[:3, :3] = Rotation.from_euler("xyz", _ANGLES, degrees=True).as_matrix()
    motion[:3, 3] = _SHIFT_MM
    return Volume(image.array, motion @ image.affine, image.name)


def middle(mask: Volume) -> np.ndarray:
    return mask.ras(np.argwhere(mask.array)[:, ::-1].mean(axis=0))


@pytest.fixture(scope="module")
def channels(phantom: Phantom) -> dict[str, Volume]:
    """A FLAIR, and a T1c on a grid that lies elsewhere."""
    return {"FLAIR": phantom.channels["FLAIR"], "T1c": displaced(phantom.channels["T1c"])}


@pytest.fixture(scope="module")
def plain(channels: dict[str, Volume], request_of_all: PredictionRequest) -> Result:
    """What comes out where brain and tumor were drawn on the reference."""
    return run(replace(request_of_all, channels=channels))


def test_a_tumor_drawn_on_a_scan_that_moves_lands_where_the_tumor_is(
    channels: dict[str, Volume], request_of_all: PredictionRequest, phantom: Phantom, plain: Result
) -> None:
    result = run(replace(request_of_all, channels=channels, tumor=displaced(phantom.tumor)))
    assert np.linalg.norm(middle(displaced(phantom.tumor)) - middle(phantom.tumor)) > 20
    assert np.linalg.norm(middle(result.tumor) - middle(phantom.tumor)) < 5
    assert result.prediction.tumor_ml == pytest.approx(plain.prediction.tumor_ml, rel=0.1)
    assert result.prediction.provenance["tumor_drawn_on"] == "T1c"
    assert any("tumor region: it was drawn on T1c and moved with it" in text for text in result.prediction.warnings)


def test_a_brain_drawn_on_a_scan_that_moves_lands_where_the_brain_is(
    channels: dict[str, Volume], request_of_all: PredictionRequest, phantom: Phantom
) -> None:
    result = run(replace(request_of_all, channels=channels, brain=displaced(phantom.brain)))
    both = np.minimum(result.brain.array, phantom.brain.array).sum()
    assert 2 * both / (result.brain.array.sum() + phantom.brain.array.sum()) > 0.93
    assert result.prediction.provenance["brain_drawn_on"] == "T1c"
    assert result.prediction.provenance["tumor_drawn_on"] == "FLAIR"


def test_a_brain_that_was_found_on_a_scan_that_moves_follows_it(
    channels: dict[str, Volume], request_of_all: PredictionRequest, phantom: Phantom
) -> None:
    class FoundOnT1c(Steps):
        def brain(self, channels: dict[str, Volume], **_: object) -> tuple[Volume, str]:
            return displaced(phantom.brain), "a method"

    found = run(replace(request_of_all, channels=channels, brain="auto"), FoundOnT1c())
    given = run(replace(request_of_all, channels=channels, brain=displaced(phantom.brain)))
    np.testing.assert_array_equal(found.brain.array, given.brain.array)


def test_a_scan_that_the_model_does_not_read_is_registered_for_the_mask_on_it(
    channels: dict[str, Volume], request_of_all: PredictionRequest, phantom: Phantom
) -> None:
    given = {"FLAIR": channels["FLAIR"], "T2": channels["T1c"]}
    result = run(replace(request_of_all, channels=given, tumor=displaced(phantom.tumor)))
    assert np.linalg.norm(middle(result.tumor) - middle(phantom.tumor)) < 5
    assert set(result.channels) == {"FLAIR"}
    assert any(text.startswith("T2 was given, but") for text in result.prediction.warnings)


def test_masks_on_the_reference_give_what_they_gave_before(
    channels: dict[str, Volume], phantom: Phantom, plain: Result
) -> None:
    np.testing.assert_array_equal(plain.tumor.array, phantom.tumor.array)
    np.testing.assert_array_equal(plain.brain.array, phantom.brain.array)
    assert not any("drawn on" in text for text in plain.prediction.warnings)


class Moved:
    """A study whose T1c was brought to the reference."""

    def __init__(self) -> None:
        self.motions = {"T1c": np.array([[0.0, -1, 0, 10], [1, 0, 0, 20], [0, 0, 1, 30], [0, 0, 0, 1]])}
        self.moved_mm = {"FLAIR": 0.0, "T1c": 37.0}


def test_points_and_boxes_follow_the_scan_that_is_named(scan: Volume) -> None:
    request = PredictionRequest({"FLAIR": scan, "T1c": scan}, tumor=np.array([[1.0, 2, 3]]), tumor_on="T1c")
    points, role, notes = tumor_in_place(request, Moved(), "FLAIR")
    np.testing.assert_allclose(points, [[8, 21, 33]])
    assert (role, notes) == ("T1c", ["it was placed on T1c and moved with it"])
    box = Box(np.array([1.0, 2, 3]), np.diag([1.0, 2, 3]))
    placed, _, _ = tumor_in_place(replace(request, tumor=box), Moved(), "FLAIR")
    np.testing.assert_allclose(placed.center, [8, 21, 33])
    np.testing.assert_allclose(placed.half_axes, [[0, 1, 0], [-2, 0, 0], [0, 0, 3]])


def test_points_count_as_placed_on_the_reference_which_is_said_where_a_scan_moved(scan: Volume) -> None:
    request = PredictionRequest({"FLAIR": scan, "T1c": scan}, tumor=np.array([[1.0, 2, 3]]))
    points, role, notes = tumor_in_place(request, Moved(), "FLAIR")
    assert points is request.tumor
    assert role == "FLAIR"
    assert "taken to be placed on FLAIR" in notes[0]
    assert tumor_in_place(replace(request, tumor_on="FLAIR"), Moved(), "FLAIR")[2] == []


def test_a_mask_that_is_partly_off_the_scan_or_the_brain_is_told_and_one_that_is_mostly_off_refused(
    request_of_all: PredictionRequest, phantom: Phantom
) -> None:
    def warned(tumor: np.ndarray, shift_mm: float = 0.0) -> list[str]:
        affine = phantom.tumor.affine.copy()
        affine[0, 3] += shift_mm
        mask = Volume(tumor.astype(np.uint8), affine, "tumor")
        return run(replace(request_of_all, tumor=mask, tumor_on="FLAIR")).prediction.warnings

    tumor, brain = phantom.tumor.array > 0, phantom.brain.array > 0
    scalp = np.zeros_like(tumor)
    scalp[20, 2:30, 60:90] = True
    assert any("% of it lies outside the brain and was left out" in text for text in warned(tumor | (scalp & ~brain)))
    half = np.zeros_like(tumor)
    half[10:30, 60:130, 50:150] = True
    assert any("% of it lies outside the scan and was left out" in text for text in warned(half, -50.0))
    with pytest.raises(RegionError, match=r"all of it lies outside synthetic FLAIR; it has the .* voxels of FLAIR"):
        warned(tumor, 500.0)


def test_a_region_on_a_scan_that_is_not_there_is_refused(request_of_all: PredictionRequest) -> None:
    with pytest.raises(ChannelError, match="T2: a region is said to be drawn on it, but there is no such scan"):
        run(replace(request_of_all, tumor_on="T2"))
