"""A loaded model at work: propose the tumor, predict its expression."""

from __future__ import annotations

import logging
import platform
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from RadioGenomicsLib import __version__
from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.imaging.grid import resample
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.model.attribution import leave_out_blocks
from RadioGenomicsLib.model.bundle import QUANTILES
from RadioGenomicsLib.model.bundle import Bundle
from RadioGenomicsLib.model.encoder import Encoded
from RadioGenomicsLib.model.encoder import choose_device
from RadioGenomicsLib.model.encoder import encode
from RadioGenomicsLib.model.encoder import stack_planes
from RadioGenomicsLib.model.gene_models import GeneModel
from RadioGenomicsLib.model.gene_models import KernelModel
from RadioGenomicsLib.model.gene_models import PaperModel
from RadioGenomicsLib.model.prediction import Prediction
from RadioGenomicsLib.model.study import Study
from RadioGenomicsLib.model.study import mask_on_grid
from RadioGenomicsLib.model.tumor_proposal import outline_tumor
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsLib.progress import within

if TYPE_CHECKING:
    from RadioGenomicsLib.model.network import TransUNet

log = logging.getLogger(__name__)

# A scan farther from its neighbors than this share of the training scans is called unlike them.
_FAR_PERCENTILE = 95.0
# A channel that was moved less is not worth the user's time.
_TOLD_MM = 2.0


class Predictor:
    """A bundle on a device.

    Args:
        bundle: the model.
        device: "auto", "cpu", "cuda" or "mps".

    Raises:
        DependencyError: the device is not there.
    """

    def __init__(self, bundle: Bundle, device: str = "auto") -> None:
        self.bundle = bundle
        self.device = choose_device(device)
        self._encoded: tuple[Study, Encoded] | None = None

    @cached_property
    def _network(self) -> TransUNet:
        return self.bundle.network()

    def propose_tumor(self, study: Study, progress: Progress = silent) -> Volume:
        """Return the network's own outline of the tumor on the input's grid (uint8).

        Raises:
            RegionError: the network sees no tumor.
        """
        probability = self._encode(study, progress).tumor * (study.brain.array > 0)
        likely = resample(study.grid.with_array(probability), study.reference)
        mask = outline_tumor(likely.array)
        if not mask.any():
            raise RegionError(
                study.reference.name or "the scan", "the network sees no tumor in it", "Outline the tumor yourself."
            )
        return study.reference.with_array(mask.astype(np.uint8), "tumor")

    def predict(
        self, study: Study, tumor: Volume, *, panel_genes: Sequence[str], progress: Progress = silent
    ) -> Prediction:
        """Predict the expression of every gene of the bundle.

        Args:
            study: the prepared scan.
            tumor: mask on any grid.
            panel_genes: symbols whose mean predicted z the attribution map explains; those that the model lacks
                are left out.
            progress: told of every step.

        Raises:
            RegionError: no part of the mask lies inside the brain.
        """
        region = mask_on_grid(tumor, study)
        model = self._gene_model(study, region, within(progress, 0.0, 0.4))
        embedding, z = model.embedding(region), model.expression(region)
        chosen = np.isin(self.bundle.genes.symbol, list(panel_genes))
        effect = np.zeros(region.shape, np.float32)
        if chosen.any():
            effect = leave_out_blocks(
                region,
                study.slice_per_pixel,
                lambda mask: float(model.expression(mask)[chosen].mean()),
                within(progress, 0.4, 1.0),
            )
        return self._prediction(study, tumor, embedding, z, effect, int(chosen.sum()))

    def _gene_model(self, study: Study, tumor: np.ndarray, progress: Progress) -> GeneModel:
        if self.bundle.card["head"]["kind"] == "kernel":
            return KernelModel(self.bundle, study, tumor)
        return PaperModel(self.bundle, lambda: self._encode(study, progress).tokens)

    def _encode(self, study: Study, progress: Progress) -> Encoded:
        """Run the network once per study, however often it is asked."""
        if self._encoded is None or self._encoded[0] is not study:
            reference = study.settings.channels.index(study.settings.required[0])
            planes = stack_planes(study.stacked(), reference, self.bundle.card["network"]["neighbors"])
            self._encoded = study, encode(self._network, planes, self.device, progress)
        return self._encoded[1]

    def _prediction(
        self, study: Study, tumor: Volume, embedding: np.ndarray, z: np.ndarray, effect: np.ndarray, explained: int
    ) -> Prediction:
        genes = self.bundle.genes
        space = self.bundle.space
        distance = float(space.distance(embedding[None])[0])
        nearer = float((space.training_distances() < distance).mean() * 100)
        notes = list(self._encoded[1].notes) if self._encoded and self._encoded[0] is study else []
        far = nearer >= _FAR_PERCENTILE
        absolute = np.char.startswith(genes.unit, "log2")
        return Prediction(
            bundle=self.bundle,
            predicted_z=z,
            predicted_log2=np.where(absolute, genes.mean + genes.sd * z, np.nan),
            interval_low=z - genes.interval_half_width,
            interval_high=z + genes.interval_half_width,
            percentile=_percentile(z, self.bundle.quantiles),
            embedding=embedding,
            distance=distance,
            distance_percentile=nearer,
            far=far,
            attribution=_inside(study.grid.with_array(effect, "attribution"), tumor, study.reference),
            tumor_ml=float((tumor.array > 0).sum()) * tumor.voxel_ml,
            warnings=_warnings(study, far, nearer) + notes,
            provenance=self._provenance(study, explained),
        )

    def _provenance(self, study: Study, explained: int) -> dict[str, Any]:
        import torch

        return {
            "software": f"RadioGenomics {__version__}",
            "bundle": self.bundle.id,
            "bundle_sha256": self.bundle.sha256,
            "device": self._encoded[1].device if self._encoded else self.device,
            "python": platform.python_version(),
            "numpy": np.__version__,
            "torch": str(torch.__version__),
            "channels": {role: array is not None for role, array in study.channels.items()},
            "moved_mm": {role: round(mm, 2) for role, mm in study.moved_mm.items()},
            "grid_spacing_mm": [round(s, 4) for s in study.grid.spacing],
            "grid_size": list(study.grid.size),
            "attribution_genes": explained,
            "random_numbers": "none are drawn in prediction",
        }


