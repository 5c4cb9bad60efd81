from __future__ import annotations

import numpy as np
import pytest

from RadioGenomicsLib.errors import DependencyError
from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.imaging import brain
from RadioGenomicsLib.imaging.brain_methods import deepbet
from RadioGenomicsLib.imaging.brain_methods import hd_bet
from RadioGenomicsLib.imaging.brain_methods import synthstrip
from RadioGenomicsLib.imaging.grid import canonical
from RadioGenomicsLib.imaging.grid import grid_of
from RadioGenomicsLib.imaging.grid import resample
from RadioGenomicsLib.imaging.mask_file import read_mask
from RadioGenomicsLib.imaging.phantom import head_phantom
from RadioGenomicsLib.imaging.reading import read_volume
from RadioGenomicsLib.imaging.volume import Volume


def dice(one: Volume, other: Volume) -> float:
    a, b = one.array > 0, other.array > 0
    return 2 * (a & b).sum() / (a.sum() + b.sum())


@pytest.fixture(scope="module")
def phantom():
    return head_phantom()


@pytest.mark.parametrize(
    ("scan", "reference", "least", "spacing"),
    [
        ("t1", "t1", 0.97, (None, None, None)),
        ("flair", "fla", 0.95, (2.0, 2.0, None)),
    ],
)
def test_the_brain_agrees_with_hd_bet(data_root, scan, reference, least, spacing):
    folder = data_root / "volumes" / "TCGA-FG-6692"
    volume = read_volume(folder / f"{scan}.nii.gz")
    expected = read_mask(folder / "hdbet_native" / f"hdbet_mask_native_{reference}.nii.gz")
    grid = grid_of(volume, spacing)
    found = brain.extract_brain(resample(volume, grid))
    assert found.same_grid(grid)
    assert found.array.dtype == np.uint8
    assert dice(resample(found, expected, nearest=True), expected) >= least


def test_the_mask_is_that_of_deepbets_own_steps(data_root):
    bet = pytest.importorskip("deepbet.bet").BrainExtraction(no_gpu=True)
    volume = canonical(read_volume(data_root / "volumes" / "TCGA-FG-6692" / "t1.nii.gz"))
    upright = np.ascontiguousarray(volume.array.transpose(2, 1, 0)[::-1, ::-1])
    expected = bet.postprocess(bet.run_model(upright) > 0.5)[::-1, ::-1].transpose(2, 1, 0)
    assert np.array_equal(deepbet.extract(volume, "cpu").array, expected)


def test_the_likelier_class_is_that_of_the_whole_network():
    torch = pytest.importorskip("torch")
    noise = torch.rand((1, 1, 64, 96, 64), generator=torch.Generator().manual_seed(0))
    picture = 8 * torch.nn.functional.avg_pool3d(noise, 9, 1, 4)[0, 0] - 4
    for network in deepbet._networks("cpu"):
        with torch.inference_mode():
            chance, found = network(picture[None, None])[0, 1], deepbet._is_likelier_brain(network, picture)
        clear = (chance - 0.5).abs() > 1e-5
        assert 0.01 < found.float().mean() < 0.99
        assert torch.equal(found[clear], chance[clear] > 0.5)


@pytest.mark.parametrize("damaged", [True, False], ids=["damaged", "of another network"])
def test_networks_that_are_not_deepbets_are_named(monkeypatch, tmp_path, phantom, damaged):
    torch = pytest.importorskip("torch")
    file = tmp_path / "model.pt"
    torch.jit.trace(torch.nn.Linear(2, 2), torch.zeros(2)).save(file)
    if damaged:
        file.write_bytes(file.read_bytes()[:100])
    monkeypatch.setattr(deepbet, "_weights", lambda: [file])
    deepbet._networks.cache_clear()
    with pytest.raises(DependencyError, match=r"model\.pt.*not hold a network of deepbet"):
        deepbet.extract(phantom.channels["T1"], "cpu")


@pytest.mark.parametrize("level", [0.0, 100.0])
def test_a_scan_of_one_value_has_no_brain(phantom, level):
    scan = phantom.channels["T1"]
    with pytest.raises(RegionError, match="no brain was found"):
        deepbet.extract(scan.with_array(np.full_like(scan.array, level)), "cpu")


