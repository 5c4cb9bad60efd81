"""A cohort small enough to train on in a test: stripped heads with a bright tumor, and expression that follows it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from RadioGenomicsLib.imaging.reading import write_volume
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.model.network import NetworkSettings

NETWORK = NetworkSettings(widths=(4, 4, 8, 8), embedding=16, heads=2, layers=2)
PATIENTS = 10
LOG2 = ("EGFR", "TP53", "PTEN", "ATRX", "MKI67", "OLIG2", "SOX2", "VIM")
Z = ("CD44", "CHI3L1", "NES")
_SIZE, _SPACING = np.array([56, 72, 14]), np.array([2.8, 2.8, 10.0])

COHORT = """
id = "small"
title = "Ten synthetic patients"
licence = "CC0"
citation = ["none"]
limitations = ["Its patients are made up."]
[images]
mask = "scans/{patient}/mask.nii.gz"
[images.channels]
T1 = "scans/{patient}/T1.nii.gz"
FLAIR = "scans/{patient}/FLAIR.nii.gz"
T1c = "scans/{patient}/T1c.nii.gz"
[[expression]]
file = "log2.tsv"
unit = "log2 RSEM"
[[expression]]
file = "z.tsv"
unit = "z"
clip = 3
[[clinical]]
file = "clinical.csv"
patient = "patient"
columns = { subtype = "subtype" }
"""


@dataclass(frozen=True)
class SmallStudy:
    """Scans without skull, the brain and the tumor, and how large the tumor is against the others."""

    channels: dict[str, Volume]
    brain: Volume
    tumor: Volume
    size: float


def small_study(seed: int) -> SmallStudy:
    """Make a patient; the seed decides the tumor's size and place, and the noise."""
    random = np.random.default_rng(seed)
    affine = np.diag([*(_SPACING * (-1, -1, 1)), 1.0])
    affine[:3, 3] = -affine[:3, :3] @ ((_SIZE - 1) / 2)
    grid = Volume(np.zeros(_SIZE[::-1], np.float32), affine)
    k, j, i = np.indices(grid.array.shape)
    ras = grid.ras(np.stack([i, j, k], axis=-1))
    brain = np.linalg.norm(ras / (61, 80, 62), axis=-1) < 1
    center = random.uniform((-30, -40, -20), (30, 40, 20))
    radius = random.uniform(16, 26)
    tumor = (np.linalg.norm((ras - center) / radius, axis=-1) < 1) & brain
    lift = {"T1": -25.0, "FLAIR": 60.0, "T1c": 30.0}
    channels = {
        role: grid.with_array(((100 + random.normal(0, 8, brain.shape) + add * tumor) * brain).astype(np.float32), role)
        for role, add in lift.items()
    }
    masks = (grid.with_array(mask.astype(np.uint8), name) for mask, name in ((brain, "brain"), (tumor, "tumor")))
    return SmallStudy(channels, *masks, (radius - 21) / 5)


def write_small_cohort(folder: Path, patients: int = PATIENTS) -> Path:
    """Write scans, expression, subtypes and the cohort file; return the latter."""
    names = [f"TCGA-{'AB'[n % 2]}A-{n:04d}" for n in range(patients)]
    sizes = []
    for seed, name in enumerate(names):
        study = small_study(seed)
        (folder / "scans" / name).mkdir(parents=True)
        write_volume(study.tumor, folder / "scans" / name / "mask.nii.gz")
        for role, volume in study.channels.items():
            if (seed, role) != (3, "T1c"):
                write_volume(volume, folder / "scans" / name / f"{role}.nii.gz")
        sizes.append(study.size)
    random = np.random.default_rng(99)
    noise = random.normal(0, 0.1, (len(LOG2 + Z), patients))
    level = np.arange(1, 1 + len(LOG2 + Z))[:, None] / 4 * np.array(sizes) + noise
    _write_table(
        folder / "log2.tsv", names, [*LOG2, "GAPDH"], np.vstack([8 + level[: len(LOG2)], np.full(patients, 9)])
    )
    _write_table(folder / "z.tsv", names[:-1], Z, level[len(LOG2) :, :-1])
    subtypes = ["IDHwt", "IDHmut-codel", "IDHmut-non-codel"]
    rows = [f"{name},{subtypes[n % 3]}" for n, name in enumerate(names)]
    (folder / "clinical.csv").write_text("\n".join(["patient,subtype", *rows]) + "\n")
    (folder / "cohort.toml").write_text(COHORT)
    return folder / "cohort.toml"


def _write_table(path: Path, patients: list[str], genes: list[str] | tuple[str, ...], values: np.ndarray) -> None:
    lines = ["\t".join(["gene", *(f"{patient}-01" for patient in patients)])]
    lines += ["\t".join([gene, *(f"{v:.5f}" for v in row)]) for gene, row in zip(genes, values, strict=True)]
    path.write_text("\n".join(lines) + "\n")
