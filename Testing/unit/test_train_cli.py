"""The training command, up to the door of the training itself."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib import cli
from RadioGenomicsTrainLib.cohort import manifest
from RadioGenomicsTrainLib.training import build


def command(folder: Path, *more: str) -> list[str]:
    return ["bundle", "tcga-lgg", "--output", str(folder / "out"), "--work", str(folder / "work"), *more]


def test_without_data_it_says_where_to_point_and_ends_with_the_errors_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("RADIOGENOMICS_DATA", raising=False)
    assert cli.main(command(tmp_path)) == InputError.exit_code
    said = capsys.readouterr().err
    assert "RADIOGENOMICS_DATA" in said
    assert "Traceback" not in said


def test_options_reach_the_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = {}

    class Genes:
        reliable = np.array([True, False])

        def __len__(self) -> int:
            return 2

    def build_bundle(cohort, settings, work, output, *, jobs, progress):
        kind = type(settings.head).__name__
        given.update(cohort=cohort, epochs=settings.encoder.epochs, head=kind, work=work, output=output, jobs=jobs)
        return SimpleNamespace(path=output, genes=Genes())

    monkeypatch.setattr(manifest, "load_cohort", lambda name, data: (name, data))
    monkeypatch.setattr(build, "build_bundle", build_bundle)
    options = ["--data", str(tmp_path), "--epochs", "3", "--jobs", "2", "--head", "paper"]
    assert cli.main(command(tmp_path, *options)) == 0
    assert given == {
        "cohort": ("tcga-lgg", tmp_path),
        "epochs": 3,
        "head": "PaperSettings",
        "work": tmp_path / "work",
        "output": tmp_path / "out",
        "jobs": 2,
    }
    said = capsys.readouterr().out
    assert "2 genes, 1 reliable" in said
    assert "Research use only" in said
