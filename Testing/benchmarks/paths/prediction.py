"""One patient from scans to the written result, in a fresh process and in one that has predicted before."""

from __future__ import annotations

import csv
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from RadioGenomicsLib.headless import Options
from RadioGenomicsLib.headless import predict_study
from RadioGenomicsLib.headless import read_channels
from RadioGenomicsLib.imaging.reading import read_mask
from RadioGenomicsLib.jobs.job import Job
from RadioGenomicsLib.pipeline.request import PredictionRequest
from RadioGenomicsLib.pipeline.run import run
from Testing.benchmarks.contenders import OURS
from Testing.benchmarks.contenders import Contender
from Testing.benchmarks.contenders import compare
from Testing.benchmarks.measurement import Measurement
from Testing.benchmarks.memory import InChild
from Testing.benchmarks.memory import resident_peak_megabytes
from Testing.benchmarks.memory import run_child
from Testing.benchmarks.patient import ABSENT
from Testing.benchmarks.patient import brain_path
from Testing.benchmarks.patient import patient_folder
from Testing.benchmarks.patient import scan_paths
from Testing.benchmarks.tables import Comparison

_PACKAGES = ("torch", "monai", "SimpleITK", "slicer-core", "scipy", "numpy")
_TITLE = "Prediction, cold and warm"
# In z; what the number of threads changes in a network is far below.
_TOLERANCE = 1e-4
# The table of genes is written with four digits.
_WRITTEN = 1e-3
_DEVICE = "cpu"
# What opens any such network: the packages, a U-Net as nnU-Net plans it (30 million weights), its file.
_YARDSTICK = """
import sys, torch
from monai.networks.nets import DynUNet
network = DynUNet(3, 1, 105, [3] * 6, [1] + [2] * 5, [2] * 5, [32, 64, 128, 256, 320, 320])
network.load_state_dict(torch.load(sys.argv[1], weights_only=True)) if len(sys.argv) > 1 else None
torch.save(network.state_dict(), sys.argv[2]) if len(sys.argv) > 2 else None
"""
_TRIED = """## What was tried and did not help

One core, this patient; seconds before and after.

- The outlining network with batch normalization folded into its convolutions, channels last, PyTorch's fused attention
  and batches of 1 to 16: 1.27 to 1.08 at best (1.2 ×), the result within 2e-5. Left as it is.
- Judging a registration's fit on every second row and column: 0.12 to 0.05, and was taken, as was a margin around the
  brain in the shape of a box (0.02) instead of a ball (0.14).
- ITK's own threads for a registration: the sums differ in the last bits from run to run. Several scans at a time, each
  on one thread, always end at the same place, and were taken.
- Registration without ITK's smoothed gradient of the moving scan and with half of the voxels at the coarse level, too,
  was taken. On 14 patients whose channels share a grid, T1 and T1c moved by a known 21 mm (median): 0.31 mm from the
  true place on the median and 0.9 at worst; before, 0.38 and 1.2. A third less time. A longer least step (0.05 instead
  of 0.01) ended 2 mm off, and was not taken.
- Registration with the turns' scales from how far the brain's voxels lie from the axes, instead of ITK's from the
  corners of the picture, was taken: TCGA-FG-6692's T1c needs 23 steps at the coarse level, not 170. So were 24 bins, a
  fine level of its own that starts with a step of 0.2 mm on a quarter of the voxels, and a least step of 0.02 mm. On
  27 scans of the 14 patients (17 mm from their place on the median): 0.28 mm from it on the median and 1.2 at worst in
  0.39 s of processor time; before, 0.29 and 1.1 in 0.92 s. Not taken: 16 bins (0.34 mm, 1.4); fewer voxels, first
  steps of 4 or 8 mm or a longer least step with the scales of before (0.4 to 0.6 mm, 3.2 to 5.9 at worst); conjugate
  gradients and gradient descent with a line search (they threw the scan out of the picture); L-BFGS-B, which takes no
  scales and crashed.
- OpenMP's idle threads sleep in the product's own processes. Beside two other busy processes on two cores of an EPYC
  without AVX-512, a warm prediction took 9.1 s so (7.5 s of processor time), and 13.5 s (12.0) where they spin; on the
  same machine without others 4.8 to 6.9 s and 4.1 to 8.1 s: no difference that its noise would show.
- The frozen network sees the slices that hold tumor, and no other, for no region of its features lies elsewhere.
"""


@dataclass(frozen=True)
class _Scans:
    folder: Path
    work: Path

    def output(self) -> Path:
        """Return a folder that is not there yet."""
        return Path(tempfile.mkdtemp(dir=self.work)) / "result"


