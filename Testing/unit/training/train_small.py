"""A small training in a process of its own, to be killed or to be started by torchrun.

Arguments: stored patients, weights to write, checkpoint, and how many epochs; these are told on standard output.
"""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path

import torch

from RadioGenomicsLib.model.network import TransUNet
from RadioGenomicsLib.model.weights import save_tensors
from RadioGenomicsTrainLib.training import distributed
from RadioGenomicsTrainLib.training.augmentation import Augmentation
from RadioGenomicsTrainLib.training.distributed import join
from RadioGenomicsTrainLib.training.distributed import launched
from RadioGenomicsTrainLib.training.encoder import EncoderSettings
from RadioGenomicsTrainLib.training.encoder import train_encoder
from RadioGenomicsTrainLib.training.encoder_folds import load_patients
from Testing.unit.training import small_cohort

SETTINGS = EncoderSettings(epochs=4, batch=5, tumor_slices=3, other_slices=1, learning_rate=1e-3, patience=3)
# Wide enough to learn.
NETWORK = replace(small_cohort.NETWORK, widths=(16, 16, 16, 16))


def save_network(network: TransUNet, path: Path) -> None:
    """Write the weights."""
    save_tensors({name: tensor.numpy() for name, tensor in network.state_dict().items()}, path)


def main(patients: Path, weights: Path, checkpoint: Path, epochs: int = SETTINGS.epochs) -> None:
    """Train, and write the weights."""
    torch.set_num_threads(1)
    network = train_encoder(
        load_patients(patients),
        NETWORK,
        replace(SETTINGS, epochs=epochs),
        augmentation=Augmentation(noise=0.1),
        device="cpu",
        checkpoint=checkpoint,
        log_folder=checkpoint.with_suffix(".scalars"),
        progress=lambda _, step: print(step, flush=True),
    )
    if join("cpu").first:
        save_network(network, weights)


def claim_bfloat16_units_in_one_process_of_several() -> None:
    """Give the first process what the others lack: float32 is what all can."""
    if launched():
        distributed.has_bfloat16_units = lambda _: os.environ["RANK"] == "0"


if __name__ == "__main__":
    claim_bfloat16_units_in_one_process_of_several()
    main(*map(Path, sys.argv[1:4]), *map(int, sys.argv[4:]))