def test_a_single_slice_has_no_brain(data_root):
    scan = read_volume(data_root / "volumes" / "TCGA-FG-6692" / "t1.nii.gz")
    with pytest.raises(RegionError, match="no brain was found"):
        deepbet.extract(scan.with_array(scan.array[12:13]), "cpu")


def test_a_stripped_scan_keeps_its_own_outline(phantom):
    scan = phantom.channels["T1"]
    stripped = scan.with_array(np.where(phantom.brain.array > 0, scan.array, np.float32(0)))
    assert brain.is_stripped(stripped)
    assert dice(brain.extract_brain(stripped), phantom.brain) > 0.999


@pytest.mark.parametrize("role", ["T1", "T1c", "FLAIR"])
def test_a_head_with_its_air_set_to_zero_is_not_taken_for_stripped(phantom, role):
    scan = phantom.channels[role]
    assert not brain.is_stripped(scan)
    assert not brain.is_stripped(scan.with_array(np.where(scan.array > 40, scan.array, np.float32(0))))


def test_real_scans_are_told_from_stripped_ones(data_root):
    stripped = (data_root / "volumes" / "TCGA-DU-7294").glob("hdbet_native_*.nii.gz")
    whole = (data_root / "volumes" / "TCGA-02-0054").glob("*.nii.gz")
    assert all(brain.is_stripped(read_volume(path)) for path in stripped)
    assert not any(brain.is_stripped(read_volume(path)) for path in whole)


def test_a_brain_of_no_possible_size_is_refused(monkeypatch, phantom):
    tiny = phantom.brain.with_array(np.zeros_like(phantom.brain.array))
    monkeypatch.setattr(brain.deepbet, "available", lambda: True)
    monkeypatch.setattr(brain.deepbet, "extract", lambda volume, device: tiny)
    with pytest.raises(RegionError, match="0 ml"):
        brain.extract_brain(phantom.channels["T1"], method="deepbet")


def test_a_method_that_is_unknown_or_missing_is_named(monkeypatch, phantom):
    with pytest.raises(InputError, match="bet9"):
        brain.extract_brain(phantom.channels["T1"], method="bet9")
    for method in (brain.deepbet, brain.hd_bet, brain.synthstrip):
        monkeypatch.setattr(method, "available", lambda: False)
    assert brain.available_methods() == []
    with pytest.raises(DependencyError, match="not installed"):
        brain.extract_brain(phantom.channels["T1"])


def test_when_the_gpu_is_full_the_cpu_does_it(monkeypatch, phantom, caplog):
    import torch

    def extract(volume, device):
        if device == "cuda":
            raise torch.OutOfMemoryError
        return phantom.brain

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: None)
    monkeypatch.setattr(brain.deepbet, "available", lambda: True)
    monkeypatch.setattr(brain.deepbet, "extract", extract)
    assert dice(brain.extract_brain(phantom.channels["T1"], method="deepbet", device="auto"), phantom.brain) == 1
    assert "too little memory" in caplog.text


def test_hd_bets_weights_lose_what_is_below_the_least_normal_number():
    import torch

    values = torch.tensor([0.0, 1.2e-38, -1.2e-38, 1.1e-38, -1e-40, 3.0])
    assert hd_bet._without_denormals(values).tolist() == torch.tensor([0.0, 1.2e-38, -1.2e-38, 0.0, 0.0, 3.0]).tolist()
    assert hd_bet._without_denormals(torch.tensor([0, 7])).tolist() == [0, 7]


def test_synthstrips_grid_holds_the_scan(blob):
    volume, middle = blob
    grid = synthstrip.conformed_grid(volume)
    assert set(grid.size) <= {192, 256, 320}
    assert np.allclose(grid.spacing, 1.0)
    there = resample(volume, grid)
    peak = np.unravel_index(there.array.argmax(), there.array.shape)[::-1]
    assert np.linalg.norm(there.ras(np.array(peak)) - middle) < 3.0
