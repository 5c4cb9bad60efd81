from __future__ import annotations

import pytest


@pytest.fixture
def words():
    from RadioGenomicsLib.panel import device_words

    return device_words


@pytest.fixture
def device():
    from RadioGenomicsLib.panel.parameters import Device

    return Device


def test_automatic_names_what_was_found(words, device) -> None:
    assert "NVIDIA" in words.willRunOn(device.AUTO, device.CUDA)
    assert "Apple" in words.willRunOn(device.AUTO, device.MPS)
    assert "no GPU" in words.willRunOn(device.AUTO, device.CPU)


def test_a_device_that_is_not_there_is_told_before_the_run(words, device) -> None:
    assert "No such device" in words.willRunOn(device.CUDA, device.CPU)
    assert "CUDA" in words.willRunOn(device.CUDA, device.CUDA)
    assert words.willRunOn(device.CPU, device.CUDA) == "Runs on the CPU."


@pytest.mark.parametrize(("name", "told"), [("cpu", "CPU"), ("cuda:0", "NVIDIA GPU (CUDA)"), ("xpu", "xpu")])
def test_where_it_ran_is_told_in_words(words, name: str, told: str) -> None:
    assert words.ranOn(name) == told
