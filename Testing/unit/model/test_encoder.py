"""Running the network, with too little memory too."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from RadioGenomicsLib.errors import DependencyError
from RadioGenomicsLib.model.encoder import choose_device
from RadioGenomicsLib.model.encoder import encode
from RadioGenomicsLib.model.encoder import stack_planes


class Recorder:
    """A network that holds a certain number of slices, and answers with the mean of their planes."""

    def __init__(self, holds: dict[str, int]) -> None:
        self.holds = holds
        self.device = ""
        self.batches: list[tuple[str, int]] = []

    def to(self, device: str) -> Recorder:
        self.device = device
        return self

    def __call__(self, planes: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        self.batches.append((self.device, len(planes)))
        if len(planes) > self.holds[self.device]:
            raise torch.OutOfMemoryError
        logits = planes.mean(dim=1, keepdim=True)
        return logits, planes, torch.nn.functional.avg_pool2d(logits, 16)


@pytest.fixture
def planes() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(20, 5, 32, 16)).astype(np.float32)


@pytest.fixture
def other_device(monkeypatch: pytest.MonkeyPatch) -> str:
    """A device called cuda that is the CPU."""
    monkeypatch.setattr(torch, "from_numpy", _from_numpy(torch.from_numpy))
    return "cuda"


def _from_numpy(real):
    return lambda array: SimpleNamespace(to=lambda _: real(array))


def test_neighbors_are_those_of_the_reference_channel_and_the_edge_is_repeated() -> None:
    channels = np.arange(2 * 4).reshape(2, 4, 1, 1) * np.ones((1, 1, 2, 2))
    planes = stack_planes(channels, reference=1, neighbors=1)
    assert planes.shape == (4, 4, 2, 2)
    np.testing.assert_array_equal(planes[:, :, 0, 0], [[0, 4, 4, 5], [1, 5, 4, 6], [2, 6, 5, 7], [3, 7, 6, 7]])


def test_with_enough_memory_nothing_is_said(planes: np.ndarray) -> None:
    network = Recorder({"cpu": 99})
    encoded = encode(network, planes, "cpu")
    assert encoded.notes == ()
    assert encoded.device == "cpu"
    assert {size for _, size in network.batches} == {8, 4}


def test_too_little_memory_halves_the_batch_and_says_so(planes: np.ndarray, other_device: str) -> None:
    encoded = encode(Recorder({"cuda": 5}), planes, other_device)
    assert encoded.device == "cuda"
    assert len(encoded.notes) == 1
    assert "4 at a time" in encoded.notes[-1]
    np.testing.assert_array_equal(encoded.tumor, encode(Recorder({"cuda": 99}), planes, other_device).tumor)


def test_a_gpu_without_room_for_one_slice_leaves_the_work_to_the_cpu(planes: np.ndarray, other_device: str) -> None:
    network = Recorder({"cuda": 0, "cpu": 99})
    encoded = encode(network, planes, other_device)
    assert encoded.device == "cpu"
    assert "the CPU did the work" in encoded.notes[-1]
    assert ("cuda", 1) in network.batches
    assert ("cpu", 8) in network.batches
    assert encoded.tumor.shape == (20, 32, 16)


def test_a_cpu_without_memory_fails_in_the_end(planes: np.ndarray) -> None:
    with pytest.raises(torch.OutOfMemoryError):
        encode(Recorder({"cpu": 0}), planes, "cpu")


def test_the_outline_is_the_mean_over_the_scan_and_its_mirror_image() -> None:
    class SeesTheLeft(Recorder):
        def __call__(self, planes: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
            logits = torch.full((len(planes), 1, 4, 4), -50.0)
            logits[..., :2] = 50.0
            return logits, planes, logits

    encoded = encode(SeesTheLeft({}), np.zeros((1, 5, 4, 4), np.float32), "cpu")
    np.testing.assert_allclose(encoded.tumor, 0.5, atol=1e-6)


def test_only_slices_with_a_trace_of_tumor_are_looked_at_in_other_contrasts() -> None:
    network, planes = Recorder({"cpu": 99}), np.full((20, 5, 32, 16), -9.0, np.float32)
    planes[10:] = 1.0
    tumor = encode(network, planes, "cpu").tumor
    # Two views of each batch (8, 8 and 4 slices), then four of the slices of it that hold something (none, 6 and 4).
    assert sorted(size for _, size in network.batches) == sorted(2 * [8] + 2 * [8] + 4 * [6] + 2 * [4] + 4 * [4])
    np.testing.assert_allclose(tumor[:10], 1 / (1 + np.exp(9.0)), rtol=1e-4)
    np.testing.assert_allclose(tumor[10:], np.mean([1 / (1 + np.exp(-c)) for c in (0.85, 1.0, 1.2)]), rtol=1e-5)


def test_tokens_are_those_of_the_scan_as_it_lies(planes: np.ndarray) -> None:
    expected = planes.mean(axis=1).reshape(20, 1, 2, 16, 1, 16).mean(axis=(3, 5))
    np.testing.assert_allclose(encode(Recorder({"cpu": 99}), planes, "cpu").tokens, expected, atol=1e-5)


def test_for_the_tokens_alone_one_view_is_enough(planes: np.ndarray) -> None:
    every, one = Recorder({"cpu": 99}), Recorder({"cpu": 99})
    tokens = encode(every, planes, "cpu").tokens
    np.testing.assert_array_equal(encode(one, planes, "cpu", plain=True).tokens, tokens)
    assert (len(one.batches), len(every.batches)) == (3, 18)


def test_a_device_that_is_not_there_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert choose_device("auto") == "cpu"
    with pytest.raises(DependencyError, match="device cuda"):
        choose_device("cuda")
    with pytest.raises(DependencyError, match="device abacus"):
        choose_device("abacus")


def test_auto_takes_the_gpu_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert choose_device("auto") == "cuda"


class Failing(Recorder):
    """A device that fails with the words it is given, unless it gets few slices."""

    words = "MPS backend out of memory (MPS allocated: 9 GB)"

    def __call__(self, planes: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        if len(planes) > 4:
            raise RuntimeError(self.words)
        return super().__call__(planes)


def test_lack_of_memory_that_is_told_in_words_only_halves_the_batch(planes: np.ndarray, other_device: str) -> None:
    assert "4 at a time" in encode(Failing({"cuda": 99}), planes, other_device).notes[0]


def test_another_failure_of_the_network_is_not_taken_for_lack_of_memory(planes: np.ndarray) -> None:
    network = Failing({"cpu": 99})
    network.words = "shapes cannot be multiplied"
    with pytest.raises(RuntimeError, match="shapes"):
        encode(network, planes, "cpu")
