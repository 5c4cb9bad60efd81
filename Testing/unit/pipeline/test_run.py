from __future__ import annotations

import time
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from RadioGenomicsLib.errors import Canceled
from RadioGenomicsLib.errors import ChannelError
from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.jobs.job import Job
from RadioGenomicsLib.pipeline.request import Box
from RadioGenomicsLib.pipeline.request import BrainRequest
from RadioGenomicsLib.pipeline.request import PredictionRequest
from RadioGenomicsLib.pipeline.request import TumorRequest
from RadioGenomicsLib.pipeline.result import Result
from RadioGenomicsLib.pipeline.run import run
from RadioGenomicsLib.pipeline.steps import Steps
from RadioGenomicsLib.progress import Progress
from Testing.unit.pipeline.same import assert_same


class Network:
    """In place of a predictor: outlines what it was told to."""

    def __init__(self, outline: np.ndarray) -> None:
        self.outline = outline

    def propose_tumor(self, study: SimpleNamespace, progress: Progress) -> Volume:
        if not self.outline.any():
            raise RegionError("FLAIR", "the network sees no tumor in it", "Outline it.")
        return study.reference.with_array(self.outline, "tumor")


class Outlines(Steps):
    """Real steps but for brain, model and grid."""

    def __init__(self, outline: np.ndarray) -> None:
        self.network = Network(outline)

    def load(self, model: str, device: str) -> Network:
        return self.network

    def brain(self, channels: dict[str, Volume], **_: object) -> tuple[Volume, str]:
        volume = channels["FLAIR"]
        return volume.with_array(np.ones(volume.array.shape, np.uint8), "Brain"), "a method"

    def study(
        self, channels: dict[str, Volume], predictor: Network, *, brain: Volume | None, **_: object
    ) -> SimpleNamespace:
        return SimpleNamespace(
            reference=channels["FLAIR"], placed=channels, moved_mm={}, motions={}, outline=brain, outline_on="FLAIR"
        )


def box_around(scan: Volume, low: tuple[int, int, int], high: tuple[int, int, int]) -> Box:
    """A box around the voxels from ``low`` to ``high``, both as i, j, k and inside."""
    corners = scan.ras(np.array([low, high]))
    half = np.abs(corners[1] - corners[0]) / 2 + 0.4 * np.array(scan.spacing)
    return Box(corners.mean(axis=0), np.diag(half))


@pytest.fixture
def outline(scan: Volume) -> np.ndarray:
    array = np.zeros(scan.array.shape, np.uint8)
    array[2:5, 2:6, 2:6] = 1
    return array


def test_of_the_networks_outline_what_lies_in_the_box_is_the_tumor(scan: Volume, outline: np.ndarray) -> None:
    box = box_around(scan, (4, 0, 0), (9, 7, 5))
    region = run(TumorRequest({"FLAIR": scan}, tumor=box), Outlines(outline))
    expected = outline.copy()
    expected[:, :, :4] = 0
    np.testing.assert_array_equal(region.mask.array, expected)
    assert (region.kind, region.role, region.found_by) == ("tumor", "FLAIR", "network outline inside the box")


@pytest.mark.parametrize("sees_another", [False, True])
def test_where_the_network_sees_nothing_in_the_box_all_brain_in_it_is_the_tumor(
    scan: Volume, outline: np.ndarray, sees_another: bool
) -> None:
    box = box_around(scan, (7, 1, 1), (8, 2, 2))
    region = run(TumorRequest({"FLAIR": scan}, tumor=box), Outlines(outline * sees_another))
    expected = np.zeros_like(outline)
    expected[1:3, 1:3, 7:9] = 1
    np.testing.assert_array_equal(region.mask.array, expected)
    assert region.found_by == "all brain inside the box"


def test_a_box_without_a_brain_is_taken_whole(scan: Volume, outline: np.ndarray) -> None:
    class Stripped(Outlines):
        def brain(self, channels: dict[str, Volume], **_: object) -> tuple[None, str]:
            return None, "none"

    request = TumorRequest({"FLAIR": scan}, brain="none", tumor=box_around(scan, (7, 1, 1), (8, 2, 2)))
    assert run(request, Stripped(outline)).found_by == "the whole box"


def test_the_brain_alone_is_on_the_grid_of_its_scan(scan: Volume) -> None:
    class Coarse(Steps):
        def brain(self, channels: dict[str, Volume], **_: object) -> tuple[Volume, str]:
            return Volume(np.ones((3, 4, 5), np.uint8), scan.affine @ np.diag([2.0, 2.0, 2.0, 1.0]), "brain"), "coarse"

    region = run(BrainRequest(scan), Coarse())
    assert region.mask.same_grid(scan)
    assert (region.kind, region.found_by) == ("brain", "coarse")


def test_provenance_names_what_was_done_and_with_which_versions(result: Result) -> None:
    provenance = result.prediction.provenance
    assert (provenance["brain_from"], provenance["tumor_from"]) == ("mask", "mask")
    assert provenance["study"] == "študie Lékař"
    assert provenance["synthetic"] is True
    for package in ("numpy", "scipy", "simpleitk", "deepbet", "torch"):
        assert provenance[package][0].isdigit() or provenance[package] == "not installed"


def test_what_reading_had_to_assume_is_a_warning_of_the_result(request_of_all: PredictionRequest) -> None:
    noted = {role: scan.noting(f"a note of {role}") for role, scan in request_of_all.channels.items()}
    tumor = request_of_all.tumor.noting("it holds fractions")
    warnings = run(replace(request_of_all, channels=noted, tumor=tumor)).prediction.warnings
    assert {"FLAIR: a note of FLAIR.", "The tumor region: it holds fractions."} <= set(warnings)


def test_the_result_lies_on_the_grid_of_its_reference(result: Result) -> None:
    assert result.reference_role == "FLAIR"
    assert result.tumor.same_grid(result.reference)
    assert result.brain.same_grid(result.reference)
    assert result.prediction.attribution.same_grid(result.reference)
    assert result.origin == "synthetic "


def test_a_job_finds_what_the_same_process_finds_to_the_last_bit(
    request_of_all: PredictionRequest, result: Result
) -> None:
    job = Job.start(request_of_all)
    while job.poll().status == "running":
        time.sleep(0.05)
    assert_same(job.result(), result)


def test_progress_only_rises(request_of_all: PredictionRequest) -> None:
    told: list[float] = []
    run(request_of_all, progress=lambda fraction, _: told.append(fraction))
    assert told == sorted(told)
    assert 0 <= told[0] < told[-1] <= 1


@pytest.mark.parametrize("limit", [0.0, 0.4, 0.7])
def test_a_progress_that_cancels_ends_it(request_of_all: PredictionRequest, limit: float) -> None:
    def cancel(fraction: float, step: str) -> None:
        if fraction >= limit:
            raise Canceled(step)

    with pytest.raises(Canceled):
        run(request_of_all, progress=cancel)


def test_no_scan_and_no_such_panel_are_refused_by_name(request_of_all: PredictionRequest) -> None:
    with pytest.raises(ChannelError, match="no scan"):
        run(replace(request_of_all, channels={}))
    with pytest.raises(InputError, match="astrology"):
        run(replace(request_of_all, panel="astrology"))
