"""What leaves the machine, and what leaves a header: nothing. Every door is taken with sockets forbidden."""

from __future__ import annotations

import gzip
import json
import logging
import re
import socket
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from RadioGenomicsLib import cli
from RadioGenomicsLib import headless
from RadioGenomicsLib.imaging.dicom import read_image
from RadioGenomicsLib.imaging.phantom import head_phantom
from RadioGenomicsLib.imaging.reading import write_volume
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.model import tumor_embedding
from RadioGenomicsLib.model.preprocessing import Preprocessing
from RadioGenomicsLib.model.study import mask_on_grid
from RadioGenomicsLib.model.study import prepare
from RadioGenomicsLib.pipeline.request import PredictionRequest
from RadioGenomicsLib.pipeline.result import Result
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.resources import resource_path
from RadioGenomicsTrainLib.doors.report import report
from RadioGenomicsTrainLib.doors.request import CohortRequest
from RadioGenomicsTrainLib.doors.train import train
from RadioGenomicsTrainLib.training import build
from RadioGenomicsTrainLib.training.build import BuildSettings
from RadioGenomicsTrainLib.training.cohort_validation import validate_cohort
from RadioGenomicsTrainLib.training.encoder import EncoderSettings
from RadioGenomicsTrainLib.training.gene_validation import HeadSettings
from RadioGenomicsTrainLib.validation import record
from RadioGenomicsTrainLib.validation.cohort_data import ValidationSettings
from Testing.faults import bad_dicom
from Testing.network import sockets_forbidden
from Testing.unit.model.tiny_bundle import write_tiny_bundle
from Testing.unit.training.small_cohort import NETWORK
from Testing.unit.training.small_cohort import write_small_cohort

# Parts of what the headers say of the patient, and of the folder that a hospital would name after one.
SECRETS = (
    "Rembrandt",
    "Saskia",
    "PID-424242",
    "Waaggebouw",
    "Deijman",
    "Nicolaes",
    "ACC-4711",
    "16120802",
    "1.3680043",
)
_EFFORT = ValidationSettings(
    folds=2, repeats=1, permutations=10, refit_permutations=4, null_draws=1000, comparison_draws=10
)
_PSEUDONYM = "Case <7>"
_FOLDER = "Rembrandt_Saskia_PID-424242"


@dataclass(frozen=True)
class Run:
    """What a prediction left: its exit code, its files and all that it said."""

    code: int
    output: Path
    said: str


def _write_dicom(volume: Volume, folder: Path, uid: str, description: str) -> None:
    """Write a volume of axial slices as a DICOM series with a telling header."""
    images = bad_dicom.images(uid, description, range(len(volume.array)))
    lps = np.diag([-1.0, -1.0, 1.0])
    for number, (image, plane) in enumerate(zip(images, volume.array, strict=True)):
        image.Rows, image.Columns = plane.shape
        image.PixelSpacing = [volume.spacing[1], volume.spacing[0]]
        image.SliceThickness = volume.spacing[2]
        # One slice lies 0.3 mm off, which the log has to tell.
        place = lps @ volume.ras(np.array([0, 0, number])) + [0, 0, 0.3 * (number == 5)]
        image.ImagePositionPatient = [round(float(v), 4) for v in place]
        image.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        image.PixelData = np.clip(np.rint(plane), 0, 65535).astype(np.uint16).tobytes()
    bad_dicom.write(folder, images)


def _coarse(volume: Volume) -> Volume:
    return Volume(volume.array[:, ::2, ::2], volume.affine @ np.diag([2.0, 2.0, 1.0, 1.0]), volume.name)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Predict from DICOM with a telling header, in a folder with a telling name, by the command line."""
    root = tmp_path_factory.mktemp("hospital")
    phantom = head_phantom()
    channels = {role: _coarse(phantom.channels[role]) for role in ("FLAIR", "T1")}
    brain, tumor = _coarse(phantom.brain), _coarse(phantom.tumor)
    study = prepare(channels, Preprocessing(), brain)
    write_tiny_bundle(root / "tiny", study, mask_on_grid(tumor, study))
    for number, (role, volume) in enumerate(channels.items()):
        _write_dicom(volume, root / _FOLDER / role, str(number + 1), f"Ax {role}")
    write_volume(brain, root / _FOLDER / "Saskia_brain.nii.gz")
    write_volume(tumor, root / _FOLDER / "Saskia_tumor.nii.gz")
    arguments = ["predict", *(f"--volume={role}={root / _FOLDER / role}" for role in channels)]
    arguments += [
        f"--roi={root / _FOLDER / 'Saskia_tumor.nii.gz'}",
        f"--brain={root / _FOLDER / 'Saskia_brain.nii.gz'}",
    ]
    arguments += [f"--model={root / 'tiny'}", "--device=cpu", f"--output={root / 'out'}", f"--pseudonym={_PSEUDONYM}"]
    said: list[str] = []
    handler = logging.Handler(logging.DEBUG)
    handler.emit = lambda record: said.append(record.getMessage())
    ours = logging.getLogger("RadioGenomicsLib")
    before = ours.level
    ours.setLevel(logging.DEBUG)
    logging.getLogger().addHandler(handler)
    computed = headless._computed

    def here(request: PredictionRequest, progress: Progress, _own_process: bool) -> Result:
        # Not in a child process, which could open sockets and whose log would not be heard.
        return computed(request, progress, own_process=False)

    try:
        with sockets_forbidden(), pytest.MonkeyPatch.context() as patch:
            patch.setattr(headless, "_computed", here)
            code = cli.main(arguments)
    finally:
        logging.getLogger().removeHandler(handler)
        ours.setLevel(before)
    return Run(code, root / "out", "\n".join(said))


def _contents(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield a file's content; of an archive or a compressed image, what it holds, to any depth."""
    content = path.read_bytes()
    yield path.name, content
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield f"{path.name}/{name}", archive.read(name) + name.encode()
    if content[:2] == b"\x1f\x8b":
        yield path.name, gzip.decompress(content)


