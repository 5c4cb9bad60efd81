"""Real MRML for every test here, and a stand-in for the network only."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest

from RadioGenomicsLib import embedded
from RadioGenomicsLib.imaging.volume import Volume

slicer = embedded.start()

# Oblique, anisotropic, one axis flipped: what breaks code that believes in upright grids.
OBLIQUE = np.array(
    [
        [-0.9 * 0.8, 0.3 * 1.1, 0.0, 12.0],
        [0.3 * 0.8 * 0.9486833, 0.9 * 1.1 * 0.9486833, -3.0 * 0.3162278, -20.0],
        [0.3 * 0.8 * 0.3162278, 0.9 * 1.1 * 0.3162278, 3.0 * 0.9486833, 33.0],
        [0.0, 0.0, 0.0, 1.0],
    ]
)
OBLIQUE[:3, 0] = np.cross(OBLIQUE[:3, 1], OBLIQUE[:3, 2])
OBLIQUE[:3, 0] *= -0.8 / np.linalg.norm(OBLIQUE[:3, 0])


@pytest.fixture
def scene():
    """The application's scene, empty but for its built-in nodes."""
    slicer.mrmlScene.Clear(0)
    slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    yield slicer.mrmlScene
    slicer.mrmlScene.Clear(0)


@pytest.fixture
def scan() -> Volume:
    """A small oblique scan."""
    return Volume(np.random.default_rng(7).normal(100, 20, (9, 10, 11)).astype(np.float32), OBLIQUE, "scan")


@pytest.fixture
def lump(scan: Volume) -> Volume:
    """A mask on the scan's grid, away from its middle in every axis."""
    array = np.zeros(scan.array.shape, np.uint8)
    array[5:8, 2:5, 6:10] = 1
    return scan.with_array(array, "lump")


def nodeIds(scene) -> set[str]:
    return {scene.GetNthNode(n).GetID() for n in range(scene.GetNumberOfNodes())}


def folderItems(scene) -> int:
    return slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(scene).GetNumberOfItems()


@dataclass(frozen=True)
class StandInPrediction:
    """The fields of a Prediction."""

    bundle: SimpleNamespace
    predicted_z: np.ndarray
    predicted_log2: np.ndarray
    interval_low: np.ndarray
    interval_high: np.ndarray
    percentile: np.ndarray
    embedding: np.ndarray
    distance: float
    distance_percentile: float
    far: bool
    warnings: list[str]
    attribution: Volume | None
    tumor_ml: float
    provenance: dict


class StandInPredictor:
    """Answers at once, with what it was given to look at kept for the test."""

    def __init__(self) -> None:
        count = 40
        random = np.random.default_rng(3)
        symbols = ["IDH1", "ATRX", "TP53", "EGFR", *(f"GENE{n}" for n in range(count - 4))]
        genes = SimpleNamespace(
            symbol=np.array(symbols),
            ensembl_id=np.array([f"ENSG{n:011d}" for n in range(count)]),
            unit=np.array(["log2 RSEM"] * 30 + ["z"] * (count - 30)),
            mean=random.normal(8, 1, count),
            sd=np.ones(count),
            cv_r=random.uniform(-0.2, 0.7, count),
            cv_p_adjusted=random.uniform(0, 1, count),
            interval_half_width=np.full(count, 1.6),
            reliable=random.uniform(size=count) > 0.5,
        )
        self.bundle = SimpleNamespace(
            id="stand-in",
            sha256="0" * 64,
            path="stand-in",
            genes=genes,
            channels=[{"role": "FLAIR", "required": True}],
            card={
                "id": "stand-in",
                "title": "Stand-in model",
                "cohort": "none",
                "patients": 40,
                "training": {"n_patients": 0, "n_genes": count, "source": "none"},
                "validation": {"median_r": 0.0},
                "limitations": ["It predicts nothing: for tests only."],
                "license": "CC0",
                "citation": ["none"],
            },
        )
        self.tumors: list[Volume] = []

    def propose_tumor(self, study: SimpleNamespace, progress=None) -> Volume:
        array = np.zeros(study.reference.array.shape, np.uint8)
        array[3:6, 3:6, 3:6] = 1
        return study.reference.with_array(array, "proposal")

    def predict(self, study: SimpleNamespace, tumor: Volume, *, panel_genes: list[str], progress) -> StandInPrediction:
        progress(0.5, "stand-in")
        self.tumors.append(tumor)
        genes = self.bundle.genes
        z = np.linspace(-2, 2, len(genes.symbol))
        log2 = np.where(genes.unit == "z", np.nan, genes.mean + z * genes.sd)
        return StandInPrediction(
            bundle=self.bundle,
            predicted_z=z,
            predicted_log2=log2,
            interval_low=z - genes.interval_half_width,
            interval_high=z + genes.interval_half_width,
            percentile=np.linspace(1, 99, len(z)),
            embedding=np.zeros(4),
            distance=1.0,
            distance_percentile=50.0,
            far=False,
            warnings=["stand-in model"],
            attribution=study.reference.with_array(tumor.array.astype(np.float32) * 0.2, "attribution"),
            tumor_ml=float(tumor.array.sum()) * tumor.voxel_ml,
            provenance={"bundle": {"id": "stand-in", "sha256": "0" * 64}, "device": "cpu"},
        )


class StandInSteps:
    """The steps between the nodes, without networks."""

    def __init__(self) -> None:
        self.predictor = StandInPredictor()
        self.grown: list[object] = []

    def load(self, model: str, device: str) -> StandInPredictor:
        return self.predictor

    def brain(self, channels, *, method="auto", device="auto", progress=None) -> tuple[Volume | None, str]:
        if method == "none":
            return None, "none"
        volume = next(iter(channels.values()))
        array = np.zeros(volume.array.shape, np.uint8)
        array[1:-1, 1:-1, 1:-1] = 1
        return volume.with_array(array, "brain"), "stand-in"

    def study(self, channels, predictor, *, brain, **_: object) -> SimpleNamespace:
        reference = channels.get("FLAIR", next(iter(channels.values())))
        return SimpleNamespace(
            channels=channels,
            placed=channels,
            brain=brain,
            reference=reference,
            outline=brain,
            outline_on="FLAIR",
            motions={},
            moved_mm={},
        )

    def grow(self, volume: Volume, region, within) -> Volume:
        self.grown.append(region)
        array = np.zeros(volume.array.shape, np.uint8)
        array[4:7, 4:7, 4:7] = 1
        return volume.with_array(array, "grown")


@pytest.fixture
def steps() -> StandInSteps:
    return StandInSteps()


@pytest.fixture
def stored(scene, scan, lump, steps):
    """A result in the scene, with its scan."""
    from RadioGenomicsLib.pipeline.request import PredictionRequest
    from RadioGenomicsLib.pipeline.run import run
    from RadioGenomicsLib.scene.result import addResult
    from RadioGenomicsLib.scene.stored_results import findResults
    from RadioGenomicsLib.scene.volumes import nodeFromVolume

    node = nodeFromVolume(scan, name="AX FLAIR")
    request = PredictionRequest({"FLAIR": scan.with_array(scan.array, "FLAIR")}, tumor=lump)
    addResult(run(request, steps, lambda _fraction, _step: None), "AX FLAIR RadioGenomics", volumeNode=node)
    return findResults()[0]