def measure() -> Measurement:
    """Time a prediction on the CPU with two processors or as many as there are."""
    folder = patient_folder()
    if folder is None:
        return Measurement(_TITLE, _PACKAGES, prose=ABSENT)
    with tempfile.TemporaryDirectory() as work:
        scans = _Scans(folder, Path(work))
        weights = str(Path(work) / "network.pt")
        run_child([sys.executable, "-c", _YARDSTICK.replace("len(sys.argv) > 1", "False"), "-", weights])
        return Measurement(
            _TITLE,
            _PACKAGES,
            [_cold(scans, weights), _warm(scans)],
            {"a warm prediction, brain given": _warm_run(scans)},
            _TRIED,
        )


def _cold(scans: _Scans, weights: str) -> Comparison:
    given = [f"--brain={brain_path(scans.folder)}"]
    contenders = [
        Contender(f"{OURS} predict --brain MASK", _command(scans, given), 2, _TOLERANCE),
        Contender(
            f"{OURS}, as the panel starts it", _job(scans), 2, _WRITTEN, "without the files; its memory is the parent's"
        ),
        Contender(f"{OURS} predict", _command(scans, []), 2, None, "finds the brain, too: another mask"),
        Contender(
            "yardstick: fresh process, torch, MONAI, a network of 30 million weights",
            lambda: InChild(None, run_child([sys.executable, "-c", _YARDSTICK, weights])),
            2,
            None,
            "no scan is read",
        ),
    ]
    return Comparison(
        "Cold: a fresh process, four raw scans (two are moved, by 2 cm) to all files of the result, network outline",
        "under 10 s, and under 2 GB in the whole process",
        compare(contenders, _difference),
        "largest difference in z",
        ["Memory is the child process's own peak. All files were in the page cache."],
    )


def _warm(scans: _Scans) -> Comparison:
    contenders = [
        Contender(f"{OURS}: scans in memory to the result", _warm_run(scans), 3, _TOLERANCE),
        Contender(f"{OURS}: files to all files of the result", _files(scans), 3, _TOLERANCE),
        Contender(f"{OURS}: scans on one grid, as after an earlier registration", _aligned(scans), 3, None),
    ]
    timings = compare(contenders, _difference)
    return Comparison(
        "Warm: the second prediction of a process, brain given, network outline",
        "under 2 s without brain extraction, and under 2 GB",
        timings,
        "largest difference in z",
        [f"The whole process held {resident_peak_megabytes():,.0f} MB at most."],
    )


def _command(scans: _Scans, more: list[str]) -> Callable[[], InChild]:
    volumes = [f"--volume={role}={path}" for role, path in scan_paths(scans.folder).items()]

    def call() -> InChild:
        output = scans.output()
        command = [sys.executable, "-m", "RadioGenomicsLib.cli", "predict", *volumes, *more, f"--device={_DEVICE}"]
        megabytes = run_child([*command, f"--output={output}"])
        with (output / "gene_table.csv").open(encoding="utf-8", newline="") as table:
            return InChild(np.array([float(row["predicted_z"]) for row in csv.DictReader(table)]), megabytes)

    return call


def _job(scans: _Scans) -> Callable[[], np.ndarray]:
    request = _request(scans)

    def call() -> np.ndarray:
        job = Job.start(request)
        while job.poll().status == "running":
            time.sleep(0.02)
        return job.result().prediction.predicted_z

    return call


def _warm_run(scans: _Scans) -> Callable[[], np.ndarray]:
    request = _request(scans)
    return lambda: run(request).prediction.predicted_z


def _aligned(scans: _Scans) -> Callable[[], np.ndarray]:
    from RadioGenomicsLib.imaging.grid import resample

    request = _request(scans)
    placed = run(request)
    channels = {role: resample(volume, placed.reference) for role, volume in placed.channels.items()}
    aligned = PredictionRequest(channels, brain=request.brain, device=_DEVICE)
    return lambda: run(aligned).prediction.predicted_z


def _files(scans: _Scans) -> Callable[[], np.ndarray]:
    options = Options(brain=str(brain_path(scans.folder)), device=_DEVICE)

    def call() -> np.ndarray:
        return predict_study(read_channels(scan_paths(scans.folder)), options, scans.output()).predicted_z

    return call


def _request(scans: _Scans) -> PredictionRequest:
    channels = read_channels(scan_paths(scans.folder))
    return PredictionRequest(channels, brain=read_mask(brain_path(scans.folder)), device=_DEVICE)


def _difference(z: Any, reference: Any) -> float:
    return float(np.abs(z - reference).max())
