"""The training command, up to the doors."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import OutputError
from RadioGenomicsLib.fan_out import Workers
from RadioGenomicsTrainLib import cli
from RadioGenomicsTrainLib.cohort.dropped import Dropped
from RadioGenomicsTrainLib.doors import associate
from RadioGenomicsTrainLib.doors import bundle
from RadioGenomicsTrainLib.doors import plan
from RadioGenomicsTrainLib.doors import prepare
from RadioGenomicsTrainLib.doors import report
from RadioGenomicsTrainLib.doors import train
from RadioGenomicsTrainLib.doors import validate
from RadioGenomicsTrainLib.doors.request import CohortRequest
from RadioGenomicsTrainLib.doors.train import Trained

COMMANDS = ("plan", "download", "prepare", "train", "validate", "associate", "report", "bundle")


class Genes:
    reliable = np.array([True, False])

    def __len__(self) -> int:
        return 2


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple]:
    """What the doors were asked for, in place of what is behind them."""
    asked: list[tuple] = []

    def stand_in(module: object, name: str, answer: object) -> None:
        monkeypatch.setattr(module, name, lambda *given: asked.append((name, *given)) or answer)

    planned = SimpleNamespace(patients=61, series=[1] * 62, megabytes=3600.0, rule="chest-ct")
    prepared = SimpleNamespace(patients={"p": 1}, dropped=[Dropped("patient", "q", "no"), Dropped("gene", "G", "no")])
    stand_in(plan, "plan", planned)
    stand_in(plan, "download", (2, Path("data")))
    stand_in(prepare, "prepare", prepared)
    stand_in(train, "train", Trained(prepared, paper=(Path("predictions_z.npz"),)))
    stand_in(validate, "validate", Path("work/validation"))
    stand_in(report, "report", Path("work/report"))
    stand_in(bundle, "bundle", SimpleNamespace(path=Path("out"), genes=Genes()))
    return asked


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert cli.main(list(arguments)) == 0
    out = capsys.readouterr().out
    assert "Research use only" in out
    return out


def test_every_command_has_a_help_that_says_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("", *COMMANDS):
        with pytest.raises(SystemExit) as stop:
            cli.main([command, "--help"] if command else ["--help"])
        assert stop.value.code == 0
        out = " ".join(capsys.readouterr().out.split())
        assert "Research use only" in out
        assert "exit codes: 0 done" in out
        assert re.search(r"None|EPOCHS|PERMUTATIONS", out) is None


def test_the_options_of_a_cohort_reach_the_door(calls: list[tuple], capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--data", "d", "--work", "w", "--jobs", "3", "--head", "paper", "--epochs", "2", "--device", "cpu"]
    assert "published method for 1 tables, of 1 patients" in said(
        capsys, "train", "tcga-lgg", *options, "--refits", "19"
    )
    name, asked, _ = calls[0]
    assert name == "train"
    assert asked == CohortRequest("tcga-lgg", Path("w"), Path("d"), Workers(jobs=3), "paper", "cpu", 2, refits=19)


def test_a_cluster_takes_the_place_of_jobs(calls: list[tuple], capsys: pytest.CaptureFixture[str]) -> None:
    assert "1 patients prepared, 1 left out" in said(
        capsys, "prepare", "tcga-lgg", "--work", "w", "--scheduler", "tcp://h:8786"
    )
    assert calls[0][1].workers.scheduler == "tcp://h:8786"


def test_a_validation_takes_repeats_permutations_and_gene_sets(
    calls: list[tuple], capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--work", "w", "--repeats", "4", "--permutations", "50", "--gene-sets", "h.gmt"]
    options += ["--epochs", "7", "--start-from", "w0"]
    assert "report --work w" in said(capsys, "validate", "tcga-lgg", *options)
    _, asked, _, gene_sets = calls[0]
    assert (asked.repeats, asked.permutations, asked.epochs, gene_sets) == (4, 50, 7, Path("h.gmt"))
    assert asked.start_from == Path("w0")


def test_a_bundle_is_told_with_its_genes(calls: list[tuple], capsys: pytest.CaptureFixture[str]) -> None:
    assert "2 genes, 1 reliable" in said(capsys, "bundle", "tcga-lgg", "--work", "w", "--output", "o")
    assert calls[0][2] == Path("o")


def test_a_plan_is_told_with_its_size_and_may_name_patients(
    calls: list[tuple], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "wanted.txt").write_text("P1\n\nP2\n")
    out = said(capsys, "plan", "tcga-luad", "--work", "w", "--patients", str(tmp_path / "wanted.txt"))
    assert "61 patients, 62 series, 3.6 GB" in out
    assert calls[0] == ("plan", "tcga-luad", Path("w"), None, ["P1", "P2"])


def test_what_was_planned_is_fetched_into_the_data(calls: list[tuple], capsys: pytest.CaptureFixture[str]) -> None:
    assert "2 series fetched" in said(capsys, "download", "tcga-luad", "--work", "w", "--data", "d")
    assert calls[0][:4] == ("download", "tcga-luad", Path("w"), Path("d"))


def test_a_report_needs_only_the_work_folder(calls: list[tuple], capsys: pytest.CaptureFixture[str]) -> None:
    assert "work/report" in said(capsys, "report", "--work", "w")
    assert calls == [("report", Path("w"), [])]


@pytest.mark.parametrize(("typed", "permutations"), [([], None), (["--permutations", "0"], 0)])
def test_an_association_tells_what_was_done_and_found(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: list[str], permutations: int | None
) -> None:
    asked: list[tuple] = []
    found = SimpleNamespace(r=[0.9, 0.8], pairs=2000, below_alpha=120)
    one = SimpleNamespace(
        found=found,
        unit="z",
        patients=88,
        lacking=3,
        unknown={"age": 3, "sex": 0},
        values="normal scores",
        family_wise="Bonferroni, as asked",
    )

    def door(request: CohortRequest, covariates: list[str], **more: object) -> tuple:
        asked.append((request.permutations, covariates, more["plain"]))
        return Path("w/associations.csv"), [one]

    monkeypatch.setattr(associate, "associate_cohort", door)
    out = said(capsys, "associate", "tcga-gbm", "--work", "w", "--covariates", "age, sex", "--plain-values", *typed)
    assert asked == [(permutations, ["age", "sex"], True)]
    assert "z, 88 patients: 2 of 2,000 pairs hold family-wise; 120 have p <= .05, 100 expected" in out
    assert "normal scores; family-wise p: Bonferroni, as asked" in out
    assert "3 more patients are left out: unknown is age of 3\n" in out


def test_cohorts_are_shown_side_by_side(calls: list[tuple], capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "report", "--work", "w", "--beside", "gbm", "--beside", "brca")
    assert calls == [("report", Path("w"), [Path("gbm"), Path("brca")])]


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        ["train", "tcga-lgg"],
        ["train", "tcga-lgg", "--work", "w", "--epochs", "0"],
        ["train", "tcga-lgg", "--work", "w", "--jobs", "2", "--scheduler", "tcp://h:8786"],
        ["bundle", "tcga-lgg", "--work", "w"],
        ["associate", "tcga-lgg", "--work", "w", "--permutations", "-1"],
    ],
)
def test_wrong_options_end_with_2(
    wrong: list[str], calls: list[tuple], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    with pytest.raises(SystemExit) as stop:
        cli.main(wrong)
    assert stop.value.code == 2
    assert calls == []


def test_an_expected_failure_is_one_line_with_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise OutputError("work", "the disk is full", "Make space.")

    monkeypatch.setattr(prepare, "prepare", fail)
    assert cli.main(["prepare", "tcga-lgg", "--work", "w"]) == OutputError.exit_code
    assert capsys.readouterr().err.splitlines() == ["error: work: the disk is full. Make space."]


def test_interrupted_it_says_how_to_go_on(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(train, "train", interrupt)
    assert cli.main(["train", "tcga-lgg", "--work", "w"]) == 130
    assert "run the same command again" in capsys.readouterr().err


def test_a_list_of_patients_that_is_not_there_is_named(
    calls: list[tuple], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["plan", "tcga-luad", "--work", "w", "--patients", str(tmp_path / "none.txt")]
    assert cli.main(arguments) == InputError.exit_code
    assert calls == []
