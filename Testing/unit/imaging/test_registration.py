"""Channels between which the patient moved."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from RadioGenomicsLib.imaging.grid import resample
from RadioGenomicsLib.imaging.mask_file import read_mask
from RadioGenomicsLib.imaging.phantom import head_phantom
from RadioGenomicsLib.imaging.reading import read_volume
from RadioGenomicsLib.imaging.registration import displacement_mm
from RadioGenomicsLib.imaging.registration import register
from RadioGenomicsLib.imaging.volume import Volume


@pytest.fixture(scope="module")
def head():
    return head_phantom()


def moved(volume: Volume, degrees: tuple[float, float, float], shift_mm: tuple[float, float, float]) -> Volume:
    """The scan as if the patient had moved: the same voxels at another place."""
    motion = np.eye(4)
    motion[:3, :3] = Rotation.from_euler("xyz", degrees, degrees=True).as_matrix()
    motion[:3, 3] = shift_mm
    return Volume(volume.array, motion @ volume.affine, volume.name)


def test_a_moved_channel_is_brought_back(head) -> None:
    t1, flair = head.channels["T1"], head.channels["FLAIR"]
    away = moved(t1, (4, -3, 8), (5, -3, 14))
    assert displacement_mm(away, t1) > 12
    # The phantom is smooth, which leaves much room along its thick slices.
    assert displacement_mm(register(away, flair, head.brain), t1) < 5


@pytest.mark.parametrize("patient", ["TCGA-CS-4944", "TCGA-DU-7010", "TCGA-HT-7680"])
def test_a_channel_moved_by_a_known_way_is_brought_back(data_root, patient) -> None:
    study = data_root / "tcga-lgg" / "images" / f"{patient}.nii.gz"
    t1, flair = (read_volume(f"{study}#{plane}") for plane in (0, 1))
    brain = flair.with_array((flair.array > 0).astype(np.uint8))
    around = moved(t1, (6, -4, 8), (0, 0, 0))
    # About the middle of the scan, then aside.
    middle = np.array(t1.size) / 2
    motion = t1.ras(middle) - around.ras(middle) + np.array([7.0, -9.0, 6.0])
    away = moved(around, (0, 0, 0), tuple(motion))
    assert displacement_mm(t1, away) > 12
    assert displacement_mm(t1, register(away, flair, brain)) < 1.5


def test_the_same_scans_always_end_at_the_same_place(head) -> None:
    away = moved(head.channels["T1"], (0, 0, 5), (0, 4, 6))
    places = [register(away, head.channels["FLAIR"], head.brain).affine for _ in range(2)]
    np.testing.assert_array_equal(*places)


def test_a_channel_on_the_same_grid_is_not_touched(head) -> None:
    assert register(head.channels["T1"], head.channels["FLAIR"], head.brain) is head.channels["T1"]


def test_voxels_are_not_interpolated(head) -> None:
    away = moved(head.channels["T1"], (0, 0, 5), (0, 4, 6))
    assert np.shares_memory(register(away, head.channels["FLAIR"], head.brain).array, away.array)


def test_noise_fits_nowhere_better_and_stays(head) -> None:
    flair = head.channels["FLAIR"]
    noise = np.random.default_rng(0).normal(size=flair.array.shape).astype(np.float32)
    away = moved(flair.with_array(noise, "noise"), (0, 0, 0), (3, 0, 0))
    np.testing.assert_array_equal(register(away, flair, head.brain).affine, away.affine)


def test_a_scan_elsewhere_stays_for_the_check_of_the_overlap_to_refuse(head) -> None:
    away = moved(head.channels["T1"], (0, 0, 0), (900, 0, 0))
    assert register(away, head.channels["FLAIR"], head.brain) is away


@pytest.mark.parametrize("name", ["t1", "t2"])
def test_brains_of_a_patient_who_moved_lie_on_one_another_afterwards(data_root, name) -> None:
    folder = data_root / "volumes" / "TCGA-FG-6692"
    flair, scan = (read_volume(folder / f"{one}.nii.gz") for one in ("flair", name))
    masks = folder / "hdbet_native"
    flair_brain, brain = (read_mask(masks / f"hdbet_mask_native_{one}.nii.gz") for one in ("fla", name))
    placed = register(scan, flair, flair_brain)

    def overlap(where: Volume) -> float:
        there = resample(Volume(brain.array, where.affine), flair, nearest=True).array > 0
        return 2 * (there & (flair_brain.array > 0)).sum() / (there.sum() + (flair_brain.array > 0).sum())

    assert overlap(placed) > max(0.9, overlap(scan) + 0.02)