def _inside(effect: Volume, tumor: Volume, like: Volume) -> Volume:
    """Return the map on the input's grid, zero outside the outline as it was drawn."""
    placed = resample(effect, like, nearest=True)
    return placed.with_array(placed.array * (resample(tumor, like, nearest=True).array > 0))


def _percentile(z: np.ndarray, quantiles: np.ndarray) -> np.ndarray:
    """Return where each z lies among the training values, 0 to 100, linear between the kept quantiles."""
    return np.array([np.interp(value, column, QUANTILES) for value, column in zip(z, quantiles.T, strict=True)])


def _warnings(study: Study, far: bool, nearer: float) -> list[str]:
    warnings = []
    absent = [role for role, array in study.channels.items() if array is None]
    if absent:
        warnings.append(f"No {', '.join(absent)} was given: what it shows counts as average.")
    if study.unread:
        warnings.append(f"{', '.join(study.unread)} was given, but this model does not read it, nor is it shown.")
    moved = [f"{role} by {mm:.0f} mm" for role, mm in study.moved_mm.items() if mm >= _TOLD_MM]
    if moved:
        warnings.append(
            f"The scans did not lie on one another; moved to fit {study.reference.name}: {', '.join(moved)}."
        )
    if study.reference.name.startswith("synthetic"):
        warnings.append("This is a synthetic phantom, not a patient: the figures mean nothing.")
    if far:
        warnings.append(
            f"This scan is unlike the training data (farther from its neighbors than {nearer:.0f} % of the training "
            "scans): the model's measured accuracy may not hold for it."
        )
    return warnings
