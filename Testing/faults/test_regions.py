"""Regions that do not fit the scan, and scans that hardly hold one."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from RadioGenomicsLib.errors import GeometryError
from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.imaging.brain import is_stripped
from RadioGenomicsLib.imaging.phantom import Phantom
from RadioGenomicsLib.imaging.phantom import head_phantom
from RadioGenomicsLib.imaging.tumor import tumor_from_box
from RadioGenomicsLib.imaging.tumor import tumor_from_seed
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.model.preprocessing import Preprocessing
from RadioGenomicsLib.model.study import mask_on_grid
from RadioGenomicsLib.model.study import prepare
from Testing.faults.reading_bench import told

THIN = [(1, 40, 40), (3, 40, 40), (2, 3, 3), (1, 1, 5), (1, 1, 1)]


@pytest.fixture(scope="module")
def phantom() -> Phantom:
    return head_phantom()


@pytest.fixture(scope="module")
def flair(phantom: Phantom) -> Volume:
    """A FLAIR with a quarter of the voxels, for speed."""
    scan = phantom.channels["FLAIR"]
    return Volume(scan.array[:, ::2, ::2], scan.affine @ np.diag([2.0, 2.0, 1.0, 1.0]), "FLAIR")


@pytest.fixture
def seed(phantom: Phantom) -> np.ndarray:
    """A point in the middle of the tumor, RAS mm."""
    inside = np.argwhere(phantom.tumor.array)
    return phantom.tumor.ras(inside[len(inside) // 2][::-1])


@pytest.fixture(autouse=True)
def no_warnings() -> object:
    """A warning of numpy is a number that went wrong."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        yield


def _thin(shape: tuple[int, int, int]) -> Volume:
    array = np.random.default_rng(0).normal(100, 5, shape).astype(np.float32)
    array[tuple(size // 2 for size in shape)] = 400
    return Volume(array, np.diag([1.0, 1.0, 3.0, 1.0]), "scan")


@pytest.mark.parametrize("shape", THIN, ids=str)
def test_a_seed_in_a_thin_scan_is_refused(shape: tuple[int, int, int]) -> None:
    scan = _thin(shape)
    told(lambda: tumor_from_seed(scan, scan.ras((np.array(scan.size) - 1) / 2)), RegionError, "too thin")


@pytest.mark.parametrize("shape", THIN, ids=str)
def test_a_thin_scan_is_no_brain(shape: tuple[int, int, int]) -> None:
    assert not is_stripped(_thin(shape))


@pytest.mark.parametrize("shape", THIN[:4], ids=str)
def test_a_thin_scan_is_prepared_as_it_is(shape: tuple[int, int, int]) -> None:
    scan = _thin(shape)
    everything = scan.with_array(np.ones(shape, np.uint8), "brain")
    study = prepare({"FLAIR": scan}, Preprocessing(), everything)
    assert study.channels["FLAIR"].shape[0] == shape[0]
    assert np.isfinite(study.channels["FLAIR"]).all()


@pytest.mark.parametrize(
    "point", [(np.nan, 0.0, 0.0), (np.inf, 0.0, 0.0), (1e300, 0.0, 0.0), (500.0, 0.0, 0.0)], ids=str
)
def test_a_seed_outside_the_scan_is_refused(flair: Volume, point: tuple[float, ...]) -> None:
    told(lambda: tumor_from_seed(flair, point), RegionError, "outside the scan")


def test_a_seed_in_a_region_of_one_voxel_is_refused(flair: Volume, seed: np.ndarray) -> None:
    single = np.zeros(flair.array.shape, np.uint8)
    single[tuple(np.rint(flair.ijk(seed)).astype(int)[::-1])] = 1
    told(lambda: tumor_from_seed(flair, seed, flair.with_array(single, "drawn")), RegionError, "nothing around it")


def test_a_region_of_everything_does_not_make_a_head_a_tumor(flair: Volume, seed: np.ndarray) -> None:
    everything = flair.with_array(np.ones(flair.array.shape, np.uint8), "drawn")
    told(lambda: tumor_from_seed(flair, seed, everything), RegionError, "runs through most of the region")


@pytest.mark.parametrize("size", [(0.0, 0.0, 0.0), (np.nan, 1.0, 1.0)], ids=str)
def test_a_box_of_nothing_is_refused(flair: Volume, size: tuple[float, ...]) -> None:
    told(lambda: tumor_from_box(flair, (0.25, 0.25, 0.25), size), RegionError, "holds no voxel")


def test_a_brain_mask_of_everything_is_taken_at_its_word(flair: Volume) -> None:
    everything = flair.with_array(np.ones(flair.array.shape, np.uint8), "brain")
    study = prepare({"FLAIR": flair}, Preprocessing(), everything)
    assert study.brain.array.any()
    assert np.isfinite(study.channels["FLAIR"]).all()


def test_a_brain_mask_off_the_scan_is_refused(phantom: Phantom) -> None:
    elsewhere = Volume(phantom.brain.array, phantom.brain.affine + 400 * np.eye(4, k=3), "brain")
    told(lambda: prepare(phantom.channels, Preprocessing(), elsewhere), RegionError, "does not touch the scan")


def test_a_tumor_mask_outside_the_brain_is_refused(phantom: Phantom) -> None:
    study = prepare({"FLAIR": phantom.channels["FLAIR"]}, Preprocessing(), phantom.brain)
    corner = np.zeros(phantom.tumor.array.shape, np.uint8)
    corner[:3, :3, :3] = 1
    told(lambda: mask_on_grid(phantom.tumor.with_array(corner, "drawn"), study), RegionError, "inside the brain")


def test_channels_of_different_places_are_refused(phantom: Phantom) -> None:
    t1 = phantom.channels["T1"]
    channels = phantom.channels | {"T1": Volume(t1.array, t1.affine + 500 * np.eye(4, k=3), "T1")}
    told(lambda: prepare(channels, Preprocessing(), phantom.brain), GeometryError, "same place")


def test_a_left_handed_channel_is_prepared_as_its_mirror_image_twice(phantom: Phantom) -> None:
    flair = phantom.channels["FLAIR"]
    flip = np.diag([-1.0, 1.0, 1.0, 1.0])
    flip[0, 3] = flair.size[0] - 1
    mirrored = Volume(flair.array[:, :, ::-1], flair.affine @ flip, "FLAIR")
    one, other = (prepare({"FLAIR": scan}, Preprocessing(), phantom.brain) for scan in (flair, mirrored))
    assert np.array_equal(one.channels["FLAIR"], other.channels["FLAIR"])


def test_a_wild_voxel_does_not_spread(phantom: Phantom) -> None:
    flair = phantom.channels["FLAIR"]
    array = flair.array.copy()
    array[0, 0, 0] = 3e38
    wild, plain = (
        prepare({"FLAIR": flair.with_array(one)}, Preprocessing(), phantom.brain).channels["FLAIR"]
        for one in (array, flair.array)
    )
    assert np.array_equal(wild, plain)
