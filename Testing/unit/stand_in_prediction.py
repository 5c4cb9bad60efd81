"""A prediction without a network, for batches in processes: a Dask worker that preloads this file predicts so."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import SimpleNamespace

from RadioGenomicsLib.batch import run
from RadioGenomicsLib.errors import GeometryError
from RadioGenomicsLib.headless import Options

FIGURES = {"tumor_ml": 12.5, "distance_percentile": 40.0, "far_from_training": False}


def predict(channels: dict, options: Options, output: Path, **_: object) -> SimpleNamespace:
    """Write what a batch reads of a prediction, and who made it."""
    if output.name.startswith(".sheared."):
        raise GeometryError("FLAIR", "it is sheared", "Resample it.")
    (output / "prediction.json").write_text(json.dumps(FIGURES))
    (output / "process").write_text(str(os.getpid()))
    return SimpleNamespace(bundle=SimpleNamespace(sha256=options.model))


def dask_setup(_worker: object) -> None:
    """Take the place of the real prediction in this worker."""
    run.predict_study = predict
    run.read_channels = lambda *_: {}
