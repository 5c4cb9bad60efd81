"""Batches side by side, each on one thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from RadioGenomicsLib.errors import Canceled
from RadioGenomicsLib.model.batches import run_batches
from RadioGenomicsLib.model.deep_features import feature_maps
from RadioGenomicsLib.model.deep_features import shipped_network
from RadioGenomicsLib.model.encoder import encode
from RadioGenomicsLib.model.gene_models import predict_from_tokens
from RadioGenomicsLib.model.network import NetworkSettings
from RadioGenomicsLib.model.network import TransUNet
from RadioGenomicsLib.model.paper_head import PaperHead


@pytest.fixture
def threads() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("threads")
def test_a_network_says_the_same_to_the_last_bit_on_any_number_of_threads() -> None:
    torch.manual_seed(0)
    settings, features = NetworkSettings(), shipped_network()
    network, head = TransUNet(settings).eval(), PaperHead(settings.embedding, 1500).eval()
    draws = np.random.default_rng(0)
    planes = draws.normal(size=(11, settings.inputs, settings.rows, settings.columns)).astype(np.float32)
    channels = draws.normal(size=(3, 3, 112, 96)).astype(np.float32)
    found = []
    for count in (1, 2, 3):
        torch.set_num_threads(count)
        encoded = encode(network, planes, "cpu")
        genes = predict_from_tokens(head, encoded.tokens, np.ones(encoded.tumor.shape, bool))
        found.append((encoded.tumor, encoded.tokens, feature_maps(features, channels), genes))
    for other in found[1:]:
        for one, same in zip(found[0], other, strict=True):
            np.testing.assert_array_equal(one, same)


@pytest.mark.usefixtures("threads")
def test_batches_run_side_by_side_on_one_thread_each_and_are_told_in_order() -> None:
    torch.set_num_threads(2)
    both, told = threading.Barrier(2, timeout=10), []

    def run(batch: int) -> tuple[int, int]:
        both.wait()
        return batch, torch.get_num_threads()

    def progress(fraction: float, _step: str) -> None:
        assert threading.current_thread() is threading.main_thread()
        told.append(fraction)

    assert run_batches(run, range(4), "cpu", progress) == [(batch, 1) for batch in range(4)]
    assert told == [0.25, 0.5, 0.75, 1.0]
    assert torch.get_num_threads() == 2


def test_another_device_takes_them_one_by_one_in_the_callers_thread() -> None:
    places = run_batches(lambda _batch: threading.current_thread(), range(3), "cuda")
    assert set(places) == {threading.current_thread()}


@pytest.mark.usefixtures("threads")
def test_a_cancel_leaves_what_waits_undone() -> None:
    torch.set_num_threads(2)
    begun = []

    def run(batch: int) -> None:
        begun.append(batch)
        time.sleep(0.01)

    def cancel(_fraction: float, _step: str) -> None:
        raise Canceled

    with pytest.raises(Canceled):
        run_batches(run, range(50), "cpu", cancel)
    assert len(begun) < 10
    assert torch.get_num_threads() == 2
