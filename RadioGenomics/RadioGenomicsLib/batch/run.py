"""Predict many patients: a failure is noted and passed, a rerun does only what is missing, several may run at once."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path

from RadioGenomicsLib.batch.asked import AskedOfAll
from RadioGenomicsLib.batch.asked import asked_of_all
from RadioGenomicsLib.batch.asked import fingerprint
from RadioGenomicsLib.batch.asked import refuse_other
from RadioGenomicsLib.batch.asked import write_asked
from RadioGenomicsLib.batch.patients import Patient
from RadioGenomicsLib.batch.summary import COLUMNS
from RadioGenomicsLib.batch.summary import FIGURES
from RadioGenomicsLib.batch.summary import add_to_summary
from RadioGenomicsLib.batch.summary import lock_file
from RadioGenomicsLib.errors import BundleError
from RadioGenomicsLib.errors import ChannelError
from RadioGenomicsLib.fan_out import HERE
from RadioGenomicsLib.fan_out import Failed
from RadioGenomicsLib.fan_out import Workers
from RadioGenomicsLib.fan_out import fan_out
from RadioGenomicsLib.headless import ROLES
from RadioGenomicsLib.headless import Options
from RadioGenomicsLib.headless import find_volumes
from RadioGenomicsLib.headless import known_role
from RadioGenomicsLib.headless import predict_study
from RadioGenomicsLib.headless import read_channels
from RadioGenomicsLib.imaging.mask_file import read_mask
from RadioGenomicsLib.pipeline.folders import written_whole
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsLib.progress import within
from RadioGenomicsLib.whole_outputs import remove_remains

# How often a batch looks whether another one has finished the patient that it waits for.
_LOOK_S = 1.0
Row = dict[str, object]


@dataclass(frozen=True)
class _Task:
    """A patient's way to a worker; ``patience`` is how long to wait for another batch that is at the same patient."""

    patient: Patient
    options: Options
    asked: AskedOfAll
    output: Path
    patience: float = 0.0


def run_batch(
    patients: list[Patient],
    options: Options,
    output: Path,
    progress: Progress = silent,
    workers: Workers = HERE,
) -> list[Row]:
    """Predict every patient into ``output/<name>`` and write ``output/summary.csv``.

    A patient whose folder is already there is not done again: a folder appears only when it is whole. Two batches
    may share an output folder and even patients: each patient is done once, by whichever comes first.

    Args:
        patients: whom to predict.
        options: model, brain extraction, panel and device.
        output: folder of the results; may hold those of the same request.
        progress: told how much of all is done, and the last step of any patient.
        workers: who predicts.

    Returns:
        One row per patient with :data:`~RadioGenomicsLib.batch.summary.COLUMNS`, in the patients' order.

    Raises:
        BundleError: the model cannot be used.
        OutputError: the folder holds results of another request, or cannot be written.
        DependencyError: the cluster cannot be used.
        Canceled: from ``progress``; the patients done so far stay.
    """
    # Whole paths, for the workers may run in other folders.
    output = output.absolute()
    if Path(options.model).is_dir():
        options = replace(options, model=str(Path(options.model).absolute()))
    asked = asked_of_all(options)
    for patient in patients:
        if (output / patient.name).is_dir():
            refuse_other(asked, output / patient.name)
    add_to_summary([], output)
    tasks = {patient.name: _Task(patient, options, asked, output) for patient in patients}
    rows: dict[str, Row] = {}
    busy: dict[str, _Task] = {}
    for name, found in fan_out(_predict_patient, tasks, workers, within(progress, 0.0, 0.95)):
        if found is None:
            busy[name] = replace(tasks[name], patience=float("inf"))
        else:
            rows[name] = _failed(name, found) if isinstance(found, Failed) else found
            add_to_summary([rows[one] for one in tasks if one in rows], output)
    for name, found in fan_out(_predict_patient, busy, workers, within(progress, 0.95, 1.0)):
        rows[name] = _failed(name, found) if isinstance(found, Failed) else found
        add_to_summary([rows[one] for one in tasks if one in rows], output)
    return [rows[name] for name in tasks]


def _predict_patient(task: _Task, progress: Progress) -> Row | None:
    """Return the patient's row; None where another batch is at it for longer than the task's patience."""
    from filelock import FileLock
    from filelock import Timeout

    name = task.patient.name
    lock = FileLock(lock_file(task.output, name))
    waited = 0.0
    while True:
        progress(0.0, "started" if not waited else "waiting for another batch")
        try:
            with lock.acquire(timeout=min(_LOOK_S, task.patience)):
                return _row_of(task, progress)
        except Timeout:
            waited += _LOOK_S
            if waited > task.patience:
                return None


def _row_of(task: _Task, progress: Progress) -> Row:
    folder = task.output / task.patient.name
    row: Row = dict.fromkeys(COLUMNS, "")
    row.update(patient=task.patient.name, folder=task.patient.name, status="done")
    scans = fingerprint(task.patient)
    remove_remains(folder)
    if folder.is_dir() and any(folder.iterdir()):
        refuse_other(task.asked, folder, scans)
    else:
        started = time.monotonic()
        _predict(task, scans, folder, progress)
        row["seconds"] = round(time.monotonic() - started, 1)
    prediction = json.loads((folder / "prediction.json").read_text(encoding="utf-8"))
    return row | {name: prediction[name] for name in FIGURES}


def _predict(task: _Task, scans: str, folder: Path, progress: Progress) -> None:
    patient = task.patient
    channels = read_channels(find_volumes(patient.volumes), task.options.orientation)
    tumor = None if patient.roi is None else read_mask(patient.roi, task.options.orientation)
    with written_whole(folder) as aside:
        # In this process, which keeps its libraries loaded: a batch never runs inside Slicer.
        prediction = predict_study(
            channels,
            task.options,
            aside,
            tumor=tumor,
            drawn_on=_role(patient.drawn_on),
            study=patient.pseudonym,
            own_process=False,
            progress=progress,
        )
        if prediction.bundle.sha256 != task.asked.model_sha256:
            mend = "Give every worker the same bundle, or name it by its folder."
            raise BundleError(task.asked.model, "another bundle of this name is on the worker", mend)
        write_asked(task.asked, scans, aside)


def _role(name: str) -> str:
    role = known_role(name) if name else ""
    if role is None:
        raise ChannelError(name, "the column drawn_on names no channel role", f"Use one of: {', '.join(ROLES)}.")
    return role


def _failed(name: str, failed: Failed) -> Row:
    return dict.fromkeys(COLUMNS, "") | {"patient": name, "status": "failed", "reason": str(failed.error)}
