"""Time one training fold of the default encoder on one and two CPU threads, or on another device.

A few epochs are run and the rest is extrapolated: every epoch does the same work. Run on an idle machine, after
``radiogenomics-train prepare``:

    python Testing/benchmarks/training_fold.py --prepared WORK/prepared > table.md
"""

from __future__ import annotations

import argparse
import time
from dataclasses import fields
from pathlib import Path

import numpy as np
import torch

from RadioGenomicsLib.model.network import NetworkSettings
from RadioGenomicsTrainLib.training.encoder import EncoderSettings
from RadioGenomicsTrainLib.training.encoder import train_encoder
from RadioGenomicsTrainLib.training.prepared import PreparedPatient


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prepared", type=Path, required=True, help="folder of prepared patients")
    parser.add_argument("--patients", type=int, default=73, help="of the training fold; 73 are four fifths of 91")
    parser.add_argument("--epochs", type=int, default=3, help="epochs run; the first is not timed")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    patients = [_read(path) for path in sorted(options.prepared.glob("*.npz"))[: options.patients]]
    whole = EncoderSettings().epochs
    print(f"{len(patients)} patients, {options.epochs - 1} of {whole} epochs timed, {options.device}\n")
    print(f"| threads | s per epoch | CPU s per epoch | fold of {whole} epochs, min (extrapolated) |")
    print("|---|---|---|---|")
    for threads in options.threads:
        torch.set_num_threads(threads)
        wall, cpu = _epoch_times(patients, options.epochs, options.device)
        print(f"| {threads} | {wall:.1f} | {cpu:.1f} | {wall * whole / 60:.1f} |", flush=True)


def _epoch_times(patients: list[PreparedPatient], epochs: int, device: str) -> tuple[float, float]:
    """Return the median wall and CPU seconds of an epoch after the first."""
    marks: list[tuple[float, float]] = []
    train_encoder(
        patients,
        NetworkSettings(),
        EncoderSettings(epochs=epochs),
        device=device,
        progress=lambda *_: marks.append((time.perf_counter(), time.process_time())),
    )
    wall, cpu = np.median(np.diff(marks, axis=0), axis=0)
    return float(wall), float(cpu)


def _read(path: Path) -> PreparedPatient:
    with np.load(path, allow_pickle=False) as arrays:
        return PreparedPatient(**{field.name: arrays[field.name] for field in fields(PreparedPatient)})


if __name__ == "__main__":
    main()
