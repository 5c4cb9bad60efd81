"""A mask belongs to the scan that it was drawn on, and goes where that scan goes."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from RadioGenomicsLib.imaging.drawn_on import followed
from RadioGenomicsLib.imaging.drawn_on import moved
from RadioGenomicsLib.imaging.drawn_on import scans_drawn_on
from RadioGenomicsLib.imaging.volume import Volume


def oblique(shape: tuple[int, int, int], shift_mm: float = 0.0, degrees: float = 10.0) -> Volume:
    affine = np.eye(4)
    affine[:3, :3] = Rotation.from_euler("xyz", (degrees, -5, 3), degrees=True).as_matrix() * (-1.0, -1.2, 5.0)
    affine[:3, 3] = (40.0 + shift_mm, 50.0, -30.0)
    return Volume(np.zeros(shape, np.float32), affine)


CHANNELS = {"FLAIR": oblique((8, 20, 18)), "T1": oblique((8, 20, 18), 3.0), "T1c": oblique((9, 22, 20), 0, 14)}


@pytest.mark.parametrize("role", CHANNELS)
def test_a_mask_belongs_to_the_scan_whose_grid_it_has(role: str) -> None:
    assert scans_drawn_on(CHANNELS[role], CHANNELS) == [role]


def test_what_a_header_rounds_is_no_other_grid() -> None:
    rounded = Volume(CHANNELS["T1c"].array, CHANNELS["T1c"].affine.astype(np.float32).round(4))
    assert scans_drawn_on(rounded, CHANNELS) == ["T1c"]


def test_axes_that_were_flipped_and_swapped_are_the_same_grid() -> None:
    scan = CHANNELS["T1c"]
    turn = np.array([[0, -1, 0, scan.size[0] - 1], [1, 0, 0, 0], [0, 0, -1, scan.size[2] - 1], [0, 0, 0, 1.0]])
    turned = Volume(scan.array.transpose(0, 2, 1), scan.affine @ turn)
    assert scans_drawn_on(turned, CHANNELS) == ["T1c"]


def test_a_mask_that_was_cropped_to_its_segment_belongs_to_its_scan() -> None:
    scan = CHANNELS["T1"]
    corner = np.eye(4)
    corner[:3, 3] = (3, 4, 2)
    assert scans_drawn_on(Volume(np.zeros((3, 5, 4), np.uint8), scan.affine @ corner), CHANNELS) == ["T1"]


def test_the_whole_grid_counts_more_than_a_part_of_another() -> None:
    wider = Volume(np.zeros((10, 24, 22), np.float32), CHANNELS["T1"].affine)
    assert scans_drawn_on(CHANNELS["T1"], CHANNELS | {"T2": wider}) == ["T1"]


@pytest.mark.parametrize("other", [oblique((8, 20, 18), 3.4), oblique((8, 20, 18), 0, 12)], ids=["shifted", "turned"])
def test_a_mask_on_another_grid_belongs_to_no_scan(other: Volume) -> None:
    assert scans_drawn_on(other, CHANNELS) == []


def shift(x_mm: float) -> np.ndarray:
    return np.eye(4) + np.outer(np.eye(4)[0], np.eye(4)[3]) * x_mm


def test_a_mask_follows_the_scan_that_it_was_drawn_on_and_says_so() -> None:
    mask = CHANNELS["T1c"].with_array(np.ones((9, 22, 20), np.uint8), "tumor")
    there, role = followed(mask, ["T1c"], "FLAIR", CHANNELS, {"T1c": shift(12)})
    assert role == "T1c"
    np.testing.assert_allclose(there.affine, shift(12) @ mask.affine)
    assert there.array is not None
    assert np.shares_memory(there.array, mask.array)
    assert there.notes == ("it was drawn on T1c and moved with it, by 12 mm",)


def test_a_mask_on_the_reference_stays_whatever_else_has_its_grid() -> None:
    mask = CHANNELS["FLAIR"]
    assert followed(mask, ["T1", "FLAIR"], "FLAIR", CHANNELS, {"T1": shift(9)}) == (mask, "FLAIR")


def test_of_two_scans_on_one_grid_the_one_that_did_not_move_is_taken_and_the_other_named() -> None:
    channels = {"FLAIR": CHANNELS["FLAIR"], "T1": CHANNELS["T1"], "T1c": CHANNELS["T1"]}
    there, role = followed(CHANNELS["T1"], ["T1", "T1c"], "FLAIR", channels, {"T1c": shift(9)})
    assert role == "T1"
    np.testing.assert_array_equal(there.affine, CHANNELS["T1"].affine)
    assert "T1, T1c have its grid and were moved differently" in there.notes[0]


def test_two_scans_on_one_grid_that_moved_alike_leave_nothing_to_ask() -> None:
    channels = {"FLAIR": CHANNELS["FLAIR"], "T1": CHANNELS["T1"], "T1c": CHANNELS["T1"]}
    motions = {"T1": shift(9.2), "T1c": shift(9)}
    there, role = followed(CHANNELS["T1"], ["T1", "T1c"], "FLAIR", channels, motions)
    assert (role, len(there.notes)) == ("T1c", 1)
    np.testing.assert_allclose(there.affine, shift(9) @ CHANNELS["T1"].affine)


def test_a_mask_of_no_scans_grid_stays_and_says_what_was_assumed_if_anything_moved() -> None:
    mask = oblique((5, 5, 5), 1.7)
    assert followed(mask, [], "FLAIR", CHANNELS, {}) == (mask, "FLAIR")
    there, role = followed(mask, [], "FLAIR", CHANNELS, {"T1c": shift(9)})
    assert role == "FLAIR"
    np.testing.assert_array_equal(there.affine, mask.affine)
    assert "taken to lie in the space of FLAIR" in there.notes[0]
    assert "T1c by 9 mm" in there.notes[0]


def test_moving_keeps_what_reading_noted() -> None:
    assert moved(CHANNELS["T1"].noting("one"), shift(1)).notes == ("one",)