def test_a_prediction_runs_with_sockets_forbidden(run: Run) -> None:
    assert run.code == 0
    assert {"prediction.json", "report.html", "gene_table.csv", "scene.mrb"} <= {p.name for p in run.output.iterdir()}


def test_the_report_calls_the_patient_by_the_pseudonym(run: Run) -> None:
    assert "Case &lt;7&gt;" in (run.output / "report.html").read_text(encoding="utf-8")
    provenance = json.loads((run.output / "prediction.json").read_text(encoding="utf-8"))["provenance"]
    assert provenance["study"] == _PSEUDONYM


def test_the_prediction_is_as_its_schema_says(run: Run) -> None:
    schema = json.loads(resource_path("Schemas", "prediction.schema.json").read_text(encoding="utf-8"))
    prediction = json.loads((run.output / "prediction.json").read_text(encoding="utf-8"))
    assert not list(Draft202012Validator(schema).iter_errors(prediction))
    del prediction["notice"]
    assert list(Draft202012Validator(schema).iter_errors(prediction))


@pytest.mark.parametrize("secret", SECRETS)
def test_no_output_holds_what_the_header_says_of_the_patient(run: Run, secret: str) -> None:
    pattern = re.compile(re.escape(secret).encode(), re.IGNORECASE)
    for path in run.output.rglob("*"):
        assert not pattern.search(path.name.encode())
        for name, content in _contents(path) if path.is_file() else ():
            assert not pattern.search(content), f"{secret} is in {name}"


@pytest.mark.parametrize("secret", SECRETS)
def test_no_log_line_holds_what_the_header_says_of_the_patient(run: Run, secret: str) -> None:
    assert "unevenly spaced" in run.said
    assert secret.lower() not in run.said.lower()


def test_converting_dicom_drops_its_identifiers(tmp_path: Path) -> None:
    series = bad_dicom.write(tmp_path / "series", bad_dicom.images())
    for ending in (".nrrd", ".nii.gz", ".mha"):
        write_volume(read_image(series), tmp_path / f"scan{ending}")
        for _, content in _contents(tmp_path / f"scan{ending}"):
            assert not any(secret.encode() in content for secret in SECRETS)


def test_the_fixture_does_forbid() -> None:
    with sockets_forbidden(), pytest.raises(pytest.fail.Exception, match="a socket was asked for"):
        socket.create_connection(("127.0.0.1", 9))
    with sockets_forbidden(), pytest.raises(pytest.fail.Exception, match="a socket was asked for"):
        socket.socket()


def test_training_validation_and_report_run_with_sockets_forbidden(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def blocks(_network: object, planes: np.ndarray) -> np.ndarray:
        _, slices, rows, columns = planes.shape
        return planes[1].reshape(slices, 1, rows // 8, 8, columns // 8, 8).mean(axis=(3, 5))

    # For speed, a frozen network that sees means.
    monkeypatch.setattr(tumor_embedding, "feature_maps", blocks)
    settings = BuildSettings(
        network=NETWORK,
        encoder=EncoderSettings(epochs=1, tumor_slices=1, other_slices=0),
        head=HeadSettings(folds=2, repeats=1, permutations=10),
        folds=2,
    )
    monkeypatch.setattr(build, "BuildSettings", lambda: settings)
    monkeypatch.setattr(record, "_POWER_SIZES", ())
    monkeypatch.setattr(record, "_POWER_TESTS", ())
    cohort = write_small_cohort(tmp_path / "data", patients=8)
    asked = CohortRequest(str(cohort), tmp_path / "work", tmp_path / "data", epochs=1, repeats=1, permutations=10)
    with sockets_forbidden():
        trained = train(asked)
        validate_cohort(trained.prepared.cohort, settings, asked.work, effort=_EFFORT)
        report(asked.work)
    html = (asked.work / "report" / "report.html").read_text(encoding="utf-8")
    # Nothing is fetched when the report is opened, either.
    assert not re.search(r"<(script|link|img|iframe)[^>]+(src|href)=[\"']?(https?:)?//", html)
