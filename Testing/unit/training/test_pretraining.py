"""Pre-training on slices of one channel."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from RadioGenomicsLib.errors import BundleError
from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.model.preprocessing import Preprocessing
from RadioGenomicsTrainLib.training.encoder import train_encoder
from RadioGenomicsTrainLib.training.prepared import PreparedPatient
from RadioGenomicsTrainLib.training.pretraining import PRETRAINING
from RadioGenomicsTrainLib.training.pretraining import head_on_grid
from RadioGenomicsTrainLib.training.pretraining import one_channel_slices
from RadioGenomicsTrainLib.training.pretraining import pretrain_encoder
from RadioGenomicsTrainLib.training.pretraining import split_in_stretches
from RadioGenomicsTrainLib.training.slices import Slices
from Testing.unit.training.small_cohort import NETWORK
from Testing.unit.training.train_small import SETTINGS
from Testing.unit.training.train_small import save_network


@pytest.fixture
def heads(tmp_path: Path) -> Path:
    """Thirty noisy heads, 60 pixels high and 40 wide off the middle, with a bright tumor left of their centers."""
    row, column = np.indices((128, 128))
    head = ((row - 70) / 30) ** 2 + ((column - 50) / 20) ** 2 < 1
    tumor = ((row - 70) ** 2 + (column - 44) ** 2 < 36) & head
    noise = np.random.default_rng(0).normal(0, 10, (30, 128, 128))
    image = np.where(head, 100 + 80 * tumor + noise, 3).clip(0, 250).astype(np.uint8)
    path = tmp_path / "slices.npz"
    masks = np.broadcast_to(tumor, image.shape).astype(np.uint8)
    # As MATLAB stores them.
    np.savez(path, image=image.swapaxes(1, 2), mask=masks.swapaxes(1, 2))
    return path


def test_a_head_fills_the_grid_upright_with_square_pixels_and_a_margin(heads: Path) -> None:
    with np.load(heads) as arrays:
        image, mask = arrays["image"].swapaxes(1, 2), arrays["mask"].swapaxes(1, 2) > 0
    settings = Preprocessing()
    z, tumor = head_on_grid(image, mask, settings)
    assert z.shape == tumor.shape == (30, settings.rows, settings.columns)
    rows, columns = (np.flatnonzero((z[0] > settings.clip[0]).any(axis=axis)) for axis in (1, 0))
    assert rows[0] == pytest.approx(settings.margin, abs=1)
    assert rows[-1] == pytest.approx(settings.rows - 1 - settings.margin, abs=1)
    assert np.ptp(rows) / np.ptp(columns) == pytest.approx(1.5, rel=0.03)
    assert columns.mean() == pytest.approx((settings.columns - 1) / 2, abs=1)
    # The tumor stays where it is bright, left of the middle.
    assert z[0][tumor[0]].mean() > 3
    assert np.argwhere(tumor[0])[:, 1].mean() < columns.mean() - 5
    assert np.median(z[0][z[0] > settings.clip[0]]) == pytest.approx(0, abs=0.05)


def test_every_other_channel_and_neighbor_is_absent(heads: Path) -> None:
    slices = one_channel_slices(heads, NETWORK, 2)
    assert slices.planes.shape[:2] == (30, NETWORK.inputs)
    assert slices.planes[:, 2].any()
    assert not slices.planes[:, [0, 1, 3, 4]].any()
    assert slices.owner.tolist() == [0] * 13 + [1] * 13 + [2] * 4


def test_what_is_held_out_is_far_from_what_is_learned_from() -> None:
    owner = np.repeat(np.arange(236), 13)
    blank = torch.zeros(len(owner), 1, 1, 1)
    learned, inner = split_in_stretches(Slices(blank, blank, owner))
    assert 0.15 < len(inner.owner) / (len(inner.owner) + len(learned.owner)) < 0.3
    apart = np.abs(np.unique(learned.owner)[:, None] - np.unique(inner.owner)).min()
    assert apart == 3


@pytest.mark.usefixtures("one_thread")
def test_a_training_starts_from_what_was_pre_trained(
    heads: Path, patients: list[PreparedPatient], tmp_path: Path
) -> None:
    told = []
    settings = replace(PRETRAINING, epochs=2, batch=8, learning_rate=1e-2)
    network = pretrain_encoder(heads, NETWORK, settings, lambda _, step: told.append(step))
    assert [step.split(",")[0] for step in told] == ["epoch 1 of 2", "epoch 2 of 2"]
    start = tmp_path / "start.safetensors"
    save_network(network, start)
    # Without a step to learn, what comes out is what went in.
    still = replace(SETTINGS, epochs=1, learning_rate=1e-12, weight_decay=0.0, patience=None)
    for parameter, before in zip(
        train_encoder(patients[:2], NETWORK, still, start_from=start).parameters(), network.parameters(), strict=True
    ):
        torch.testing.assert_close(parameter, before, rtol=0, atol=1e-6)


def test_a_file_without_slices_and_weights_of_another_kind_are_refused(
    patients: list[PreparedPatient], tmp_path: Path
) -> None:
    path = tmp_path / "other.npz"
    np.savez(path, something=np.zeros(3))
    with pytest.raises(InputError, match="no slices"):
        one_channel_slices(path, NETWORK, 2)
    with pytest.raises(BundleError, match=r"other\.npz"):
        train_encoder(patients[:2], NETWORK, SETTINGS, start_from=path)


def test_the_real_slices_are_read(data_root: Path, tmp_path: Path) -> None:
    with np.load(data_root / "pretrain" / "figshare_cemri_128.npz", allow_pickle=False) as arrays:
        some = {name: arrays[name][::150] for name in ("image", "mask")}
    np.savez(tmp_path / "some.npz", **some)
    slices = one_channel_slices(tmp_path / "some.npz", NETWORK, 2)
    assert slices.planes.isfinite().all()
    assert slices.tumor.flatten(1).any(dim=1).all()
    # What is outlined is what takes up contrast: brighter than the rest of the head in nearly all.
    bright = [float(p[2][t[0]].float().mean()) > 0 for p, t in zip(slices.planes, slices.tumor, strict=True)]
    assert np.mean(bright) > 0.7
