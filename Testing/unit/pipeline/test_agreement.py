"""A scan of another patient is told from one of the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from RadioGenomicsLib.imaging.mask_file import read_mask
from RadioGenomicsLib.imaging.phantom import Phantom
from RadioGenomicsLib.imaging.reading import read_volume
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.model.preprocessing import Preprocessing
from RadioGenomicsLib.model.study import prepare
from RadioGenomicsLib.pipeline.agreement import doubtful_channels
from RadioGenomicsLib.pipeline.request import PredictionRequest
from RadioGenomicsLib.pipeline.result import Result
from RadioGenomicsLib.pipeline.run import run


def test_channels_of_one_patient_are_not_doubted(phantom: Phantom, result: Result) -> None:
    study = prepare(phantom.channels, Preprocessing(), phantom.brain)
    assert doubtful_channels(study, "FLAIR") == []
    assert not [warning for warning in result.prediction.warnings if "another patient" in warning]


def test_a_scan_that_shares_nothing_is_doubted_and_the_user_is_told(
    phantom: Phantom, request_of_all: PredictionRequest
) -> None:
    noise = np.random.default_rng(0).normal(100, 20, phantom.brain.array.shape).astype(np.float32)
    channels = phantom.channels | {"T1c": phantom.brain.with_array(noise, "T1c")}
    warnings = run(replace(request_of_all, channels=channels)).prediction.warnings
    assert [warning[:3] for warning in warnings if "another patient" in warning] == ["T1c"]


@pytest.mark.parametrize(
    ("file", "doubted"), [("TCGA-FG-6692/t1.nii.gz", []), ("TCGA-02-0054/TCGA-02-0054_T1.nii.gz", ["T1"])]
)
def test_of_two_real_patients_the_stranger_is_doubted(data_root: Path, file: str, doubted: list[str]) -> None:
    volumes = data_root / "volumes"
    flair = every_second_pixel(read_volume(volumes / "TCGA-FG-6692" / "flair.nii.gz"))
    brain = read_mask(volumes / "TCGA-FG-6692" / "hdbet_native" / "hdbet_mask_native_fla.nii.gz")
    t1 = every_second_pixel(read_volume(volumes / file))
    if doubted:
        # Two scanners have two origins: only the heads, not the fields of view, shall differ.
        affine = t1.affine.copy()
        affine[:3, 3] += flair.ras(np.array(flair.size) / 2) - t1.ras(np.array(t1.size) / 2)
        t1 = Volume(t1.array, affine, "T1")
    assert doubtful_channels(prepare({"FLAIR": flair, "T1": t1}, Preprocessing(), brain), "FLAIR") == doubted


def every_second_pixel(scan: Volume) -> Volume:
    return Volume(scan.array[:, ::2, ::2], scan.affine @ np.diag([2.0, 2.0, 1.0, 1.0]), scan.name)


def test_a_mirrored_scan_and_an_exchange_of_the_contrasts_are_told(data_root):
    from RadioGenomicsLib.imaging.mask_file import read_mask
    from RadioGenomicsLib.imaging.reading import read_volume
    from RadioGenomicsLib.model.preprocessing import Preprocessing
    from RadioGenomicsLib.model.study import prepare
    from RadioGenomicsLib.pipeline.agreement import contrast_is_swapped
    from RadioGenomicsLib.pipeline.agreement import mirrored_channels

    folder = data_root / "volumes" / "TCGA-FG-6692"
    scans = {role: read_volume(folder / f"{role.lower()}.nii.gz") for role in ("FLAIR", "T1", "T1c")}
    brain = read_mask(folder / "hdbet_native" / "hdbet_mask_native_fla.nii.gz")
    whole = prepare(scans, Preprocessing(), brain)
    assert mirrored_channels(whole, "FLAIR") == []
    assert not contrast_is_swapped(whole)
    mirrored = scans["T1c"].with_array(scans["T1c"].array[:, :, ::-1])
    assert mirrored_channels(prepare({**scans, "T1c": mirrored}, Preprocessing(), brain), "FLAIR") == ["T1c"]
    exchanged = {**scans, "T1": scans["T1c"], "T1c": scans["T1"]}
    assert contrast_is_swapped(prepare(exchanged, Preprocessing(), brain))
