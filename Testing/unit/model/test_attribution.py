"""Leaving out parts of the tumor."""

from __future__ import annotations

import numpy as np

from RadioGenomicsLib.model.attribution import leave_out_blocks


def test_a_score_that_looks_at_one_corner_is_explained_by_that_corner_alone() -> None:
    tumor = np.zeros((6, 40, 40), bool)
    tumor[1:5, 5:35, 5:35] = True
    corner = np.zeros_like(tumor)
    corner[1:3, 5:15, 5:15] = True
    effect = leave_out_blocks(tumor, 5.0, lambda mask: float((mask & corner).sum()))
    assert (effect[corner] == corner.sum()).all()
    assert not effect[~corner].any()


def test_what_lowers_the_score_is_negative() -> None:
    tumor = np.ones((4, 20, 20), bool)
    effect = leave_out_blocks(tumor, 5.0, lambda mask: -float(mask[:, :10].sum()))
    assert (effect[:, :10] < 0).all()
    assert not effect[:, 10:].any()


def test_blocks_are_as_thick_as_they_are_wide_in_millimeters() -> None:
    tumor = np.ones((20, 10, 10), bool)
    effect = leave_out_blocks(tumor, 2.0, lambda mask: float(mask[0].sum()))
    np.testing.assert_array_equal(np.flatnonzero(effect.any(axis=(1, 2))), np.arange(5))


def test_a_tumor_of_one_block_cannot_be_left_out_and_has_no_effect() -> None:
    tumor = np.zeros((3, 30, 30), bool)
    tumor[1, 3:9, 3:9] = True
    seen = []
    effect = leave_out_blocks(tumor, 5.0, lambda mask: seen.append(mask.sum()) or 1.0)
    assert not effect.any()
    assert seen == [36]


def test_progress_ends_at_one() -> None:
    told = []
    leave_out_blocks(np.ones((2, 30, 30), bool), 5.0, lambda _: 0.0, lambda fraction, _: told.append(fraction))
    assert told[-1] == 1.0
    assert told == sorted(told)
