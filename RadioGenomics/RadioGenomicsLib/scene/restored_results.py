"""A result of a loaded scene as data again, to write its files from."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.scene.segments import BRAIN
from RadioGenomicsLib.scene.segments import TUMOR
from RadioGenomicsLib.scene.segments import maskFromSegment
from RadioGenomicsLib.scene.stored_results import GENE_INDEX
from RadioGenomicsLib.scene.stored_results import PREDICTED
from RadioGenomicsLib.scene.stored_results import StoredResult
from RadioGenomicsLib.scene.volumes import volumeFromNode

if TYPE_CHECKING:
    from RadioGenomicsLib.model.prediction import Prediction
    from RadioGenomicsLib.pipeline.result import Result


def predictionOf(stored: StoredResult) -> Prediction:
    """Return a stored result as a prediction, with of the bundle what a result shows of it.

    Raises:
        InputError: the attribution map was removed from the scene.
    """
    from RadioGenomicsLib.model.prediction import Prediction

    if stored.attribution is None:
        raise InputError(
            stored.name, "its attribution map is no longer in the scene", "Predict again to write a report."
        )
    rows, facts = stored.rows(), stored.facts
    unit = np.where(np.isnan(rows["predicted_log2"]), "z", facts["model"]["log2_unit"])
    genes = SimpleNamespace(unit=unit, **{name: rows[name] for name in (*GENE_INDEX, "expected_r")})
    card = facts["model"]["card"]
    return Prediction(
        bundle=SimpleNamespace(id=card["id"], sha256=facts["model"]["sha256"], card=card, genes=genes),
        **{name: rows[name] for name in PREDICTED},
        embedding=np.zeros(0),
        distance=facts["distance"],
        distance_percentile=facts["distance_percentile"],
        far=facts["far"],
        attribution=volumeFromNode(stored.attribution),
        tumor_ml=facts["tumor_ml"],
        warnings=list(facts["warnings"]),
        provenance=dict(stored.provenance),
    )


def resultOf(stored: StoredResult) -> Result:
    """Return a stored result with its scans and masks, as the files of a result are written from it.

    Raises:
        InputError: a scan, the tumor or the attribution map was removed from the scene, or its panel is not known.
    """
    from RadioGenomicsLib.pipeline.result import Result
    from RadioGenomicsLib.pipeline.run import panels_with

    role, panel = stored.facts["reference_role"], stored.facts["panel"]
    tumorId, brainId = stored.segmentId(TUMOR), stored.segmentId(BRAIN)
    if role not in stored.scans or not tumorId:
        raise InputError(
            stored.name, "its scan or its tumor is no longer in the scene", "Predict again to write a report."
        )
    synthetic = "synthetic " if stored.provenance.get("synthetic") else ""
    # Named after their role: names of nodes often hold a patient's name.
    volumes = {role: volumeFromNode(node) for role, node in stored.scans.items()}
    channels = {role: volume.with_array(volume.array, f"{synthetic}{role}") for role, volume in volumes.items()}
    reference = channels[role]
    return Result(
        prediction=predictionOf(stored),
        panel=panels_with(panel)[panel],
        channels=channels,
        reference_role=role,
        brain=maskFromSegment(stored.segmentation, brainId, reference) if brainId else None,
        tumor=maskFromSegment(stored.segmentation, tumorId, reference),
    )
