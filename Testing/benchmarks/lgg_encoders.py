"""Train encoders of TCGA-LGG in several ways, and keep what they make of every patient.

First the encoder is pre-trained on the 3,064 slices of Cheng et al. (figshare 1512427), a fifth of their blocks held
out. Then, on either half of the patients and with equal epochs, the ways of ``ARMS``. ``lgg_encoder_genes.py`` makes
the tables. What is there is used again, and an interrupted training goes on from its last whole epoch:

    python -m Testing.benchmarks.lgg_encoders --work WORK --slices figshare_cemri_128.npz

``radiogenomics-train`` takes the pre-trained weights, ``WORK/trial/pretrained.safetensors``, by ``--start-from``.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import nn

from RadioGenomicsLib.console import console_progress
from RadioGenomicsLib.model.encoder import encode
from RadioGenomicsLib.model.encoder import stack_planes
from RadioGenomicsLib.model.network import NetworkSettings
from RadioGenomicsLib.model.network import TransUNet
from RadioGenomicsLib.model.preprocessing import Preprocessing
from RadioGenomicsLib.model.token_geometry import mean_token
from RadioGenomicsLib.model.tumor_proposal import outline_tumor
from RadioGenomicsLib.model.weights import save_tensors
from RadioGenomicsLib.progress import Progress
from RadioGenomicsTrainLib.training.build import BuildSettings
from RadioGenomicsTrainLib.training.encoder import EncoderSettings
from RadioGenomicsTrainLib.training.encoder_validation import load_encoder
from RadioGenomicsTrainLib.training.pretraining import PRETRAINING
from RadioGenomicsTrainLib.training.pretraining import one_channel_slices
from RadioGenomicsTrainLib.training.pretraining import pretrain_encoder
from RadioGenomicsTrainLib.training.pretraining import split_in_stretches
from RadioGenomicsTrainLib.training.token_features import pooled_tokens
from RadioGenomicsTrainLib.training.tumor_overlap import dice
from RadioGenomicsTrainLib.validation.array_cache import kept
from Testing.benchmarks.lgg_trial import Trial
from Testing.benchmarks.lgg_trial import load_trial
from Testing.benchmarks.programme_training import Programmes
from Testing.benchmarks.programme_training import train

CHANNELS = Preprocessing().channels
PROGRAMMES = 5
# Chosen before anything was trained.
PROGRAMME_WEIGHT = 0.3


@dataclass(frozen=True)
class Arm:
    """One way to train: from which weights, and how much the programmes count."""

    name: str
    pretrained: bool
    weight: float
    seed: int = 0


ARMS = (
    Arm("scratch", False, 0.0),
    Arm("pretrained", True, 0.0),
    Arm("pretrained_programmes", True, PROGRAMME_WEIGHT),
    Arm("scratch_programmes", False, PROGRAMME_WEIGHT),
    Arm("pretrained_second", True, 0.0, seed=1),
)


def main() -> None:
    """Train and encode whatever is not there yet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="work folder of radiogenomics-train, prepared")
    parser.add_argument("--slices", type=Path, required=True, help="NPZ of the slices")
    parser.add_argument("--pretraining-epochs", type=int, default=PRETRAINING.epochs)
    parser.add_argument("--epochs", type=int, default=16, help="of every training on TCGA-LGG")
    parser.add_argument("--arms", nargs="*", default=[arm.name for arm in ARMS])
    options = parser.parse_args()
    settings, folder = BuildSettings(), options.work / "trial"
    start = folder / "pretrained.safetensors"
    with console_progress() as progress:
        pretrain(options.slices, start, settings.network, options.pretraining_epochs, progress)
        trial = load_trial(options.work, progress)
        torch.manual_seed(0)
        untrained, pretrained = TransUNet(settings.network).eval(), load_encoder(start, settings.network)
        for name, network in (("random", untrained), ("frozen", pretrained)):
            for role in ("T1c", "FLAIR"):
                kept(folder / f"{name}-{role}.npz", partial(one_channel_tokens, trial, network, role))
        for arm in (arm for arm in ARMS if arm.name in options.arms):
            schedule = replace(settings.encoder, epochs=options.epochs, seed=arm.seed)
            first = start if arm.pretrained else None
            for half in range(len(trial.halves)):
                name = f"{arm.name}-{options.epochs}-half{half}"
                checkpoint = folder / f"{name}.checkpoint"
                make = partial(train_arm, checkpoint, trial, half, settings, schedule, arm.weight, first, progress)
                kept(folder / f"{name}.npz", make)


