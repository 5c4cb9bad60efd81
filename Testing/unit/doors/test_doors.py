"""From a cohort on disk through every door, each of which can be taken again."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from RadioGenomicsLib.errors import Canceled
from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import OutputError
from RadioGenomicsLib.fan_out import Workers
from RadioGenomicsLib.progress import Progress
from RadioGenomicsTrainLib.cohort.feature_cohort import FeatureCohort
from RadioGenomicsTrainLib.cohort.manifest import Cohort
from RadioGenomicsTrainLib.doors.bundle import bundle
from RadioGenomicsTrainLib.doors.prepare import prepare
from RadioGenomicsTrainLib.doors.report import report
from RadioGenomicsTrainLib.doors.request import CohortRequest
from RadioGenomicsTrainLib.doors.train import train
from RadioGenomicsTrainLib.doors.validate import validate
from RadioGenomicsTrainLib.training import build
from RadioGenomicsTrainLib.training import cohort_validation
from RadioGenomicsTrainLib.training.build import BuildSettings
from RadioGenomicsTrainLib.training.gene_validation import HeadSettings
from RadioGenomicsTrainLib.training.paper_training import PaperSettings
from RadioGenomicsTrainLib.validation.stored_predictions import read_prediction
from Testing.unit.training.small_cohort import LOG2
from Testing.unit.training.small_cohort import PATIENTS
from Testing.unit.training.small_cohort import Z


def times(folder: Path, pattern: str) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in sorted(folder.glob(pattern))}


def fractions(door: Callable, *arguments: object) -> list[float]:
    """Take a door, and return what it told of its progress."""
    told: list[float] = []
    door(*arguments, lambda fraction, _: told.append(fraction))
    return told


def test_preparing_lists_what_was_left_out(request_of: CohortRequest) -> None:
    prepared = prepare(request_of)
    assert len(prepared.patients) == PATIENTS
    listed = json.loads((request_of.work / "dropped.json").read_text())
    assert [tuple(one.values()) for one in listed] == [tuple(vars(one).values()) for one in prepared.dropped]
    assert ("channel", "TCGA-BA-0003 T1c") in {(one["kind"], one["subject"]) for one in listed}


def test_training_trains_every_encoder_once(request_of: CohortRequest) -> None:
    trained = train(request_of)
    assert list(trained.encoders) == ["fold 1", "fold 2", "everybody"]
    made = times(request_of.work, "encoders/*.safetensors")
    assert len(made) == 3
    told = fractions(train, request_of)
    assert times(request_of.work, "encoders/*.safetensors") == made
    assert told == sorted(told)
    assert list(request_of.work.glob("*/*.checkpoint")) == list(request_of.work.glob("*/.*")) == []


def test_the_published_method_keeps_its_predictions_and_refits_and_makes_none_twice(request_of: CohortRequest) -> None:
    asked = replace(request_of, head="paper", refits=1)
    trained = train(asked)
    assert [path.name for path in trained.paper] == ["predictions_log2_rsem.npz", "predictions_z.npz"]
    found = read_prediction(trained.paper[0], list(trained.prepared.patients), LOG2)
    assert found.predicted.shape == found.mean.shape == (PATIENTS, len(LOG2))
    assert found.refits.deviations.shape == (1, PATIENTS, len(LOG2))
    assert sorted(found.refits.orders[0]) == list(range(PATIENTS))
    # The last patient has no z-scores, exchanges nothing, and is in the other folds' training all the same.
    assert found.refits.orders[0, -1] == PATIENTS - 1
    with np.load(trained.paper[1], allow_pickle=False) as arrays:
        assert arrays["predicted"].shape == (PATIENTS, len(Z))
        assert np.isfinite(arrays["refitted"][:, :-1]).all()
    made = times(asked.work, "paper/fold-*.npz")
    assert len(made) == 4
    told = fractions(train, asked)
    assert times(asked.work, "paper/fold-*.npz") == made
    assert told == sorted(told)
    more = train(replace(asked, refits=2))
    assert len(times(asked.work, "paper/fold-*.npz")) == 6
    again = read_prediction(more.paper[0], list(more.prepared.patients), LOG2)
    np.testing.assert_array_equal(again.refits.deviations[0], found.refits.deviations[0])
    assert list(asked.work.glob("*/*.checkpoint")) == list(asked.work.glob("*/.*")) == []


def test_a_prediction_of_the_published_method_never_saw_its_patient(request_of: CohortRequest) -> None:
    trained = train(replace(request_of, head="paper"))
    with np.load(trained.paper[0], allow_pickle=False) as arrays:
        means = np.unique(arrays["mean"][:, 0])
    # Two folds: each patient is measured against the mean of the other fold.
    assert len(means) == 2
    assert means.sum() == pytest.approx(0, abs=1e-6)


def test_canceling_a_training_keeps_what_is_trained(request_of: CohortRequest) -> None:
    asked = replace(request_of, work=request_of.work.parent / "canceled")

    def cancel(_fraction: float, step: str) -> None:
        if "fold 2" in step:
            raise Canceled(step)

    with pytest.raises(Canceled):
        train(asked, cancel)
    assert len(times(asked.work, "encoders/*.safetensors")) == 1


def test_a_validation_prepares_first_and_gets_what_was_asked(
    request_of: CohortRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "first").touch()
    asked = replace(request_of, work=tmp_path, workers=Workers(jobs=1), start_from=tmp_path / "first")
    given = {}

    def validate_cohort(
        cohort: Cohort, settings: BuildSettings, work: Path, progress: Progress, **more: object
    ) -> Path:
        given.update(cohort=cohort, head=settings.head, epochs=settings.encoder.epochs, **more)
        given["prepared"] = len(list((work / "prepared").glob("*.npz")))
        return work / "validation"

    monkeypatch.setattr(cohort_validation, "validate_cohort", validate_cohort)
    assert validate(asked, gene_sets=Path("sets.gmt")) == tmp_path / "validation"
    assert len(given["cohort"].patients) == given["prepared"] == PATIENTS
    assert (given["head"].repeats, given["head"].permutations, given["epochs"]) == (1, 20, 1)
    assert given["gene_sets"] == Path("sets.gmt")
    assert (given["workers"], given["start_from"]) == (asked.workers, tmp_path / "first")


def test_first_weights_that_are_not_there_are_named(request_of: CohortRequest, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no weights to start from"):
        train(replace(request_of, start_from=tmp_path / "first"))


@pytest.mark.parametrize(("head", "kind"), [("kernel", HeadSettings), ("paper", PaperSettings)])
def test_a_bundle_is_made_of_the_encoders_that_are_there(
    request_of: CohortRequest, monkeypatch: pytest.MonkeyPatch, head: str, kind: type
) -> None:
    train(request_of)
    before = times(request_of.work, "encoders/*.safetensors")
    given = {}

    def build_bundle(cohort: Cohort, settings: BuildSettings, work: Path, output: Path, **_: object) -> Path:
        given.update(patients=len(cohort.patients), head=settings.head, epochs=settings.encoder.epochs, work=work)
        return output

    monkeypatch.setattr(build, "build_bundle", build_bundle)
    asked = replace(request_of, head=head)
    assert bundle(asked, request_of.work.parent / "bundle") == request_of.work.parent / "bundle"
    assert times(request_of.work, "encoders/*.safetensors") == before
    assert (given["patients"], given["epochs"], given["work"]) == (PATIENTS, 1, request_of.work)
    assert type(given["head"]) is kind


def test_the_published_head_cannot_take_the_encoder_of_another_bundle(
    request_of: CohortRequest, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="trained together with its encoder"):
        bundle(replace(request_of, head="paper"), tmp_path / "new", kept=tmp_path)


def test_a_bundle_never_overwrites_and_says_so_before_it_trains(request_of: CohortRequest, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="exists already"):
        bundle(replace(request_of, work=tmp_path / "work"), tmp_path)
    assert not (tmp_path / "work").exists()


def test_a_report_without_a_validation_names_the_command_that_makes_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="radiogenomics-train validate"):
        report(tmp_path)


def test_without_data_it_says_where_to_point(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("RADIOGENOMICS_DATA", raising=False)
    with pytest.raises(InputError, match="RADIOGENOMICS_DATA"):
        prepare(CohortRequest("tcga-lgg", tmp_path))


def test_a_cohort_of_features_is_validated_without_images(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, data_root: Path
) -> None:
    asked = []
    monkeypatch.setattr(cohort_validation, "validate_cohort", lambda *args, **_: asked.append(args) or tmp_path)
    validate(CohortRequest("nsclc-r01", tmp_path, data_root, repeats=3))
    ((cohort, settings, work, _),) = asked
    assert isinstance(cohort, FeatureCohort)
    assert (settings.head.repeats, work) == (3, tmp_path)
