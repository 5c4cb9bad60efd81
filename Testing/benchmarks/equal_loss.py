"""How soon the encoder outlines held-out patients as well as the networks it is compared with."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from RadioGenomicsLib.model.network import NetworkSettings
from RadioGenomicsTrainLib.training.augmentation import Augmentation
from RadioGenomicsTrainLib.training.encoder import EncoderSettings
from RadioGenomicsTrainLib.training.slices import Slices
from Testing.benchmarks.contenders import OURS
from Testing.benchmarks.encoder_peers import slice_peers
from Testing.benchmarks.plain_training import Course
from Testing.benchmarks.plain_training import train_plainly
from Testing.benchmarks.product_training import train_by_product

SEEDS = range(3)
LENGTHS = (2, 3, 9)


def equal_loss(learned: Slices, held_out: Slices) -> str:
    """Train all of them in courses of several lengths, and return the table of losses and of the time to reach them.

    Args:
        learned: slices of the training patients.
        held_out: slices of the patients whose outline is scored after every pass.
    """
    bare = replace(_course(3), reconstruction_weight=0.0, averaging=0.0)
    product = partial(train_by_product, learned, held_out=held_out)
    ours = [_seeds(product, _course(length)) for length in LENGTHS]
    rows = [
        (f"{OURS}, outline only, last weights", _seeds(partial(product, augmentation=Augmentation(hide=0.0)), bare)),
        *((OURS, courses) for courses in ours),
    ]
    # SwinUNETR takes too long for more than its patients per second; ViT, the quickest, has as many courses as ours.
    *slow, quick = slice_peers(NetworkSettings())[:3]
    for peer, length in [*((peer, 3) for peer in slow), *((quick, length) for length in LENGTHS)]:
        plain = partial(train_plainly, peer.build, learned, held_out=held_out)
        rows.append((peer.name, _seeds(plain, _course(length))))
    patients = [len(np.unique(slices.owner)) for slices in (learned, held_out)]
    lines = [
        f"### Equal loss: {patients[0]} patients, outline of {patients[1]} held-out patients\n",
        "A one-cycle schedule over each row's passes, the same slices and movements, the same first guess of how much "
        f"is tumor; losses and times are means of {len(SEEDS)} seeds, and times include the loss of the held-out "
        "patients after every pass. Where it is not said otherwise, ours learns to repaint, too, and its loss is that "
        "of the product's average of the weights: these courses are what the others are held against. Between two "
        "passes a loss is taken to fall in a straight line.\n",
        "| | patients/s | held-out loss after each pass | best of each seed | best mean after | ours is as low after "
        "| times as long |",
        "|---|---|---|---|---|---|---|",
    ]
    yardsticks = [Course.mean(courses) for courses in ours]
    return "\n".join([*lines, *(_row(name, courses, yardsticks, patients[0]) for name, courses in rows)])


def _row(name: str, courses: Sequence[Course], yardsticks: Sequence[Course], patients: int) -> str:
    mean = Course.mean(courses)
    rate, best = patients * len(mean.losses) / mean.seconds[-1], min(mean.losses)
    losses, bests = _numbers(mean.losses), _numbers([min(one.losses) for one in courses])
    own, reached = mean.time_to(best), min(one.time_to(best) for one in yardsticks)
    after = f"{reached:.1f} s | {own / reached:.1f}" if np.isfinite(reached) else "never | –"
    return f"| {name} | {rate:.2f} | {losses} | {bests} | {own:.1f} s | {after} |"


def _course(passes: int) -> EncoderSettings:
    return EncoderSettings(epochs=passes, patience=passes)


def _seeds(train: Callable[[EncoderSettings], Course], settings: EncoderSettings) -> list[Course]:
    return [train(replace(settings, seed=seed)) for seed in SEEDS]


def _numbers(values: Sequence[float]) -> str:
    return ", ".join(f"{value:.3f}" for value in values)