def pretrain(slices: Path, start: Path, network: NetworkSettings, epochs: int, progress: Progress) -> None:
    """Pre-train, keep the weights with the lowest loss on the held-out blocks, and tell the Dice of those."""
    if start.exists():
        return
    start.parent.mkdir(parents=True, exist_ok=True)
    schedule, checkpoint = replace(PRETRAINING, epochs=epochs, patience=epochs), start.with_suffix(".checkpoint")
    model = pretrain_encoder(
        slices, network, schedule, progress, checkpoint=checkpoint, log_folder=start.with_suffix("")
    )
    _, held_out = split_in_stretches(one_channel_slices(slices, network, channel=2))
    found = encode(model, held_out.planes.float().numpy(), "cpu", plain=True).tumor
    overlap = [dice(one > 0.5, truth) for one, truth in zip(found, held_out.tumor[:, 0].numpy(), strict=True)]
    print(f"held-out slices: {len(overlap)}, mean Dice {np.mean(overlap):.3f}, median {np.median(overlap):.3f}")
    save_tensors({name: tensor.numpy() for name, tensor in model.state_dict().items()}, start)


def one_channel_tokens(trial: Trial, network: TransUNet, role: str) -> dict[str, np.ndarray]:
    """Return ``[n, 2 x embedding]`` of the tumors in one channel, given as the contrast-enhanced T1 of pre-training."""
    index, place = CHANNELS.index(role), CHANNELS.index("T1c")
    rows = []
    for patient in trial.patients:
        slices = patient.tumor.any(axis=(1, 2))
        planes = np.zeros((slices.sum(), network.settings.inputs, *patient.tumor.shape[1:]), np.float32)
        planes[:, place] = patient.channels[index, slices]
        tokens = pooled_tokens(encode(network, planes, "cpu", plain=True).tokens, patient.tumor[slices])
        rows.append(tokens if patient.present[index] else np.full_like(tokens, np.nan))
    return {"tokens": np.stack(rows)}


def train_arm(
    checkpoint: Path,
    trial: Trial,
    half: int,
    settings: BuildSettings,
    schedule: EncoderSettings,
    weight: float,
    start_from: Path | None,
    progress: Progress,
) -> dict[str, np.ndarray]:
    """Train without one half of the patients; return what the averaged network makes of all of them.

    Returns:
        ``tokens`` ``[n, 2 x embedding]``, the predicted ``genes`` ``[n, G]`` and ``classes`` ``[n, 2]``, and the
        ``dice`` ``[n]`` of the held-out ones' outlines (plain view, network's grid).
    """
    part = np.setdiff1d(np.arange(len(trial.patients)), trial.halves[half])
    programmes, classes = Programmes.fit(trial.z[part], PROGRAMMES), trial.classes[part]
    trained = train(
        [trial.patients[i] for i in part],
        np.concatenate([programmes.scores, classes], axis=1),
        classes.shape[1],
        weight,
        settings.network,
        schedule,
        settings.reference,
        checkpoint,
        start_from=start_from,
        progress=lambda fraction, step: progress(fraction, f"{checkpoint.stem}: {step}"),
    )
    tokens, told, overlap = [], [], []
    for index, patient in enumerate(trial.patients):
        # Only held-out patients' outlines count; of the others the slices of the tumor are enough.
        chosen = patient.tumor.any(axis=(1, 2)) if index in part else np.ones(len(patient.tumor), dtype=bool)
        planes = stack_planes(patient.channels.astype(np.float32), settings.reference, settings.network.neighbors)
        encoded = encode(trained["encoder"], planes[chosen], "cpu", plain=True)
        tokens.append(pooled_tokens(encoded.tokens, patient.tumor[chosen]))
        told.append(_linear(trained["programmes"], mean_token(encoded.tokens, patient.tumor[chosen])))
        outline = outline_tumor(np.where(patient.brain[chosen], encoded.tumor, np.float32(0)))
        overlap.append(np.nan if index in part else dice(outline, patient.tumor))
    answers = np.stack(told)
    return {
        "tokens": np.stack(tokens),
        "genes": answers[:, :PROGRAMMES] @ programmes.loadings,
        "classes": answers[:, PROGRAMMES:],
        "dice": np.array(overlap),
    }


def _linear(layer: nn.Module, token: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return layer(torch.from_numpy(token).float()).numpy()


if __name__ == "__main__":
    main()
