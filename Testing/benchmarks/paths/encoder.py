"""Training the encoder and running it: patients per second, and the loss that is reached, against MONAI's networks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import torch
from torch import nn
from torch.profiler import ProfilerActivity
from torch.profiler import profile

from RadioGenomicsLib.model.encoder import encode
from RadioGenomicsLib.model.encoder import stack_planes
from RadioGenomicsLib.model.network import NetworkSettings
from RadioGenomicsLib.model.network import TransUNet
from RadioGenomicsTrainLib.training.encoder import EncoderSettings
from RadioGenomicsTrainLib.training.slices import Slices
from Testing.benchmarks.contenders import OURS
from Testing.benchmarks.contenders import Contender
from Testing.benchmarks.contenders import Timing
from Testing.benchmarks.contenders import compare
from Testing.benchmarks.encoder_peers import parameters
from Testing.benchmarks.encoder_peers import slice_peers
from Testing.benchmarks.encoder_peers import volume_peers
from Testing.benchmarks.equal_loss import equal_loss
from Testing.benchmarks.lgg_patients import REFERENCE
from Testing.benchmarks.lgg_patients import lgg_patients
from Testing.benchmarks.matrix_rate import training_rate
from Testing.benchmarks.measurement import Measurement
from Testing.benchmarks.plain_training import train_plainly
from Testing.benchmarks.product_training import train_by_product
from Testing.benchmarks.tables import Comparison

NETWORK = NetworkSettings()
LEARNED, HELD_OUT = 24, 8
SETTINGS = EncoderSettings()
COHORT = 130
EDGE = 128
GOAL = "≥ 1.5 × the patients per second of the peers, at equal loss"


def measure() -> Measurement:
    """Train on, and encode, real and synthetic patients."""
    slices = Slices.of(lgg_patients(LEARNED + HELD_OUT), REFERENCE, NETWORK.neighbors)
    learned = slices.of_patients(np.arange(LEARNED))
    held_out = slices.of_patients(np.arange(LEARNED, LEARNED + HELD_OUT))
    few = slices.of_patients(np.arange(4))
    prose = [equal_loss(learned, held_out), _fold(few), _share(few), _profile(few), _TRIED]
    return Measurement(
        "Training the encoder, and running it",
        ["torch", "monai", "numpy"],
        [_training(few), *_inference()],
        prose="\n\n".join(prose),
    )


def _training(few: Slices) -> Comparison:
    patients, once = len(np.unique(few.owner)), replace(SETTINGS, epochs=1, patience=None)
    size = parameters(TransUNet(NETWORK))
    contenders = [
        Contender(f"{OURS} ({size})", partial(train_by_product, few, once), 3, None, "with repainting", patients)
    ]
    contenders += [
        Contender(
            f"{peer.name} ({parameters(peer.build())})",
            partial(train_plainly, peer.build, few, once),
            2,
            None,
            peer.note,
            patients,
        )
        for peer in slice_peers(NETWORK)
    ]
    drawn = SETTINGS.tumor_slices + SETTINGS.other_slices
    return Comparison(
        f"Train on a patient of TCGA-LGG once: {drawn} slices of {NETWORK.rows} × {NETWORK.columns}",
        GOAL,
        compare(contenders, lambda *_: 0.0),
        remarks=[f"Seconds per patient, {torch.get_num_threads()} threads; the peers by the plain loop, in float32."],
    )


def _inference() -> list[Comparison]:
    volume = np.random.default_rng(0).standard_normal((4, EDGE, EDGE, EDGE)).astype(np.float32)
    settings = replace(NETWORK, channels=4, rows=EDGE, columns=EDGE)
    ours, peers = TransUNet(settings).eval(), volume_peers(len(volume), EDGE)
    planes = stack_planes(volume, REFERENCE, settings.neighbors)

    def run(network: nn.Module) -> object:
        with torch.inference_mode():
            return network(torch.from_numpy(volume)[None])

    def tokens() -> object:
        with torch.inference_mode():
            return [ours.tokens(part)[0] for part in torch.from_numpy(planes).split(16)]

    def beside(call: Callable[[], object], names: list[str]) -> list[Timing]:
        contenders = [Contender(f"{OURS}, 2.5-D ({parameters(ours)})", call, 3)]
        contenders += [
            Contender(f"{name} ({parameters(peers[name])})", partial(run, peers[name]), 2, None, "another network")
            for name in names
        ]
        return compare(contenders, lambda *_: 0.0)

    *outlining, last = peers
    timings = beside(lambda: encode(ours, planes, "cpu", plain=True), outlining)
    minutes = COHORT * timings[0].median / 60
    remark = f"{COHORT} such patients take us {minutes:.1f} min (extrapolated from one). No network is trained here."
    size = EDGE // 16
    finer = f"We give {EDGE * size**2:,} tokens, those of every slice; ViT gives {size**3} of blocks of 16³."
    return [
        Comparison(f"Outline a synthetic patient of 4 × {EDGE}³ in float32", GOAL, timings, remarks=[remark]),
        Comparison("Tokens alone of the same patient", GOAL, beside(tokens, [last]), remarks=[finer]),
    ]


def _fold(few: Slices, patients: int = 73) -> str:
    """Return the time of a training fold of the default: every step does the same work."""
    threads = torch.get_num_threads()
    per_epoch = np.ceil(patients * (SETTINGS.tumor_slices + SETTINGS.other_slices) / SETTINGS.batch)
    lines = [
        f"### One training fold of the default: {patients} patients, {SETTINGS.epochs} epochs (extrapolated)\n",
        "To reach: < 10 min on 2 cores.\n",
        "| threads | ms per step | minutes |",
        "|---|---|---|",
    ]
    for count in sorted({1, threads}):
        torch.set_num_threads(count)
        seconds = np.median(np.diff(train_by_product(few, replace(SETTINGS, epochs=5)).seconds)) / _steps(few, SETTINGS)
        lines.append(f"| {count} | {1e3 * seconds:.0f} | {seconds * per_epoch * SETTINGS.epochs / 60:.1f} |")
    torch.set_num_threads(threads)
    return "\n".join(lines)


def _share(few: Slices) -> str:
    lines = [
        "### Share of the matrix units\n",
        "Operations of matrix products and convolutions per second in a training step (bfloat16, channels last, data "
        "resident), against one large bfloat16 product.\n",
        "| device | slices/s | step, GFLOP/s | product, GFLOP/s | share |",
        "|---|---|---|---|---|",
    ]
    there = [("cpu", False)]
    if torch.cuda.is_available():
        there += [("cuda", False), ("cuda", True)]
    for device, compiled in there:
        rate = training_rate(few, device, compiled=compiled)
        lines.append(
            f"| {device}{', compiled' if compiled else ''} | {rate.slices:.0f} | {rate.operations / 1e9:,.0f} "
            f"| {rate.peak / 1e9:,.0f} | {rate.operations / rate.peak:.0%} |"
        )
    if not torch.cuda.is_available():
        lines.append("\nThere is no GPU here: its share was not measured.")
    return "\n".join(lines)


def _profile(few: Slices, rows: int = 14) -> str:
    with profile(activities=[ProfilerActivity.CPU]) as seen:
        train_by_product(few, replace(SETTINGS, epochs=1, patience=None))
    events = sorted(seen.key_averages(), key=lambda event: -event.self_cpu_time_total)
    total = sum(event.self_cpu_time_total for event in events)
    lines = [
        "### Where the time of a training step goes\n",
        "| operation | share of the time | calls |",
        "|---|---|---|",
    ]
    lines += [f"| {event.key} | {event.self_cpu_time_total / total:.1%} | {event.count} |" for event in events[:rows]]
    return "\n".join(lines)


def _steps(slices: Slices, settings: EncoderSettings) -> int:
    drawn = slices.draw(settings.tumor_slices, settings.other_slices, np.random.default_rng(0))
    return int(np.ceil(len(drawn) / settings.batch))


_TRIED = """### What was tried and is not used

