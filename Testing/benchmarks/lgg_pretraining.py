"""Train one fold's encoder with and without pre-training on other patients' slices, and outline its held-out patients.

The slices are the 3,064 of Cheng et al. (figshare 1512427), as ``training/pretraining.py`` reads them. What is there
is used again: prepared patients, encoders, and the weights of the pre-training, which goes on from its last whole
epoch. ``radiogenomics-train`` takes those weights, ``WORK/pretrained.safetensors``, by ``--start-from``:

    python Testing/benchmarks/lgg_pretraining.py --work WORK --slices figshare_cemri_128.npz > table.md
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

from RadioGenomicsLib.console import console_progress
from RadioGenomicsLib.fan_out import Workers
from RadioGenomicsLib.model.network import NetworkSettings
from RadioGenomicsLib.model.weights import save_tensors
from RadioGenomicsLib.progress import Progress
from RadioGenomicsTrainLib.doors.prepare import Prepared
from RadioGenomicsTrainLib.doors.prepare import prepare
from RadioGenomicsTrainLib.doors.request import CohortRequest
from RadioGenomicsTrainLib.training.encoder_folds import train_encoders
from RadioGenomicsTrainLib.training.encoder_validation import load_encoder
from RadioGenomicsTrainLib.training.encoder_validation import tumor_probability
from RadioGenomicsTrainLib.training.pretraining import PRETRAINING
from RadioGenomicsTrainLib.training.pretraining import pretrain_encoder
from RadioGenomicsTrainLib.training.tumor_overlap import proposal_dice
from RadioGenomicsTrainLib.validation.folds import patient_folds


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cohort", default="tcga-lgg")
    parser.add_argument("--data", type=Path, help="the cohort's files; default: $RADIOGENOMICS_DATA")
    parser.add_argument("--work", type=Path, required=True, help="work folder of radiogenomics-train")
    parser.add_argument("--slices", type=Path, required=True, help="NPZ of the slices")
    parser.add_argument("--fold", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--pretraining-epochs", type=int, default=PRETRAINING.epochs)
    parser.add_argument("--epochs", type=int, help="of the fold; the default's where not given")
    options = parser.parse_args()
    workers = Workers(options.jobs)
    request = CohortRequest(options.cohort, options.work, options.data, workers, epochs=options.epochs)
    settings = request.settings()
    start = options.work / "pretrained.safetensors"
    with console_progress() as progress:
        prepared = prepare(request, progress)
        if not start.exists():
            _pretrain(options.slices, start, settings.network, options.pretraining_epochs, options.device, progress)
        test = patient_folds(len(prepared.patients), settings.folds, settings.seed)[options.fold - 1]
        sets = {f"fold {options.fold}": np.setdiff1d(np.arange(len(prepared.patients)), test)}
        folder = options.work.absolute() / "encoders"
        print(f"fold {options.fold}, {len(test)} patients held out, {settings.encoder.epochs} epochs\n")
        print("| first weights | mean Dice | median Dice |")
        print("|---|---|---|")
        for name, first in (("random", None), ("pre-trained", start)):
            (encoder,) = train_encoders(
                prepared.patients,
                sets,
                settings.network,
                settings.encoder,
                folder,
                start_from=first,
                device=options.device,
                progress=progress,
            ).values()
            dice = _held_out_dice(prepared, test, encoder, settings.network, settings.reference)
            print(f"| {name} | {np.mean(dice):.3f} | {np.median(dice):.3f} |", flush=True)


def _pretrain(
    slices: Path, start: Path, network: NetworkSettings, epochs: int, device: str, progress: Progress
) -> None:
    checkpoint = start.with_suffix(".checkpoint")
    schedule = replace(PRETRAINING, epochs=epochs)
    model = pretrain_encoder(slices, network, schedule, progress, device=device, checkpoint=checkpoint)
    save_tensors({name: tensor.numpy() for name, tensor in model.state_dict().items()}, start)
    checkpoint.unlink()


def _held_out_dice(
    prepared: Prepared, test: np.ndarray, path: Path, network: NetworkSettings, reference: int
) -> list[float]:
    """Return the overlap of each held-out patient's outline with the expert's, on the expert's own grid."""
    masks = {patient.id: patient.mask for patient in prepared.cohort.patients}
    named, encoder = list(prepared.patients.items()), load_encoder(path, network)
    held_out = [named[index] for index in test]
    return [proposal_dice(tumor_probability(one, encoder, reference), one, masks[name]) for name, one in held_out]


if __name__ == "__main__":
    main()
