"""Hold one normalization of the network against another: Dice of the held-out patients of one fold of TCGA-LGG.

Everything else is the product's default, from random first weights. An interrupted training goes on:

    python -m Testing.benchmarks.lgg_normalization --work WORK group
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from RadioGenomicsLib.console import console_progress
from RadioGenomicsLib.model.tumor_proposal import outline_tumor
from RadioGenomicsTrainLib.doors.prepare import prepare
from RadioGenomicsTrainLib.doors.request import CohortRequest
from RadioGenomicsTrainLib.training.build import BuildSettings
from RadioGenomicsTrainLib.training.encoder import train_encoder
from RadioGenomicsTrainLib.training.encoder_validation import tumor_probability
from RadioGenomicsTrainLib.training.tumor_overlap import dice
from RadioGenomicsTrainLib.validation.folds import patient_folds


def main() -> None:
    """Train without the first fold, and tell the overlap on the network's grid and the time on the processor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="work folder of radiogenomics-train, prepared")
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("normalization", choices=("batch", "group"))
    options = parser.parse_args()
    settings = BuildSettings()
    network = replace(settings.network, normalization=options.normalization)
    schedule = replace(settings.encoder, epochs=options.epochs, seed=options.seed)
    torch.set_num_threads(1)
    with console_progress() as progress:
        patients = list(prepare(CohortRequest("tcga-lgg", options.work), progress).patients.values())
        held_out = patient_folds(len(patients), settings.folds, settings.seed)[0]
        start, name = time.process_time(), f"{options.normalization}-{options.epochs}-{options.seed}"
        encoder = train_encoder(
            [patients[i] for i in np.setdiff1d(np.arange(len(patients)), held_out)],
            network,
            schedule,
            reference=settings.reference,
            checkpoint=options.work / "normalization" / f"{name}.checkpoint",
            log_folder=options.work / "normalization" / name,
            progress=progress,
        )
        seconds = time.process_time() - start
    overlap = []
    for patient in (patients[i] for i in held_out):
        probability = tumor_probability(patient, encoder, settings.reference)
        overlap.append(dice(outline_tumor(np.where(patient.brain, probability, np.float32(0))), patient.tumor))
    told = f"mean Dice {np.mean(overlap):.4f}, median {np.median(overlap):.4f}, below 0.5 {np.less(overlap, 0.5).sum()}"
    print(f"{name}: {len(overlap)} patients, {told}, {seconds:.0f} s on the processor")


if __name__ == "__main__":
    main()