Measured on two cores of an Intel Xeon with AMX, torch 2.13, while other work ran; seconds per step of 24 slices on one
thread, where not said otherwise.

- Not to expect 1 % tumor at first: the loss of held-out patients after three passes over 24 patients, in the plain way,
  is then 1.17 instead of 0.47. The outlines gain nothing by it in the end: Dice of 19 held-out patients of TCGA-LGG
  0.811 without and 0.803 with it after 12 passes over the other 72, 0.850 and 0.846 after 36 (one fold, one seed).
- To average all weights over a hundred steps from the first one on, as before: the loss of held-out patients is 1.18
  after three passes and 0.89 after nine, where it now is 0.51 and 0.47 (EPYC, three seeds). To copy the statistics of
  batch norm instead of averaging them, too: 0.58 instead of 0.60 after the first of two passes, 0.50 instead of 0.51
  after the second.
- `torch.compile`: 0.29 instead of 0.33, after 77 s of compiling, and it needs a C++ compiler where the training runs.
- torch's fused attention: 0.46 instead of 0.36. Its backward pass on the CPU takes 19 ms for each of the eight layers.
- Two processes with one thread each (`torchrun`, gloo): 0.27; one process with two threads: 0.23.
- Fewer page faults: the GNU allocator told to keep what is freed, 0.33 instead of 0.35; large pages, 0.31. The latter
  needs no code: `GLIBC_TUNABLES=glibc.malloc.hugetlb=1` in the environment; the values stay the same.
- A rectifier without branches (`clamp` in place): that operation takes 1.9 instead of 4.0 ms, the step the same.
- Both answers of the network by one 1 × 1 convolution: the same.
- Batch norm folded into the convolutions for inference: 0.40 s instead of 0.39 for 48 slices in float32; with channels
  last 0.37.
- Channels last for inference on an EPYC: 1.20 s instead of 1.31 for the synthetic patient, 0.30 instead of 0.33 for 64
  slices of 112 × 96, and as long for a whole warm prediction. Batches of 8 slices instead of 16: 1.21 s for the
  synthetic patient, but 0.36 for those slices.
- Inference in bfloat16 with channels last: 0.18 s instead of 0.39, but tokens change by up to 0.03 and probabilities by
  up to 0.002, and a processor without bfloat16 units would be slower.
- Without AMX (`ONEDNN_MAX_CPU_ISA=AVX512_CORE_BF16`) a step takes 0.72 s instead of 0.33.
"""
