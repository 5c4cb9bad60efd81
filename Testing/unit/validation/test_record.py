"""The record of a validation."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from RadioGenomicsLib.errors import Canceled
from RadioGenomicsLib.errors import OutputError
from RadioGenomicsTrainLib.validation import record
from RadioGenomicsTrainLib.validation.block_findings import decide
from RadioGenomicsTrainLib.validation.cohort_data import CohortData
from RadioGenomicsTrainLib.validation.ladder import climb
from RadioGenomicsTrainLib.validation.record import write_record
from RadioGenomicsTrainLib.validation.record_tables import COLUMNS
from Testing.unit.validation.small_data import SETTINGS
from Testing.unit.validation.small_data import N
from Testing.unit.validation.small_data import small_data

TARGET_COLUMNS = (
    "n r r_low r_high r_site_disjoint r2_oos ccc rmse_iqr slope half_width coverage p_parametric p p_holm_sidak "
    "q_benjamini_hochberg p_max_t r_nested p_nested p_nested_max_t half_width_nested coverage_nested expected_r "
    "expected_r_low expected_r_high reliable"
)


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with open(folder / f"{name}.csv", encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module", autouse=True)
def _small_power_table() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(record, "_POWER_SIZES", ())
        patch.setattr(record, "_POWER_TESTS", (31_793,))
        yield


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Path:
    return write_record(small_data(), SETTINGS, tmp_path_factory.mktemp("work") / "validation", cache)


def test_every_table_has_the_columns_that_the_report_reads(folder: Path) -> None:
    for name, columns in COLUMNS.items():
        assert (folder / f"{name}.csv").read_text().splitlines()[0] == columns.replace(" ", ",")
    assert list(table(folder, "genes_log2")[0]) == ["symbol", *TARGET_COLUMNS.split()]
    assert list(table(folder, "hallmarks_log2")[0]) == ["gene_set", "members", *TARGET_COLUMNS.split()]


def test_the_card_says_what_was_done_and_what_was_not(folder: Path) -> None:
    card = json.loads((folder / "record.json").read_text())
    assert card["schema"] == 1
    assert card["cohort"]["id"] == "small"
    assert card["settings"]["permutations"] == SETTINGS.permutations
    assert card["blocks"] == [{"id": "log2", "unit": "log2", "n": N - 2, "genes": 12, "patients_excluded": 2}]
    assert card["default_rung"] == "default"
    assert {"software", "versions", "platform", "seed", "started", "seconds"} <= card["provenance"].keys()
    assert "Not run: frozen encoder. There is none." in card["notes"]
    assert any(note.startswith("Default against age, sex, grade: median r +") for note in card["notes"])


def test_a_figure_that_does_not_apply_is_an_empty_cell(folder: Path) -> None:
    mean = table(folder, "ladder")[0]
    assert mean["kind"] == "training_mean"
    assert mean["null"] == "none"
    assert {mean[name] for name in ("max_t", "share_above_03_p", "count_p", "delta_p", "compared_with")} == {""}
    assert mean["best_100_mean_r"] == ""
    assert mean["parametric_holm_sidak"] == "0"


def test_the_counts_of_the_ladder_are_those_of_its_genes(folder: Path) -> None:
    row = next(
        r for r in table(folder, "ladder") if (r["family"], r["kind"], r["splits"]) == ("genes", "default", "random")
    )
    genes = table(folder, "genes_log2")
    assert int(row["max_t"]) == sum(float(gene["p_max_t"]) <= 0.05 for gene in genes) > 0
    assert int(row["oof_holm_sidak"]) == sum(float(gene["p_holm_sidak"]) <= 0.05 for gene in genes)
    assert float(row["median_r"]) == pytest.approx(np.median([float(gene["r"]) for gene in genes]), abs=1e-5)
    assert float(genes[0]["r_site_disjoint"]) > 0.3
    counts = [int(one["parametric_holm_sidak"]) for one in table(folder, "permuted_counts")]
    assert len(counts) == SETTINGS.permutations
    assert float(row["count_permuted_mean"]) == pytest.approx(np.mean(counts))


def test_the_nested_figures_are_told_beside_those_with_choices_on_the_same_patients(folder: Path) -> None:
    rows = table(folder, "nested")
    assert [(row["block"], row["splits"]) for row in rows] == [("log2", "random"), ("log2", "site_disjoint")]
    genes = table(folder, "genes_log2")
    row = rows[0]
    assert int(row["max_t"]) == sum(gene["reliable"] == "true" for gene in genes) > 0
    assert all((gene["reliable"] == "true") == (float(gene["p_nested_max_t"]) <= 0.05) for gene in genes)
    assert int(row["permutations"]) == SETTINGS.nested_permutations
    assert float(row["median_r"]) == pytest.approx(np.median([float(gene["r_nested"]) for gene in genes]), abs=1e-5)
    assert float(row["median_r_low"]) < float(row["median_r"]) < float(row["median_r_high"])
    assert float(row["mean_r_low"]) < float(row["mean_r"]) < float(row["mean_r_high"])
    spread = [np.ptp([float(gene[name]) for gene in genes]) for name in ("expected_r", "r_nested")]
    assert spread[0] < spread[1]
    chosen = [one for one in table(folder, "nested_choices") if one["splits"] == "random"]
    folds = SETTINGS.folds * SETTINGS.repeats
    for part in ("features", "subtype weight", "programmes", "ridge"):
        assert sum(int(one["folds"]) for one in chosen if one["part"] == part) == folds
    (area,) = table(folder, "nested_subtypes")
    assert float(area["auc_low"]) <= float(area["auc"]) <= float(area["auc_high"])


def test_a_cohort_with_nothing_to_choose_from_has_no_nested_figures(tmp_path: Path, cache: Path) -> None:
    folder = write_record(replace(small_data(), sets=None), SETTINGS, tmp_path / "validation", cache)
    assert table(folder, "nested") == table(folder, "nested_choices") == table(folder, "nested_subtypes") == []
    genes = table(folder, "genes_log2")
    assert {gene["expected_r"] for gene in genes} == {""}
    assert any(gene["reliable"] == "true" for gene in genes)


def test_each_distribution_of_r_adds_up_to_one(folder: Path) -> None:
    shares: dict[tuple[str, str], float] = {}
    for one in table(folder, "histograms"):
        key = one["rung"], one["series"]
        shares[key] = shares.get(key, 0) + float(one["share"])
    assert {series for _, series in shares} == {"observed", "exact_null", "textbook_null"}
    assert list(shares.values()) == pytest.approx([1.0] * len(shares), abs=1e-3)


def test_subtypes_sites_panels_and_the_flow_are_told(folder: Path) -> None:
    (area,) = table(folder, "subtypes")
    assert float(area["auc_low"]) <= float(area["auc"]) <= float(area["auc_high"])
    assert {row["stratum"] for row in table(folder, "within_subtype")} == {"case", "other", "pooled"}
    assert {row["site"] for row in table(folder, "sites")} == {"DU", "HT", "CS", "FG"}
    assert sum(int(row["count"]) for row in table(folder, "calibration")) == (N - 2) * 12
    panels = table(folder, "panels")
    known = [row for row in panels if row["symbol"] == "EGFR"]
    assert known
    assert all(row["in_model"] == "true" and row["r"] for row in known)
    assert any(row["in_model"] == "false" and row["r"] == "" for row in panels)
    assert table(folder, "flow") == [{"step": "made", "kind": "patient", "kept": str(N), "dropped": "1"}]
    assert table(folder, "dropped") == [{"kind": "patient", "name": "P99", "reason": "made up"}]
    assert {(row["n"], row["tests"]) for row in table(folder, "power")} >= {("38", "12"), ("38", "31793")}


def test_a_cohort_without_sites_and_subtypes_has_empty_tables(tmp_path: Path, cache: Path) -> None:
    data = small_data()
    features = {kind: values for kind, values in data.features.items() if kind != "site"}
    nowhere = np.array([""] * N)
    bare = replace(data, features=features, sites=nowhere, strata=nowhere, outcomes={})
    folder = write_record(bare, SETTINGS, tmp_path / "validation", cache)
    for name in ("sites", "subtypes", "within_subtype"):
        assert (folder / f"{name}.csv").read_text().splitlines() == [COLUMNS[name].replace(" ", ",")]
    assert {row["r_site_disjoint"] for row in table(folder, "genes_log2")} == {""}


def test_a_simpler_rung_that_does_as_well_is_the_default(cache: Path) -> None:
    def decision(data: CohortData) -> tuple[str, list[str]]:
        return decide(climb(data, data.blocks[0], SETTINGS, cache)["genes"], SETTINGS, cache)

    name, notes = decision(small_data(signal="clinical"))
    assert name == "age, sex, grade"
    assert "A simpler rung does as well" in notes[0]
    name, notes = decision(small_data())
    assert name == "default"
    assert "The default is radiomics: its predictions are the same." in notes


def test_the_default_that_wins_is_shown_gene_by_gene(tmp_path: Path, cache: Path) -> None:
    folder = write_record(small_data(signal="clinical"), SETTINGS, tmp_path / "validation", cache)
    card = json.loads((folder / "record.json").read_text())
    assert card["default_rung"] == "age, sex, grade"
    row = next(one for one in table(folder, "ladder") if one["kind"] == "clinical" and one["family"] == "genes")
    genes = table(folder, "genes_log2")
    assert float(row["median_r"]) == pytest.approx(np.median([float(gene["r"]) for gene in genes]), abs=1e-5)
    assert all(gene["r_site_disjoint"] for gene in genes)
    assert {one["rung"] for one in table(folder, "permuted_counts")} == {"age, sex, grade"}


def test_an_older_record_is_replaced_by_a_whole_new_one(tmp_path: Path, cache: Path) -> None:
    target = tmp_path / "validation"
    target.mkdir()
    (target / "stale.csv").write_text("old")
    write_record(small_data(), SETTINGS, target, cache)
    assert (target / "record.json").exists()
    assert not (target / "stale.csv").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["validation"]


def test_canceled_work_leaves_the_older_record_as_it_was(tmp_path: Path, cache: Path) -> None:
    def cancel(fraction: float, step: str) -> None:
        if fraction > 0.96:
            raise Canceled(step)

    (tmp_path / "validation").mkdir()
    (tmp_path / "validation" / "record.json").write_text("{}")
    with pytest.raises(Canceled):
        write_record(small_data(), SETTINGS, tmp_path / "validation", cache, cancel)
    assert (tmp_path / "validation" / "record.json").read_text() == "{}"
    assert [path.name for path in tmp_path.iterdir()] == ["validation"]


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        write_record(small_data(), SETTINGS, tmp_path / "file" / "validation", cache)


def test_progress_rises_to_one(tmp_path: Path, cache: Path) -> None:
    told: list[float] = []
    write_record(small_data(), SETTINGS, tmp_path / "validation", cache, lambda fraction, _: told.append(fraction))
    assert told == sorted(told)
    assert told[-1] == 1.0
