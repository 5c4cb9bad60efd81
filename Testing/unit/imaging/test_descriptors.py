"""What descriptors say of tumors whose truth is known: boxes in a box-shaped brain."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.imaging.descriptors import TumorRegions
from RadioGenomicsLib.imaging.descriptors import VoxelMaps
from RadioGenomicsLib.imaging.descriptors import describe
from RadioGenomicsLib.imaging.descriptors.regions import normal_tissue

SHAPE = (12, 112, 96)
ROLES = ("T1", "FLAIR", "T1c")
Box = tuple[slice, slice, slice]
LEFT_FRONT: Box = np.s_[4:8, 20:40, 60:80]


@pytest.fixture
def brain() -> np.ndarray:
    mask = np.zeros(SHAPE, bool)
    mask[1:11, 6:106, 8:88] = True
    return mask


@pytest.fixture
def channels() -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    return {role: random.normal(size=SHAPE).astype(np.float32) for role in ROLES}


def mask_of(*boxes: Box) -> np.ndarray:
    mask = np.zeros(SHAPE, bool)
    for box in boxes:
        mask[box] = True
    return mask


def described(channels: dict, brain: np.ndarray, tumor: np.ndarray) -> dict[str, float]:
    return describe(VoxelMaps.of(channels, brain, 5.0), tumor, normal_tissue(tumor, brain))


def test_every_descriptor_of_a_whole_study_is_a_number(channels: dict, brain: np.ndarray) -> None:
    values = described(channels, brain, mask_of(LEFT_FRONT))
    assert all(np.isfinite(value) for value in values.values())
    assert len(values) > 80


@pytest.mark.parametrize("absent", ROLES)
def test_an_absent_channel_leaves_names_and_order_and_makes_its_own_values_unknown(
    channels: dict, brain: np.ndarray, absent: str
) -> None:
    whole = described(channels, brain, mask_of(LEFT_FRONT))
    partial = described(channels | {absent: None}, brain, mask_of(LEFT_FRONT))
    assert list(partial) == list(whole)
    unknown = {name for name, value in partial.items() if np.isnan(value)}
    assert {name for name in whole if name.startswith(f"{absent}_")} <= unknown
    present = [role for role in ROLES if role != absent]
    for name in partial:
        if name.startswith(tuple(f"{role}_" for role in present)) and name != "T1_FLAIR_correlation":
            assert partial[name] == whole[name]


def test_place_is_told_in_sizes_of_the_brain(channels: dict, brain: np.ndarray) -> None:
    values = described(channels, brain, mask_of(np.s_[6:10, 20:40, 60:80]))
    assert values["front_to_back"] == pytest.approx((29.5 - 6) / 100)
    assert values["off_midline"] == pytest.approx((69.5 - 47.5) / 80)
    assert values["below_vertex"] == pytest.approx((10 - 7.5) * 5 / 100)
    assert values["left_sided"] == 1
    assert values["crossing_midline"] == 0


def test_the_mirrored_tumor_differs_in_its_side_alone(channels: dict, brain: np.ndarray) -> None:
    left = described(channels, brain, mask_of(LEFT_FRONT))
    mirrored = {role: array[:, :, ::-1] for role, array in channels.items()}
    right = described(mirrored, brain[:, :, ::-1], mask_of(LEFT_FRONT)[:, :, ::-1])
    assert right.pop("left_sided") == -left.pop("left_sided")
    for name, value in left.items():
        assert right[name] == pytest.approx(value, abs=1e-5), name


def test_a_tumor_in_both_halves_crosses_the_midline(channels: dict, brain: np.ndarray) -> None:
    values = described(channels, brain, mask_of(np.s_[4:8, 20:40, 38:58]))
    assert values["crossing_midline"] == pytest.approx(0.5)
    assert values["off_midline"] == pytest.approx(0)


def test_size_is_a_share_of_the_brain(channels: dict, brain: np.ndarray) -> None:
    values = described(channels, brain, mask_of(LEFT_FRONT))
    assert np.exp(values["log_volume_share"]) == pytest.approx(4 * 20 * 20 / (10 * 100 * 80))
    assert np.exp(values["log_largest_area_share"]) == pytest.approx(400 / 8000)
    assert values["share_outside_largest_part"] == 0


def test_a_second_part_and_a_long_form_are_seen(channels: dict, brain: np.ndarray) -> None:
    compact = described(channels, brain, mask_of(LEFT_FRONT))
    two = described(channels, brain, mask_of(LEFT_FRONT, np.s_[4:8, 60:70, 60:80]))
    assert two["share_outside_largest_part"] == pytest.approx(1 / 3)
    long = described(channels, brain, mask_of(np.s_[5:7, 20:100, 60:66]))
    assert long["log_elongation"] > compact["log_elongation"] + 1
    assert long["boundary_per_root_area"] > compact["boundary_per_root_area"]


def test_signal_is_that_of_the_tumor_and_of_its_channel(channels: dict, brain: np.ndarray) -> None:
    tumor = mask_of(LEFT_FRONT)
    plain = described(channels, brain, tumor)
    bright = described(channels | {"FLAIR": channels["FLAIR"] + 3 * tumor}, brain, tumor)
    for name in ("FLAIR_mean", "FLAIR_p50", "FLAIR_p5", "FLAIR_mirrored"):
        assert bright[name] == pytest.approx(plain[name] + 3, abs=1e-4)
    assert bright["T1_mean"] == plain["T1_mean"]
    assert bright["bright_FLAIR_share"] > plain["bright_FLAIR_share"] + 0.5


def test_a_dark_core_with_a_bright_rim_is_the_mismatch_sign(channels: dict, brain: np.ndarray) -> None:
    tumor = mask_of(LEFT_FRONT)
    core = TumorRegions.of(tumor, brain).core
    image = np.where(core, -1.0, np.where(tumor, 3.0, 0.0)).astype(np.float32)
    assert described(channels | {"FLAIR": image}, brain, tumor)["FLAIR_core_minus_rim"] == pytest.approx(-4)


def test_uptake_is_t1c_over_t1_in_spreads_of_normal_brain(channels: dict, brain: np.ndarray) -> None:
    tumor = mask_of(LEFT_FRONT)
    plain = described(channels, brain, tumor)
    enhancing = described(channels | {"T1c": channels["T1c"] + 4 * tumor}, brain, tumor)
    assert abs(plain["uptake_mean"]) < 0.3
    assert enhancing["uptake_mean"] > 3
    assert enhancing["uptake_log_share_above_3"] > plain["uptake_log_share_above_3"]
    # A scan that is brighter as a whole has taken up nothing.
    louder = described(channels | {"T1c": channels["T1c"] + 4}, brain, tumor)
    assert louder["uptake_mean"] == pytest.approx(plain["uptake_mean"], abs=1e-4)


def test_the_parts_of_a_tumor_are_disjoint_and_the_ring_lies_outside_in_the_brain(brain: np.ndarray) -> None:
    tumor = mask_of(np.s_[4:8, 6:40, 60:80])
    parts = TumorRegions.of(tumor, brain)
    np.testing.assert_array_equal(parts.core | parts.rim, tumor)
    assert not (parts.core & parts.rim).any()
    assert not (parts.ring & tumor).any()
    assert not (parts.ring & ~brain).any()
    assert parts.edge[4, 6, 60]
    assert not parts.edge[4, 20, 70]
    assert parts.core[4, 20, 70]


def test_a_tumor_of_one_voxel_breaks_nothing(channels: dict, brain: np.ndarray) -> None:
    values = described(channels, brain, mask_of(np.s_[5:6, 50:51, 60:61]))
    unknown = {name for name, value in values.items() if not np.isfinite(value)}
    assert unknown == {"T1_FLAIR_correlation", "uptake_core_minus_rim", *(f"{role}_core_minus_rim" for role in ROLES)}


def test_normal_brain_keeps_its_distance_from_the_tumor(brain: np.ndarray) -> None:
    tumor = mask_of(LEFT_FRONT)
    normal = normal_tissue(tumor, brain)
    assert not (normal & tumor).any()
    assert not normal[5, 44 - 1, 70]
    assert normal[5, 44, 70]


def test_a_tumor_that_fills_the_brain_is_refused(brain: np.ndarray) -> None:
    with pytest.raises(RegionError, match="no normal brain"):
        normal_tissue(brain, brain)


def test_moments_are_those_of_scipy(channels: dict, brain: np.ndarray) -> None:
    skewed = channels | {"T1": np.exp(channels["T1"])}
    tumor = mask_of(LEFT_FRONT)
    values, inside = described(skewed, brain, tumor), skewed["T1"][tumor].astype(np.float64)
    assert values["T1_skewness"] == pytest.approx(stats.skew(inside))
    assert values["T1_kurtosis"] == pytest.approx(stats.kurtosis(inside))
