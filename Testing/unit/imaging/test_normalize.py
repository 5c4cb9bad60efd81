"""Intensities that do not depend on the scanner."""

from __future__ import annotations

import numpy as np
import pytest

from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.imaging.normalize import normalize
from RadioGenomicsLib.imaging.volume import Volume

CLIP = (-4.0, 6.0)


@pytest.fixture
def scan() -> Volume:
    array = np.random.default_rng(0).normal(500, 40, (10, 30, 30)).astype(np.float32)
    return Volume(array, np.eye(4), "FLAIR")


@pytest.fixture
def region(scan: Volume) -> Volume:
    array = np.zeros(scan.array.shape, np.uint8)
    array[2:8, 5:25, 5:25] = 1
    return scan.with_array(array, "brain")


def test_gaussian_tissue_gets_mean_0_and_spread_1(scan: Volume, region: Volume) -> None:
    inside = normalize(scan, region, clip=CLIP).array[region.array > 0]
    assert inside.mean() == pytest.approx(0, abs=0.05)
    assert inside.std() == pytest.approx(1, abs=0.05)


def test_gain_and_offset_of_the_scanner_do_not_matter(scan: Volume, region: Volume) -> None:
    other = scan.with_array(scan.array * np.float32(0.031) - np.float32(7))
    np.testing.assert_allclose(
        normalize(other, region, clip=CLIP).array, normalize(scan, region, clip=CLIP).array, atol=1e-3
    )


def test_what_lies_outside_does_not_count_and_becomes_the_lower_limit(scan: Volume, region: Volume) -> None:
    outside = region.array == 0
    loud = scan.with_array(np.where(outside, np.float32(1e6), scan.array))
    normalized = normalize(loud, region, clip=CLIP).array
    np.testing.assert_array_equal(normalized, normalize(scan, region, clip=CLIP).array)
    assert (normalized[outside] == -4).all()


def test_a_bright_tumor_hardly_moves_normal_brain_and_is_clipped(scan: Volume, region: Volume) -> None:
    array = scan.array.copy()
    array[3:6, 8:14, 8:14] = 5000
    normalized = normalize(scan.with_array(array), region, clip=CLIP).array
    assert (normalized[3:6, 8:14, 8:14] == 6).all()
    plain = (region.array > 0) & (array < 5000)
    np.testing.assert_allclose(normalized[plain], normalize(scan, region, clip=CLIP).array[plain], atol=0.35)


def test_the_result_is_float32_on_the_same_grid(scan: Volume, region: Volume) -> None:
    normalized = normalize(scan, region, clip=CLIP)
    assert normalized.array.dtype == np.float32
    assert normalized.same_grid(scan)


def test_an_empty_region_is_refused_by_name(scan: Volume, region: Volume) -> None:
    with pytest.raises(RegionError, match="brain: the mask is empty"):
        normalize(scan, region.with_array(np.zeros_like(region.array)), clip=CLIP)


def test_a_constant_scan_is_refused_by_name(scan: Volume, region: Volume) -> None:
    with pytest.raises(RegionError, match="FLAIR: the scan is constant"):
        normalize(scan.with_array(np.full_like(scan.array, 9)), region, clip=CLIP)
