"""The main job from the command line: sample in, a whole output folder out, with the shipped model on the CPU."""

from __future__ import annotations

import csv
import json
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from RadioGenomicsLib import cli
from RadioGenomicsLib.errors import OutputError
from RadioGenomicsLib.imaging.brain import available_methods
from RadioGenomicsLib.resources import resource_path

FILES = {
    "gene_table.csv",
    "panels.csv",
    "prediction.json",
    "brain.seg.nrrd",
    "tumor.seg.nrrd",
    "attribution.nrrd",
    "scene.mrb",
    "report.html",
}
GENE_COLUMNS = (
    "symbol,ensembl_id,predicted_z,predicted_log2,interval_low,interval_high,percentile,cv_r,expected_r,cv_p_adjusted,"
    "reliable"
)


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output folder of the synthetic head: no data, no cache, no network."""
    if not resource_path("Models", "tcga-lgg", "model.json").is_file():
        pytest.skip("Resources/Models/tcga-lgg is not trained yet")

    folder = tmp_path_factory.mktemp("predict")
    assert _predict_synthetic(folder) == 0
    return folder / "out"


def _predict_synthetic(folder: Path) -> int:
    def refuse(*_: object, **__: object) -> None:
        raise urllib.error.URLError("no network")

    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("RADIOGENOMICS_DATA", raising=False)
        patch.setenv("RADIOGENOMICS_CACHE", str(folder / "cache"))
        patch.setattr(urllib.request, "urlopen", refuse)
        return cli.main(["predict", "--sample", "--device", "cpu", "--output", str(folder / "out")])


def test_every_file_is_there_and_none_is_empty(output: Path) -> None:
    assert {path.name for path in output.iterdir()} >= FILES
    assert all((output / name).stat().st_size for name in FILES)


def test_nothing_half_written_is_left_beside_the_output(output: Path) -> None:
    assert [path.name for path in output.parent.iterdir() if path.name != "cache"] == ["out"]


def test_the_gene_table_has_its_columns_and_a_row_for_every_gene(output: Path) -> None:
    with (output / "gene_table.csv").open(encoding="utf-8") as file:
        assert file.readline().strip() == GENE_COLUMNS
        rows = list(csv.reader(file))
    assert len(rows) > 1000
    low, value, high = (float(rows[0][n]) for n in (4, 2, 5))
    assert low < value < high


@pytest.mark.parametrize("name", ["report.html", "prediction.json"])
def test_what_people_read_says_research_use_only_and_synthetic(output: Path, name: str) -> None:
    text = (output / name).read_text(encoding="utf-8").lower()
    assert "research use only" in text
    assert "synthetic" in text


def test_the_figures_that_a_batch_sums_up_are_in_the_json(output: Path) -> None:
    prediction = json.loads((output / "prediction.json").read_text(encoding="utf-8"))
    assert prediction["tumor_ml"] > 0
    assert 0 <= prediction["distance_percentile"] <= 100
    assert isinstance(prediction["far_from_training"], bool)


def test_a_second_run_into_the_same_folder_is_refused(output: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (output / "prediction.json").read_bytes()
    assert _predict_synthetic(output.parent) == OutputError.exit_code
    assert "not empty" in capsys.readouterr().err
    assert (output / "prediction.json").read_bytes() == before


def test_the_json_says_how_brain_and_tumor_were_found_and_with_which_packages(output: Path) -> None:
    provenance = json.loads((output / "prediction.json").read_text(encoding="utf-8"))["provenance"]
    assert provenance["brain_from"] == available_methods()[0]
    assert provenance["tumor_from"] == "network outline"
    assert {"numpy", "scipy", "simpleitk", "torch", "deepbet"} <= provenance.keys()
