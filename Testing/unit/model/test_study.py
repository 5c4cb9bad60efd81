"""From scans as they come to the network's grid, and back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from RadioGenomicsLib.errors import ChannelError
from RadioGenomicsLib.errors import GeometryError
from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.imaging.grid import resample
from RadioGenomicsLib.imaging.phantom import Phantom
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.model.preprocessing import Preprocessing
from RadioGenomicsLib.model.study import Study
from RadioGenomicsLib.model.study import mask_on_grid
from RadioGenomicsLib.model.study import prepare

SETTINGS = Preprocessing()
SPOT = np.array([24.0, -18.0, 30.0])
OFF_CENTER = np.array([9.0, -12.0, 14.0])
# Rotation in degrees, flips of the axes, their order, voxel size.
GRIDS = {
    "axial": ((0, 0, 0), (-1, -1, 1), (0, 1, 2), (1.0, 1.0, 5.0)),
    "oblique": ((11, -8, 17), (-1, -1, 1), (0, 1, 2), (0.9, 1.2, 4.0)),
    "flipped": ((0, 0, 0), (1, 1, -1), (0, 1, 2), (1.1, 1.1, 4.0)),
    "sagittal, 1 mm": ((4, 0, 0), (1, -1, 1), (1, 2, 0), (1.5, 1.5, 1.5)),
}


@pytest.fixture(params=GRIDS.values(), ids=GRIDS.keys())
def spotted(request: pytest.FixtureRequest) -> tuple[dict[str, Volume], Volume, Volume]:
    """Scans of an ellipsoid with a bright spot at SPOT, the brain mask, and a mask of the spot."""
    angles, flips, order, spacing = request.param
    matrix = Rotation.from_euler("xyz", angles, degrees=True).as_matrix() @ np.diag(flips) * np.array(spacing)
    matrix = matrix[:, order]
    size = np.ceil(200 / np.linalg.norm(matrix, axis=0)).astype(int)
    affine = np.eye(4)
    affine[:3, :3] = matrix
    affine[:3, 3] = -matrix @ ((size - 1) / 2)
    grid = Volume(np.zeros(size[::-1], np.float32), affine, "scan")
    ras = grid.ras(np.stack(np.meshgrid(*map(np.arange, size[::-1]), indexing="ij")[::-1], axis=-1))
    brain = np.linalg.norm((ras - OFF_CENTER) / (62, 80, 66), axis=-1) < 1
    far_from_spot = np.linalg.norm(ras - SPOT, axis=-1)
    tissue = 100 + 10 * np.sin(ras[..., 0] / 9) + 800 * np.exp(-0.5 * (far_from_spot / 7) ** 2)
    scan = grid.with_array((tissue * brain).astype(np.float32))
    spot = grid.with_array((far_from_spot < 12).astype(np.uint8), "spot")
    return {"FLAIR": scan, "T1": scan}, grid.with_array(brain.astype(np.uint8), "brain"), spot


def middle(volume: Volume, array: np.ndarray) -> np.ndarray:
    """RAS millimeters of the center of mass."""
    places = np.argwhere(array > 0)[:, ::-1]
    return volume.ras(np.average(places, axis=0, weights=array[array > 0]))


def test_a_spot_stays_where_it_was_in_ras(spotted: tuple[dict[str, Volume], Volume, Volume]) -> None:
    channels, brain, _ = spotted
    study = prepare(channels, SETTINGS, brain)
    for role in channels:
        bright = np.where(study.channels[role] > 5, study.channels[role], 0)
        assert np.linalg.norm(middle(study.grid, bright) - SPOT) < 0.5 * max(study.grid.spacing)


def test_a_mask_goes_to_the_network_and_back_to_its_place(spotted: tuple[dict[str, Volume], Volume, Volume]) -> None:
    channels, brain, spot = spotted
    study = prepare(channels, SETTINGS, brain)
    inside = mask_on_grid(spot, study)
    assert np.linalg.norm(middle(study.grid, inside.astype(float)) - SPOT) < 0.5 * max(study.grid.spacing)
    back = resample(study.grid.with_array(inside.astype(np.uint8)), study.reference, nearest=True)
    assert back.same_grid(channels["FLAIR"])
    both = ((back.array > 0) & (spot.array > 0)).sum()
    assert 2 * both / ((back.array > 0).sum() + (spot.array > 0).sum()) > 0.8


def test_the_whole_brain_is_on_the_grid_and_in_its_middle(spotted: tuple[dict[str, Volume], Volume, Volume]) -> None:
    channels, brain, _ = spotted
    kept = prepare(channels, SETTINGS, brain).brain
    assert kept.array.sum() * kept.voxel_ml == pytest.approx(brain.array.sum() * brain.voxel_ml, rel=0.03)
    assert np.linalg.norm(middle(kept, kept.array) - OFF_CENTER) < 1.5


def test_the_grid_is_axial_whatever_the_scan_is(spotted: tuple[dict[str, Volume], Volume, Volume]) -> None:
    channels, brain, _ = spotted
    study = prepare(channels, SETTINGS, brain)
    directions = study.grid.affine[:3, :3] / np.array(study.grid.spacing)
    assert (np.diag(directions) * (-1, -1, 1) > 0.9).all()


def test_channels_keep_the_models_order_and_absent_ones_are_zero(phantom: Phantom) -> None:
    given = {"T1c": phantom.channels["T1c"], "FLAIR": phantom.channels["FLAIR"], "T2": phantom.channels["T1"]}
    study = prepare(given, SETTINGS, phantom.brain)
    assert list(study.channels) == ["T1", "FLAIR", "T1c"]
    assert study.channels["T1"] is None
    stacked = study.stacked()
    assert stacked.shape == (3, *study.grid.array.shape)
    assert not stacked[0].any()
    assert stacked[1].any()


def test_what_the_model_does_not_read_is_named_and_left_alone(phantom: Phantom) -> None:
    elsewhere = phantom.channels["T1"].affine.copy()
    elsewhere[:3, 3] += 1000.0
    given = {"FLAIR": phantom.channels["FLAIR"], "T2": Volume(phantom.channels["T1"].array, elsewhere, "T2")}
    study = prepare(given, SETTINGS, phantom.brain)
    assert study.unread == ("T2",)
    assert set(study.placed) == {"FLAIR"}


def test_intensities_are_z_scores_of_the_brain_within_the_clip(study: Study) -> None:
    inside = study.brain.array > 0
    for array in study.channels.values():
        assert np.median(array[inside]) == pytest.approx(0, abs=1e-3)
        assert array.min() >= -4
        assert array.max() <= 6
        assert (array[~inside] == -4).all()


def test_scanner_gain_and_offset_do_not_matter(phantom: Phantom, study: Study) -> None:
    louder = {r: v.with_array(v.array * np.float32(7.5) + np.float32(300)) for r, v in phantom.channels.items()}
    again = prepare(louder, SETTINGS, phantom.brain)
    np.testing.assert_allclose(again.stacked(), study.stacked(), atol=2e-3)


def test_a_missing_needed_channel_is_named(phantom: Phantom) -> None:
    with pytest.raises(ChannelError, match="FLAIR") as caught:
        prepare({"T1": phantom.channels["T1"]}, SETTINGS, phantom.brain)
    assert "FLAIR=scan.nii.gz" in caught.value.mend


def test_a_channel_of_another_place_is_refused_by_its_role(phantom: Phantom) -> None:
    moved = phantom.channels["T1c"].affine.copy()
    moved[:3, 3] += (0, 0, -400)
    channels = {**phantom.channels, "T1c": replace(phantom.channels["T1c"], affine=moved)}
    with pytest.raises(GeometryError, match="T1c"):
        prepare(channels, SETTINGS, phantom.brain)


def test_an_empty_brain_is_refused(phantom: Phantom) -> None:
    with pytest.raises(RegionError, match="synthetic brain"):
        prepare(phantom.channels, SETTINGS, phantom.brain.with_array(np.zeros_like(phantom.brain.array)))


def test_a_tumor_outside_the_brain_is_refused(phantom: Phantom, study: Study) -> None:
    scalp = np.zeros_like(phantom.tumor.array)
    scalp[:, :3, :3] = 1
    with pytest.raises(RegionError, match="no part of it lies inside the brain"):
        mask_on_grid(phantom.tumor.with_array(scalp), study)


def test_what_of_a_tumor_lies_outside_the_brain_is_left_out(phantom: Phantom, study: Study) -> None:
    everything = phantom.tumor.with_array(np.ones_like(phantom.tumor.array))
    np.testing.assert_array_equal(mask_on_grid(everything, study), study.brain.array > 0)
