"""Requests and results as folders of JSON, NRRD and npz: what goes to a child process, and what comes back.

What is read equals what was written, to the last bit of every array.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from dataclasses import fields
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from RadioGenomicsLib.errors import BundleError
from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.pipeline.folders import written_whole
from RadioGenomicsLib.pipeline.request import Box
from RadioGenomicsLib.pipeline.request import BrainRequest
from RadioGenomicsLib.pipeline.request import PredictionRequest
from RadioGenomicsLib.pipeline.request import Request
from RadioGenomicsLib.pipeline.request import TumorRequest
from RadioGenomicsLib.pipeline.result import Region
from RadioGenomicsLib.pipeline.result import Result
from RadioGenomicsLib.pipeline.run import panels_with
from RadioGenomicsLib.pipeline.volume_files import read_exactly
from RadioGenomicsLib.pipeline.volume_files import write_exactly

CARD, ARRAYS = "job.json", "arrays.npz"
_REQUESTS: dict[str, type] = {"prediction": PredictionRequest, "tumor": TumorRequest, "brain": BrainRequest}
_ZIP = (BadZipFile, zlib.error)
# Fields of a Prediction that need a form of their own; the others are arrays, numbers and JSON.
_APART = ("bundle", "attribution")


def write_request(request: Request, folder: Path) -> None:
    """Write a request into a new folder.

    Raises:
        OutputError: the folder is in use or cannot be written.
    """
    kind = next(kind for kind, request_type in _REQUESTS.items() if type(request) is request_type)
    with written_whole(folder) as aside:
        values = {field.name: getattr(request, field.name) for field in fields(request)}
        _write_card({"kind": kind} | {name: _packed(value, name, aside) for name, value in values.items()}, aside)


def read_request(folder: Path) -> Request:
    """Read a request.

    Raises:
        InputError: the folder does not hold a whole request.
    """
    with _told_as_damaged(folder):
        card = _read_card(folder)
        request_type = _REQUESTS[card["kind"]]
        return request_type(**{field.name: _unpacked(card[field.name], folder) for field in fields(request_type)})


def write_result(result: Result | Region, folder: Path) -> None:
    """Write what the pipeline found into a new folder.

    Raises:
        OutputError: the folder is in use or cannot be written.
    """
    with written_whole(folder) as aside:
        if isinstance(result, Region):
            values = {field.name: getattr(result, field.name) for field in fields(result)}
            _write_card({"answer": "region"} | {name: _packed(v, name, aside) for name, v in values.items()}, aside)
            return
        prediction = result.prediction
        values = {f.name: getattr(prediction, f.name) for f in fields(prediction) if f.name not in _APART}
        arrays = {name: value for name, value in values.items() if isinstance(value, np.ndarray)}
        np.savez(aside / ARRAYS, allow_pickle=False, **arrays)
        card = {
            "answer": "prediction",
            "bundle": {"path": str(prediction.bundle.path), "sha256": prediction.bundle.sha256},
            "panel": result.panel.id,
            "reference_role": result.reference_role,
            "prediction": {name: value for name, value in values.items() if name not in arrays},
            "attribution": _packed(prediction.attribution, "attribution", aside),
            "channels": _packed(result.channels, "channels", aside),
            "brain": _packed(result.brain, "brain", aside),
            "tumor": _packed(result.tumor, "tumor", aside),
        }
        _write_card(card, aside)


def read_result(folder: Path) -> Result | Region:
    """Read what the pipeline found; the model bundle is loaded from where it was.

    Raises:
        InputError: the folder does not hold a whole result.
        BundleError: the model is not the one any more that the result was made with.
    """
    with _told_as_damaged(folder):
        card = _read_card(folder)
        if card["answer"] == "region":
            return Region(**{field.name: _unpacked(card[field.name], folder) for field in fields(Region)})
        return _prediction_result(card, folder)


def _prediction_result(card: dict[str, Any], folder: Path) -> Result:
    from RadioGenomicsLib.model.bundle import load_bundle
    from RadioGenomicsLib.model.prediction import Prediction

    bundle = load_bundle(card["bundle"]["path"])
    if bundle.sha256 != card["bundle"]["sha256"]:
        raise BundleError(bundle.path, "it was changed while it was in use", "Predict again.")
    with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
        prediction = Prediction(
            bundle=bundle,
            attribution=_unpacked(card["attribution"], folder),
            **card["prediction"],
            **{name: arrays[name] for name in arrays.files},
        )
    return Result(
        prediction=prediction,
        panel=panels_with(card["panel"])[card["panel"]],
        channels=_unpacked(card["channels"], folder),
        reference_role=card["reference_role"],
        brain=_unpacked(card["brain"], folder),
        tumor=_unpacked(card["tumor"], folder),
    )


def _packed(value: object, name: str, folder: Path) -> Any:
    """Return a value as JSON; voxels go into a file of the folder, which is called after ``name``."""
    if isinstance(value, Volume):
        return {"volume": write_exactly(value, folder, name)}
    if isinstance(value, Box):
        return {"box": {key: array.tolist() for key, array in asdict(value).items()}}
    if isinstance(value, np.ndarray):
        return {"points": value.tolist()}
    if isinstance(value, dict):
        # Files are numbered: a role may hold what no file name can.
        named = ((role, f"{name}-{n}", volume) for n, (role, volume) in enumerate(value.items()))
        return {"volumes": {role: write_exactly(volume, folder, file) for role, file, volume in named}}
    return value


def _unpacked(value: Any, folder: Path) -> Any:
    if not isinstance(value, dict):
        return value
    [(form, content)] = value.items()
    return _FORMS[form](content, folder)


_FORMS: dict[str, Callable[[Any, Path], object]] = {
    "volume": read_exactly,
    "box": lambda content, _: Box(**{key: np.array(rows, dtype=np.float64) for key, rows in content.items()}),
    "points": lambda content, _: np.array(content, dtype=np.float64),
    "volumes": lambda content, folder: {role: read_exactly(entry, folder) for role, entry in content.items()},
}


def _write_card(card: dict[str, Any], folder: Path) -> None:
    (folder / CARD).write_text(json.dumps(card, indent=2), encoding="utf-8")


def _read_card(folder: Path) -> dict[str, Any]:
    return json.loads((folder / CARD).read_text(encoding="utf-8"))


@contextmanager
def _told_as_damaged(folder: Path) -> Iterator[None]:
    try:
        yield
    # A RuntimeError is Python's word for JSON without end and for an encrypted zip.
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RuntimeError, EOFError, *_ZIP) as error:
        reason = f"it is not a whole job folder ({type(error).__name__}: {error})"
        raise InputError(folder, reason, "Start the work again.") from error
