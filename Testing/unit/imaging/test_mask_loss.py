"""A mask that is not where the scan is."""

from __future__ import annotations

import numpy as np
import pytest

from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.imaging.mask_loss import notes_on_place
from RadioGenomicsLib.imaging.mask_loss import share_outside
from RadioGenomicsLib.imaging.volume import Volume

SCAN = Volume(np.zeros((10, 20, 30), np.float32), np.diag([-1.0, -1.0, 4.0, 1.0]), "FLAIR")
CHANNELS = {"FLAIR": SCAN}


def mask(affine: np.ndarray, shape: tuple[int, int, int] = (10, 20, 30)) -> Volume:
    return Volume(np.ones(shape, np.uint8), affine, "drawn")


def shifted(columns: float) -> np.ndarray:
    affine = SCAN.affine.copy()
    affine[0, 3] += columns
    return affine


@pytest.mark.parametrize("columns", [0, 3, 12, 30])
def test_what_lies_outside_is_a_share_of_the_mask(columns: int) -> None:
    assert share_outside(mask(shifted(columns)), SCAN) == pytest.approx(columns / 30)


def test_a_mask_of_another_grid_that_lies_inside_needs_no_word() -> None:
    coarse = mask(SCAN.affine @ np.diag([3.0, 3.0, 1.0, 1.0]), (8, 5, 7))
    assert notes_on_place(coarse, coarse, SCAN, CHANNELS) == []


@pytest.mark.parametrize(("columns", "words"), [(1, []), (3, ["10 % of it lies outside the scan and was left out"])])
def test_a_border_that_is_cut_off_needs_no_word_but_more_does(columns: int, words: list[str]) -> None:
    larger = mask(shifted(columns), (10, 20, 29))
    assert notes_on_place(larger, larger, SCAN, CHANNELS) == words


@pytest.mark.parametrize(("columns", "share"), [(16, "55 %"), (30, "all")])
def test_a_mask_that_lies_mostly_outside_is_refused(columns: int, share: str) -> None:
    away = mask(shifted(columns), (10, 20, 29))
    with pytest.raises(RegionError, match=f"drawn: {share} of it lies outside FLAIR. Check that both are of one study"):
        notes_on_place(away, away, SCAN, CHANNELS)


def test_a_mask_whose_geometry_was_lost_is_called_so() -> None:
    lost = mask(np.diag([1.0, 1.0, 1.0, 1.0]))
    with pytest.raises(RegionError, match=r"it has the 30 x 20 x 10 voxels of FLAIR, .* copy the geometry of FLAIR"):
        notes_on_place(lost, lost, SCAN, CHANNELS)
    turned = mask(np.array([[-1.0, 0.1, 0, 0], [-0.1, -1, 0, 0], [0, 0, 4, 0], [0, 0, 0, 1]]))
    notes = notes_on_place(turned, turned, SCAN, CHANNELS)
    assert "its header puts them elsewhere: if it was drawn on FLAIR, its geometry is wrong" in notes[-1]


def test_a_mask_that_followed_its_scan_is_judged_where_it_arrived() -> None:
    t1c = Volume(SCAN.array, shifted(25), "T1c")
    drawn = mask(t1c.affine)
    assert notes_on_place(drawn, mask(SCAN.affine), SCAN, CHANNELS | {"T1c": t1c}) == []
