"""Training by the product's own code, watched as the other trainings are."""

from __future__ import annotations

import csv
import tempfile
import time
from pathlib import Path

from RadioGenomicsLib.model.network import NetworkSettings
from RadioGenomicsTrainLib.training.augmentation import Augmentation
from RadioGenomicsTrainLib.training.encoder import EncoderSettings
from RadioGenomicsTrainLib.training.encoder_training import EncoderTraining
from RadioGenomicsTrainLib.training.slices import Slices
from Testing.benchmarks.lgg_patients import REFERENCE
from Testing.benchmarks.plain_training import Course


def train_by_product(
    slices: Slices, settings: EncoderSettings, held_out: Slices | None = None, augmentation: Augmentation | None = None
) -> Course:
    """Train the default network on the CPU, and read the course from the training's log.

    Args:
        slices: to learn from.
        settings: of the training.
        held_out: slices of other patients, which the training is told to stop by.
        augmentation: the default where None.
    """
    course, start = Course(), time.perf_counter()
    training = EncoderTraining(
        slices,
        NetworkSettings(),
        settings,
        reference=REFERENCE,
        augmentation=augmentation or Augmentation(),
        inner=held_out,
        device="cpu",
    )
    with tempfile.TemporaryDirectory() as folder:
        training.run(log_folder=Path(folder), progress=lambda *_: course.seconds.append(time.perf_counter() - start))
        with (Path(folder) / "scalars.csv").open(newline="", encoding="utf-8") as table:
            course.losses += [float(row["inner_loss"]) for row in csv.DictReader(table) if "inner_loss" in row]
    return course
