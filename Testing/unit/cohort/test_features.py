"""Published tables of image features, with their dirt."""

from __future__ import annotations

import gzip
import re
from dataclasses import replace
from datetime import date
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
        ({"patient_column": "patient"}, "lacks the column 'patient'"),
        ({"leave_out": ("recurence",)}, "lacks the column 'recurence'"),
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


def write(folder: Path, text: str, name: str = "features.tsv") -> FeatureSource:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return FeatureSource(path, "ID")


def test_decimal_commas_between_tabs_or_semicolons_are_read_and_told(tmp_path: Path) -> None:
    text = "ID\tvolume\tdistance\nTCGA-AA-0001\t224\t10,9631\nTCGA-AA-0002\t0\t1,0\nTCGA-AA-0003\t7\t1.234,5\n"
    for source in (write(tmp_path, text), write(tmp_path, text.replace("\t", ";"), "features.csv")):
        table, dropped = read_features(source)
        assert table.names == ("volume", "distance")
        assert table.values.tolist() == [[224, 10.9631], [0, 1], [7, 1234.5]]
        (told,) = dropped
        assert (told.kind, told.subject) == ("reading", source.path.name)
        assert "its commas are decimal" in told.reason


def test_only_primary_tumors_stand_for_a_patient(tmp_path: Path) -> None:
    text = "ID\tvolume\nTCGA-AA-0001-02\t9\nTCGA-AA-0001-01A\t5\nTCGA-AA-0002-11\t7\ntcga.aa.0003\t6\n"
    table, dropped = read_features(write(tmp_path, text))
    assert [one.name for one in table.patients] == ["TCGA-AA-0001", "TCGA-AA-0003"]
    assert table.values.tolist() == [[5], [6]]
    assert [(one.subject, one.reason) for one in dropped] == [
        ("TCGA-AA-0001-02", "it is no primary tumor but a recurrent solid tumor"),
        ("TCGA-AA-0002-11", "it is no primary tumor but a solid tissue normal"),
    ]


def test_thousands_separators_and_percentages_are_read_and_told(tmp_path: Path) -> None:
    text = 'ID,volume,ratio,share\nTCGA-AA-0001,"1,234",0.5,5%\nTCGA-AA-0002,27760,0.25,12.5%\n'
    table, dropped = read_features(write(tmp_path, text, "features.csv"))
    assert table.values.tolist() == [[1234, 0.5, 5], [27760, 0.25, 12.5]]
    assert {one.subject: one.kind for one in dropped} == {"features.csv": "reading", "share": "reading"}


def test_a_code_for_missing_is_missing_and_listed(tmp_path: Path) -> None:
    rows = [f"TCGA-AA-000{n}\t{-999 if n < 2 else 100 * n}\t{1e30 if n == 5 else n}" for n in range(6)]
    table, dropped = read_features(write(tmp_path, "\n".join(["ID\tvolume\tdepth", *rows, ""])))
    assert np.isnan(table.values[:, 0]).tolist() == [True, True, False, False, False, False]
    assert np.isnan(table.values[5, 1])
    assert {one.subject for one in dropped if one.kind == "value"} == {
        "TCGA-AA-0000 volume",
        "TCGA-AA-0001 volume",
        "TCGA-AA-0005 depth",
    }
    assert "-999, which stands for a missing value here: all other values are 0 or more" in dropped[0].reason


def test_a_column_with_a_word_says_which_and_how_many(tmp_path: Path) -> None:
    text = "ID\tvolume\tdepth\nTCGA-AA-0001\t1 mm\t1\nTCGA-AA-0002\t5\t2\nTCGA-AA-0003\t\t3\n"
    assert read_features(write(tmp_path, text))[1][0].reason == "it holds text: '1 mm' in 1 of 2 cells with a value"


def test_a_mixture_of_percentages_and_numbers_is_no_feature(tmp_path: Path) -> None:
    text = "ID\tshare\tdepth\nTCGA-AA-0001\t5%\t1\nTCGA-AA-0002\t0.05\t2\n"
    table, dropped = read_features(write(tmp_path, text))
    assert table.names == ("depth",)
    assert dropped[0].reason == "1 of its 2 values are percentages, the others are not"


def test_columns_that_repeat_or_have_no_name_are_listed_and_empty_ones_passed_over(tmp_path: Path) -> None:
    text = ",ID,volume,volume,,\n0,TCGA-AA-0001,5,5,,\n1,TCGA-AA-0002,6,6,,\n"
    table, dropped = read_features(write(tmp_path, text, "features.csv"))
    assert table.names == ("volume",)
    assert [(one.subject, one.reason) for one in dropped] == [
        ("column 1", "it has no name"),
        ("volume", "it stands twice with the same values"),
    ]


def test_dates_of_a_spreadsheet_are_text(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (
        ["ID", "scan", "volume"],
        ["tcga-aa-0001", date(2001, 3, 1), 5.5],
        ["TCGA-AA-0002", date(2002, 3, 1), 6],
    ):
        book.active.append(row)
    book.save(tmp_path / "features.xlsx")
    table, dropped = read_features(FeatureSource(tmp_path / "features.xlsx", "ID"))
    assert table.values.tolist() == [[5.5], [6]]
    assert "'2001-03-01 00:00:00' in 2 of 2" in dropped[0].reason
