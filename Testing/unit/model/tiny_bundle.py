"""A whole bundle small enough to make in a test: random weights, invented patients."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from RadioGenomicsLib.model.bundle import QUANTILES
from RadioGenomicsLib.model.bundle import SCHEMA_VERSION
from RadioGenomicsLib.model.bundle import Bundle
from RadioGenomicsLib.model.bundle import kernel_head_tensors
from RadioGenomicsLib.model.bundle import space_tensors
from RadioGenomicsLib.model.bundle import write_bundle
from RadioGenomicsLib.model.deep_features import shipped_network
from RadioGenomicsLib.model.encoder import encode
from RadioGenomicsLib.model.encoder import stack_planes
from RadioGenomicsLib.model.genes import GeneIndex
from RadioGenomicsLib.model.kernel_head import EmbeddingSpace
from RadioGenomicsLib.model.kernel_head import KernelHead
from RadioGenomicsLib.model.network import NetworkSettings
from RadioGenomicsLib.model.network import TransUNet
from RadioGenomicsLib.model.paper_head import PaperHead
from RadioGenomicsLib.model.preprocessing import Preprocessing
from RadioGenomicsLib.model.study import Study
from RadioGenomicsLib.model.token_geometry import mean_token
from RadioGenomicsLib.model.tumor_embedding import DEEP_REGIONS
from RadioGenomicsLib.model.tumor_embedding import TumorView

NETWORK = NetworkSettings(widths=(4, 4, 8, 8), embedding=16, heads=2, layers=2)
LOG2, Z = 6, 3
PATIENTS = 14


def gene_index() -> GeneIndex:
    """Six genes with absolute levels and three that are known as z-scores only."""
    count = LOG2 + Z
    random = np.random.default_rng(5)
    adjusted = np.linspace(0.001, 0.9, count)
    return GeneIndex(
        symbol=np.array([f"GENE{i}" for i in range(count)]),
        ensembl_id=np.array([f"ENSG{i:011d}" if i else "" for i in range(count)]),
        unit=np.array(["log2 RSEM"] * LOG2 + ["z"] * Z),
        mean=random.normal(8, 2, count),
        sd=random.uniform(0.5, 2, count),
        cv_r=np.where(np.arange(count) == 4, np.nan, random.uniform(-0.2, 0.6, count)),
        cv_p=adjusted / count,
        cv_p_adjusted=adjusted,
        interval_half_width=random.uniform(1.4, 1.8, count),
        reliable=adjusted <= 0.05,
        expected_r=np.linspace(0.1, 0.3, count),
        expected_r_low=np.linspace(-0.1, 0.1, count),
        expected_r_high=np.linspace(0.3, 0.5, count),
    )


def card(settings: Preprocessing, head: dict) -> dict:
    """A valid model.json without its files."""
    return {
        "schema_version": SCHEMA_VERSION,
        "id": "tiny",
        "title": "Invented patients",
        "cohort": "NONE",
        "patients": PATIENTS,
        "preprocessing": settings.to_json(),
        "network": NETWORK.to_json(),
        "head": head,
        "matrices": [
            {"unit": "log2 RSEM", "patients": PATIENTS, "genes": LOG2},
            {"unit": "z", "patients": PATIENTS, "genes": Z},
        ],
        "training": {},
        "validation": {},
        "limitations": ["It predicts nothing."],
        "license": "CC0",
        "citation": ["none"],
    }


def write_tiny_bundle(folder: Path, study: Study, tumor: np.ndarray, kind: str = "kernel") -> Bundle:
    """Write a bundle whose invented training patients all lie close around one study.

    Args:
        folder: where to.
        study: that study.
        tumor: its tumor on the network's grid.
        kind: of the gene head.
    """
    torch.manual_seed(1)
    network = TransUNet(NETWORK).eval()
    random = np.random.default_rng(2)
    z = random.normal(size=(PATIENTS, LOG2 + Z))
    tensors = {f"encoder.{name}": tensor.numpy() for name, tensor in network.state_dict().items()}
    if kind == "kernel":
        frozen = shipped_network()
        tensors |= {f"frozen.{name}": tensor.numpy() for name, tensor in frozen.state_dict().items()}
        found = TumorView(study.channels, study.brain.array > 0, study.slice_per_pixel, frozen).embed(tumor)
        embedding, groups = _around(found.vector(found.layout), random), found.groups
        head = {
            "kind": kind,
            "ridge": 1.0,
            "descriptors": {group: list(names) for group, names in found.layout.items()},
            "deep_features": {"network": "efficientnet-lite0-stride16", "regions": list(DEEP_REGIONS)},
        }
        for index, columns in enumerate((slice(0, LOG2), slice(LOG2, None))):
            tensors |= kernel_head_tensors(KernelHead.fit(embedding, z[:, columns], 1.0, groups), index)
    else:
        tokens = encode(network, stack_planes(study.stacked(), 1, NETWORK.neighbors), "cpu").tokens
        embedding, groups = _around(mean_token(tokens, tumor), random), None
        head = {"kind": kind}
        weights = PaperHead(NETWORK.embedding, LOG2 + Z).state_dict()
        tensors |= {f"head.{name}": tensor.numpy() for name, tensor in weights.items()}
    tensors |= space_tensors(EmbeddingSpace.fit(embedding, groups), "space.")
    tensors["quantiles"] = np.percentile(z, QUANTILES, axis=0).astype(np.float32)
    return write_bundle(folder, card(study.settings, head), gene_index(), tensors)


def _around(center: np.ndarray, random: np.random.Generator) -> np.ndarray:
    return center + 0.02 * (1 + np.abs(center)) * random.normal(size=(PATIENTS, len(center)))
