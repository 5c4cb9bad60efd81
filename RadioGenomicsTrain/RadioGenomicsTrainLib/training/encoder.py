"""Train the encoder on several tasks at once: outline the tumor, and repaint hidden parts of the scan."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from RadioGenomicsLib.model.network import NetworkSettings
from RadioGenomicsLib.model.network import TransUNet
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsTrainLib.training.augmentation import Augmentation
from RadioGenomicsTrainLib.training.early_stopping import inner_split
from RadioGenomicsTrainLib.training.encoder_training import EncoderSettings
from RadioGenomicsTrainLib.training.encoder_training import EncoderTraining
from RadioGenomicsTrainLib.training.prepared import PreparedPatient
from RadioGenomicsTrainLib.training.slices import Slices

__all__ = ["EncoderSettings", "train_encoder"]


def train_encoder(
    patients: Sequence[PreparedPatient],
    network: NetworkSettings,
    settings: EncoderSettings,
    *,
    reference: int = 1,
    augmentation: Augmentation | None = None,
    start_from: Path | None = None,
    device: str = "auto",
    checkpoint: Path | None = None,
    log_folder: Path | None = None,
    progress: Progress = silent,
) -> TransUNet:
    """Train on the given patients only, and return the averaged network in evaluation mode on the CPU.

    On one CPU thread the same seed gives the same weights bit for bit, interrupted or not. Started by ``torchrun``,
    all processes share every batch.

    Args:
        patients: the training fold.
        network: architecture.
        settings: schedule.
        reference: the channel whose neighboring slices the network sees.
        augmentation: how slices are changed; the default where None.
        start_from: weights to start from, as ``pretraining.py`` makes them; random ones where None.
        device: "auto", "cuda", "mps" or "cpu".
        checkpoint: file that keeps the state after every epoch and from which an interrupted training goes on; the
            caller removes it once the weights are safe. None keeps nothing.
        log_folder: for the scalars of every epoch; None writes none.
        progress: told of every epoch.

    Raises:
        DependencyError: the device is not there.
        BundleError: the weights to start from cannot be read.
    """
    slices, inner = Slices.of(patients, reference, network.neighbors), None
    if settings.patience is not None:
        learned, kept_out = inner_split(len(patients), settings.seed)
        slices, inner = slices.of_patients(learned), slices.of_patients(kept_out)
    training = EncoderTraining(
        slices,
        network,
        settings,
        reference=reference,
        augmentation=augmentation or Augmentation(),
        inner=inner,
        start_from=start_from,
        device=device,
    )
    return training.run(checkpoint, log_folder, progress)
