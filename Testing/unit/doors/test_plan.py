"""Planning and fetching, up to the door of the archive."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.cohort import idc
from RadioGenomicsTrainLib.cohort import idc_download
from RadioGenomicsTrainLib.cohort.dropped import Dropped
from RadioGenomicsTrainLib.cohort.idc import AccessError
from RadioGenomicsTrainLib.cohort.idc import Plan
from RadioGenomicsTrainLib.cohort.idc import PlannedSeries
from RadioGenomicsTrainLib.doors.plan import download
from RadioGenomicsTrainLib.doors.plan import plan

SERIES = PlannedSeries("P1", "CT", "tcga_luad", "1999-12-31", "CT", "chest", 3, 1.5, "CC BY 3.0", "", "1.2", "1.2.3")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple]:
    """What the index was asked for."""
    calls: list[tuple] = []

    def find(collection: str, rule: object, patients: list[str] | None) -> Plan:
        calls.append((collection, rule.id, patients))
        return Plan((SERIES,), (Dropped("series", "1.2.4", "it is a localizer"),), "25.0", rule.id)

    monkeypatch.setattr(idc, "plan", find)
    return calls


def test_a_cohort_brings_its_collection_and_rule(asked: list[tuple], tmp_path: Path) -> None:
    plan("tcga-luad", tmp_path / "work")
    assert asked == [("tcga_luad", "chest-ct", None)]
    assert idc.read_plan(tmp_path / "work" / "plan.csv") == (SERIES,)
    with (tmp_path / "work" / "plan_passed_over.csv").open(newline="") as file:
        assert list(csv.DictReader(file)) == [{"kind": "series", "subject": "1.2.4", "reason": "it is a localizer"}]


def test_another_collection_needs_a_rule(asked: list[tuple], tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"TCGA-LUSC: no rule.*chest-ct"):
        plan("TCGA-LUSC", tmp_path)
    plan("TCGA-LUSC", tmp_path, "chest-ct", ["P1"])
    assert asked == [("TCGA-LUSC", "chest-ct", ["P1"])]


@pytest.mark.parametrize("collection", ["tcga-lgg", "TCGA-GBM"])
def test_controlled_access_is_told_at_once(collection: str, tmp_path: Path) -> None:
    pytest.importorskip("idc_index_data", reason="idc-index-data is not installed")
    with pytest.raises(AccessError, match="controlled access"):
        plan(collection, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_series_go_where_the_cohort_looks_for_them(
    asked: list[tuple], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[tuple] = []
    monkeypatch.setattr(idc_download, "download", lambda series, folder, _: fetched.append((series, folder)) or 1)
    with pytest.raises(InputError, match="radiogenomics-train plan tcga-luad"):
        download("tcga-luad", tmp_path, tmp_path / "data")
    plan("tcga-luad", tmp_path)
    count, folder = download("tcga-luad", tmp_path, tmp_path / "data")
    assert (count, folder) == (1, tmp_path / "data" / "tcga-luad" / "images")
    assert fetched == [((SERIES,), folder)]
