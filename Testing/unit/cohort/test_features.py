"""Published tables of image features, with their dirt."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.cohort.features import read_features
from RadioGenomicsTrainLib.cohort.sources import FeatureSource

TABLE = """ID,volume,ratio,date,same,rare,recurrence
TCGA-AA-0001,1662,0.5,1996.08.23,3,,1
TCGA-AA-0002,4362,#DIV/0!,1997.06.14,3,,0
TCGA-AA-0003-2,33404,inf,1998.02.01,3,7,1
TCGA-AA-0001-2,9,9,1998.02.01,9,9,1
TCGA-BB-0004,NA,-0.25,1998.02.02,3.0,,0
"""
NAME = re.compile("^TCGA-[A-Z0-9]{2}-[A-Z0-9]{4}")


@pytest.fixture
def source(tmp_path: Path) -> FeatureSource:
    path = tmp_path / "features.csv"
    path.write_text(TABLE)
    return FeatureSource(path, "ID", NAME, leave_out=("recurrence",))


def test_numbers_are_kept_and_gaps_are_nan(source: FeatureSource) -> None:
    table, _ = read_features(source)
    assert [(one.name, one.site) for one in table.patients] == [
        ("TCGA-AA-0001", "AA"),
        ("TCGA-AA-0002", "AA"),
        ("TCGA-AA-0003", "AA"),
        ("TCGA-BB-0004", "BB"),
    ]
    assert table.names == ("volume", "ratio")
    expected = [[1662, 0.5], [4362, np.nan], [33404, np.nan], [np.nan, -0.25]]
    assert table.values == pytest.approx(np.array(expected), nan_ok=True)


def test_everything_left_out_is_listed_with_its_reason(source: FeatureSource) -> None:
    reasons = {(one.kind, one.subject): one.reason for one in read_features(source)[1]}
    assert "text" in reasons["feature", "date"]
    assert "same value" in reasons["feature", "same"]
    assert "only 1 of 4 patients" in reasons["feature", "rare"]
    assert "leaves it out" in reasons["feature", "recurrence"]
    assert reasons["sample", "TCGA-AA-0001-2"] == "TCGA-AA-0001 comes first among this patient's rows"
    assert "#DIV/0!" in reasons["value", "TCGA-AA-0002 ratio"]
    assert "inf" in reasons["value", "TCGA-AA-0003 ratio"]
    assert len(reasons) == 7


def test_only_the_columns_to_keep_are_features(source: FeatureSource) -> None:
    table, dropped = read_features(replace(source, keep=re.compile("vol.*"), leave_out=()))
    assert table.names == ("volume",)
    assert any(one.subject == "recurrence" and "not keep it" in one.reason for one in dropped)


@pytest.mark.parametrize("form", ["xlsx", "tsv.gz"])
def test_spreadsheets_and_gzipped_tables_are_read_the_same(source: FeatureSource, form: str) -> None:
    path = source.path.with_name(f"features.{form}")
    if form == "xlsx":
        openpyxl = pytest.importorskip("openpyxl")
        book = openpyxl.Workbook()
        book.active.append(["another sheet"])
        sheet = book.create_sheet("features")
        for line in TABLE.splitlines():
            sheet.append([float(cell) if re.fullmatch("[0-9]+", cell) else cell or None for cell in line.split(",")])
        book.save(path)
    else:
        path.write_bytes(gzip.compress(TABLE.replace(",", "\t").encode()))
    table, dropped = read_features(replace(source, path=path, sheet="features" if form == "xlsx" else None))
    expected, expected_dropped = read_features(source)
    assert table.names == expected.names
    assert table.patients == expected.patients
    assert table.values == pytest.approx(expected.values, nan_ok=True)
    assert [(one.kind, one.subject) for one in dropped] == [(one.kind, one.subject) for one in expected_dropped]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"patient_column": "patient"}, "no column 'patient'"),
        ({"leave_out": ("recurence",)}, "no column 'recurence'"),
        ({"keep": re.compile("gene.*")}, "none of its columns"),
        ({"name": None}, "no TCGA barcode"),
        ({"path": Path("absent.csv")}, "absent.csv: this is no table"),
    ],
)
def test_a_wrong_source_is_refused_with_the_reason(source: FeatureSource, change: dict, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        read_features(replace(source, **change))


def test_a_file_that_is_no_spreadsheet_is_refused(source: FeatureSource) -> None:
    pytest.importorskip("openpyxl")
    path = source.path.rename(source.path.with_name("features.xlsx"))
    with pytest.raises(InputError, match="this is no table of features"):
        read_features(replace(source, path=path))
