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
from RadioGenomicsLib.imaging.mask_file import read_mask
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
# Cold starts of each kind; two of one kind have been seen to take 6.7 and 11.3 s.
_COLD = 5
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
- Slices in which the scan and its mirror image show no voxel of 5 % are not looked at in other contrasts, which was
  taken: on 93 patients (91 of them it was trained on) that is 54 % of the slices. The outline stays the same in every
  voxel for 89 of them, and differs by one voxel for 4. At 10 % it would be 56 %, and 7 patients differ by up to two.
- A margin around the brain in the shape of a box (0.02) instead of a ball (0.14) was taken.
- ITK's own threads for a registration: the sums differ in the last bits from run to run. Several scans at a time, each
  on one thread, always end at the same place, and were taken.
- Registration without ITK's smoothed gradient of the moving scan, with the turns' scales from how far the brain's
  voxels lie from the axes instead of ITK's from the corners of the picture (TCGA-FG-6692's T1c: 23 coarse steps, not
  170), and with 24 bins was taken. Not taken: 16 bins; first steps of 4 or 8 mm; conjugate gradients and gradient
  descent with a line search (they threw the scan out of the picture); L-BFGS-B, which takes no scales and crashed.
- Registration of both scans on grids of 4 and then 2 mm, smoothed to them by the product's own resampling, instead of
  ITK's pyramid, which smooths both scans whole for each level, was taken. On 40 scans of 20 patients whose channels
  share a grid, moved by a known 15 mm (median): 0.25 mm from their place on the median, 0.54 for nine in ten and 1.0 at
  worst; before, 0.31, 0.83 and 5.1. The two scans of TCGA-FG-6692 take 0.32 s, not 0.90. Not taken: one level of 3 mm
  (0.35 mm, 1.8 at worst); twice the voxels (0.24 mm, 1.5, twice the time); ITK's Shrink of smoothed scans (2.6 mm: it
  takes the nearest voxel along thick slices).
- A prediction no longer imports MONAI, for one transformer layer: 1.2 s of a cold start, by Python's importtime.
  PyTorch's layer in its place was not taken: 16 slices take it 14 to 18 ms to train on in bfloat16, ours 6.5 to 8; to
  run, both take 3 ms.
- scipy.optimize and scipy.stats are not imported either: three axes are paired by looking at all six ways, and two
  moments are written out (0.6 s, as scipy.stats imports the other). Nor is deepbet's module, which brought pandas and
  nibabel along. On a Xeon, `predict` with all of them took 11.7 s, and without 9.9 s; with the brain mask given 8.4 and
  7.4 s (in turns, median of four).
- The report's pictures are enlarged by Pillow instead of SciPy's splines and compressed at level 3: 0.58 s, not 1.0.
  They differ from before by 0.6 of 255 gray levels on the mean.
- Large pages for torch (`THP_MEM_ALLOC_ENABLE=1`): no gain in a cold start, whose pages are all new.
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
        Contender(f"{OURS} predict --brain MASK", _command(scans, given), _COLD, _TOLERANCE),
        Contender(
            f"{OURS}, as the panel starts it",
            _job(scans),
            _COLD,
            _WRITTEN,
            "without the files; its memory is the parent's",
        ),
        Contender(f"{OURS} predict", _command(scans, []), _COLD, None, "finds the brain, too: another mask"),
        Contender(
            "yardstick: fresh process, torch, MONAI, a network of 30 million weights",
            lambda: InChild(None, run_child([sys.executable, "-c", _YARDSTICK, weights])),
            _COLD,
            None,
            "no scan is read",
        ),
    ]
    return Comparison(
        "Cold: a fresh process, four raw scans (two are moved, by 2 cm) to all files of the result, network outline",
        "under 10 s, and under 2 GB in the whole process",
        compare(contenders, _difference),
        "largest difference in z",
        ["Memory is the peak of the process that computes. All files were in the page cache."],
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
        channels = read_channels(scan_paths(scans.folder))
        return predict_study(channels, options, scans.output(), own_process=False).predicted_z

    return call


def _request(scans: _Scans) -> PredictionRequest:
    channels = read_channels(scan_paths(scans.folder))
    return PredictionRequest(channels, brain=read_mask(brain_path(scans.folder)), device=_DEVICE)


def _difference(z: Any, reference: Any) -> float:
    return float(np.abs(z - reference).max())
