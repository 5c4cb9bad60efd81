from __future__ import annotations

import numpy as np
import pytest

from RadioGenomicsLib.errors import GeometryError
from RadioGenomicsLib.imaging.grid import grid_of
from RadioGenomicsLib.imaging.study import align
from RadioGenomicsLib.imaging.study import overlap
from RadioGenomicsLib.imaging.volume import Volume


def test_channels_of_any_orientation_meet_on_one_grid(blob, blob_on):
    volume, middle = blob
    other, _ = blob_on(np.diag([-1.0, -1.0, 5.0]))
    like = grid_of(other, (1.0, 1.0, None))
    aligned = align({"T1": volume, "FLAIR": other}, like)
    assert all(channel.same_grid(like) for channel in aligned.values())
    peak = tuple(np.rint(like.ijk(middle)).astype(int)[::-1])
    assert aligned["T1"].array[peak] == pytest.approx(aligned["FLAIR"].array[peak], rel=0.15)


def test_a_channel_from_elsewhere_is_refused_by_name():
    head = Volume(np.zeros((20, 100, 100), np.float32), np.diag([2.0, 2.0, 5.0, 1.0]), "head")
    far = np.array(head.affine)
    far[2, 3] = -400.0
    with pytest.raises(GeometryError, match="T1") as caught:
        align({"FLAIR": head, "T1": Volume(head.array, far, "")}, head)
    assert "head" in str(caught.value)


def test_a_slab_inside_a_larger_scan_overlaps_wholly():
    large = Volume(np.zeros((40, 100, 100), np.float32), np.diag([2.0, 2.0, 4.0, 1.0]))
    slab = Volume(np.zeros((5, 80, 80), np.float32), np.array(large.affine) + np.eye(4, k=3) * 20)
    assert overlap(slab, large) == overlap(large, slab) == 1.0
