"""Tokens of tumor slices."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from RadioGenomicsLib.model.network import TransUNet
from RadioGenomicsTrainLib.training.paper_tokens import draw_tumor_slices
from RadioGenomicsTrainLib.training.paper_tokens import stack_tumor_slices
from RadioGenomicsTrainLib.training.paper_tokens import tumor_tokens
from RadioGenomicsTrainLib.training.prepared import PreparedPatient
from Testing.unit.training.small_cohort import NETWORK


def encoder() -> TransUNet:
    torch.manual_seed(5)
    return TransUNet(NETWORK).eval()


def test_tokens_outside_the_tumor_and_padding_are_not_valid(patients: list[PreparedPatient]) -> None:
    small, large = replace_tumor(patients[0], 1), patients[1]
    generator, draws = torch.Generator().manual_seed(0), np.random.default_rng(0)
    network = encoder()
    slices = draw_tumor_slices([small, large], 3, 1, network, draws, generator)
    tokens, valid = tumor_tokens(slices, network)
    assert tokens.shape == (2, NETWORK.embedding, 3 * 7 * 6)
    assert valid[0].sum() < valid[1].sum()
    assert not valid[0, 42:].any()
    assert valid.any(dim=1).all()


def test_slices_that_are_not_moved_are_the_patients_own(patients: list[PreparedPatient]) -> None:
    chosen = [np.array([4, 2]), np.array([3])]
    slices = stack_tumor_slices(patients[:2], chosen, 1, encoder())
    assert slices.owner.tolist() == [0, 0, 1]
    np.testing.assert_array_equal(slices.planes[1, :3].numpy(), patients[0].channels[:, 2].astype(np.float32))
    np.testing.assert_array_equal(slices.tumor[2, 0].numpy() > 0, patients[1].tumor[3])


def replace_tumor(patient: PreparedPatient, slices: int) -> PreparedPatient:
    """The same patient with the tumor on fewer slices."""
    tumor = patient.tumor.copy()
    tumor[np.flatnonzero(tumor.any(axis=(1, 2)))[slices:]] = False
    return replace(patient, tumor=tumor)
