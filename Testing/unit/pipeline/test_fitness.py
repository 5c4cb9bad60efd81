from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from RadioGenomicsLib.errors import ChannelError
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.model.preprocessing import Preprocessing
from RadioGenomicsLib.pipeline.fitness import doubts_of_brain
from RadioGenomicsLib.pipeline.fitness import doubts_of_scans
from RadioGenomicsLib.pipeline.fitness import refuse_unfit
from Testing.panel_doubles import write_card

GRID = np.diag([2.0, 2.0, 4.0, 1.0])


def scan(seed: int) -> Volume:
    return Volume(np.random.default_rng(seed).normal(size=(40, 80, 80)).astype(np.float32), GRID)


def test_scans_that_the_model_reads_pass() -> None:
    refuse_unfit({"FLAIR": scan(0), "T1c": scan(1)}, Preprocessing(), "glioma")


def test_one_image_for_two_roles_is_refused_by_name() -> None:
    with pytest.raises(ChannelError, match="T1 and T1c: they are the same image"):
        refuse_unfit({"FLAIR": scan(0), "T1": scan(1), "T1c": scan(1)}, Preprocessing(), "glioma")


def test_a_ct_is_told_what_the_model_reads_and_what_reads_ct(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RADIOGENOMICS_MODELS", str(tmp_path))
    with pytest.raises(ChannelError, match=r"reads MRI \(T1, FLAIR, T1c\), not CT.*radiogenomics-train"):
        refuse_unfit({"CT": scan(0)}, Preprocessing(), "glioma")
    preprocessing = Preprocessing(channels=("CT",), required=("CT",)).to_json()
    write_card(tmp_path / "lung", id="lung", preprocessing=preprocessing)
    with pytest.raises(ChannelError, match=r"Choose a model that reads CT \(lung\)"):
        refuse_unfit({"CT": scan(0)}, Preprocessing(), "glioma")


def test_a_ct_beside_the_channels_is_no_fault() -> None:
    refuse_unfit({"FLAIR": scan(0), "CT": scan(1)}, Preprocessing(), "glioma")


@pytest.mark.parametrize(("milliliters", "told"), [(400, True), (900, False), (1600, False), (2700, True)])
def test_a_brain_of_no_adult_is_told(milliliters: float, told: bool) -> None:
    mask = np.zeros((80, 100, 100), np.uint8)
    mask.ravel()[: round(milliliters / (2 * 2 * 2) * 1000)] = 1
    found = doubts_of_brain(Volume(mask, np.diag([2.0, 2.0, 2.0, 1.0])))
    assert bool(found) == told
    if told:
        assert f"{milliliters:,.0f} ml" in found[0]


def test_a_slab_need_not_hold_a_whole_brain() -> None:
    mask = np.zeros((20, 100, 100), np.uint8)
    mask.ravel()[:50_000] = 1
    assert doubts_of_brain(Volume(mask, np.diag([2.0, 2.0, 4.0, 1.0]))) == []


def test_only_the_scan_that_looks_like_a_ct_is_told() -> None:
    values = np.clip(np.random.default_rng(0).integers(-800, 800, (40, 80, 80)), 0, 255)
    doubts = doubts_of_scans({"FLAIR": Volume(values.astype(np.float32), GRID), "T1c": scan(1)})
    assert list(doubts) == ["FLAIR"]
    assert "brain window" in doubts["FLAIR"][0]
