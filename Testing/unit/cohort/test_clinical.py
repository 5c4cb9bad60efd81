"""Clinical traits from several tables."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.cohort.clinical import ClinicalSource
from RadioGenomicsTrainLib.cohort.clinical import ClinicalTraits
from RadioGenomicsTrainLib.cohort.clinical import read_clinical
from RadioGenomicsTrainLib.cohort.description import read_description


def source(folder: Path, text: str, columns: dict[str, str], **values: dict[str, str]) -> ClinicalSource:
    """Write a table and describe it."""
    path = folder / f"{len(list(folder.iterdir()))}.csv"
    path.write_text(text)
    return ClinicalSource(path, "patient", columns, values)


def test_the_first_table_decides_and_the_second_fills_gaps(tmp_path: Path) -> None:
    first = source(tmp_path, "patient,years,g\nTCGA-CS-4941,67,\nTCGA-CS-4942,NA,G2\n", {"age": "years", "grade": "g"})
    second = source(
        tmp_path, "patient,a,f\nTCGA_CS_4941,60,1\nTCGA_CS_4942,44,0\n", {"age": "a", "sex": "f"}, sex={"1": "female"}
    )
    traits, _ = read_clinical([first, second])
    assert (traits["TCGA-CS-4941"].age, traits["TCGA-CS-4941"].sex, traits["TCGA-CS-4941"].grade) == (
        67,
        "female",
        None,
    )
    assert (traits["TCGA-CS-4942"].age, traits["TCGA-CS-4942"].grade) == (44, "G2")


@pytest.mark.parametrize(
    ("columns", "text", "reason"),
    [
        ({"age": "years"}, "patient,age\nTCGA-CS-4941,67\n", "lacks the column 'years'"),
        ({"age": "age"}, "patient,age\nTCGA-CS-4941,old\n", "the age of TCGA-CS-4941 is 'old'"),
        ({"shoe size": "age"}, "patient,age\nTCGA-CS-4941,67\n", "no trait 'shoe size'"),
        ({"age": "age"}, "patient,age\nsomebody,67\n", "no TCGA barcode"),
        ({"age": "age"}, "", "lacks the column"),
    ],
)
def test_a_wrong_table_is_refused_with_the_reason(
    tmp_path: Path, columns: dict[str, str], text: str, reason: str
) -> None:
    with pytest.raises(InputError, match=reason):
        read_clinical([source(tmp_path, text, columns)])


def test_a_table_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_clinical([ClinicalSource(tmp_path / "absent.csv", "patient", {}, {})])


def read(folder: Path, text: str, **values: dict[str, str]) -> tuple[dict[str, ClinicalTraits], dict[str, str]]:
    """Read a table of age, sex, grade and subtype; return traits by last digit, and reasons by subject."""
    columns = {name: name for name in ("age", "sex", "grade", "subtype")}
    traits, dropped = read_clinical([source(folder, f"patient,age,sex,grade,subtype\n{text}", columns, **values)])
    return {name[-1]: one for name, one in traits.items()}, {one.subject: one.reason for one in dropped}


def test_rows_of_a_patient_fill_each_others_gaps(tmp_path: Path) -> None:
    traits, dropped = read(
        tmp_path,
        "TCGA-CS-0001,44,,G3,\nTCGA-CS-0001,44.0,F,Grade III,IDHwt\nTCGA-CS-0001,,,,\nTCGA-CS-0002,'--,M,,\n",
    )
    assert traits["1"] == ClinicalTraits(44.0, "female", "G3", subtype="IDHwt")
    assert traits["2"] == ClinicalTraits(sex="male")
    assert not dropped


def test_what_rows_contradict_is_unknown_and_listed(tmp_path: Path) -> None:
    traits, dropped = read(tmp_path, "TCGA-CS-0001,44,F,G3,\nTCGA-CS-0001,49,F,G2,\nTCGA-CS-0002,50,M,G2,\n")
    assert traits["1"] == ClinicalTraits(sex="female")
    assert traits["2"].age == 50
    assert dropped == {
        "TCGA-CS-0001 age": "its rows contradict each other: 44, 49",
        "TCGA-CS-0001 grade": "its rows contradict each other: G3, G2",
    }


def test_a_recurrent_tumor_does_not_contradict_the_primary_one(tmp_path: Path) -> None:
    rows = "TCGA-CS-0001-02,49,F,G4,\nTCGA-CS-0001-01,44,F,G2,\nTCGA-CS-0002-02,50,M,G3,\n"
    traits, dropped = read(tmp_path, rows)
    assert traits["1"] == ClinicalTraits(44.0, "female", "G2")
    assert traits["2"] == ClinicalTraits(50.0, "male", "G3")
    assert dropped == {"TCGA-CS-0001-02": "it is no primary tumor but a recurrent solid tumor"}


def test_a_later_table_decides_what_the_first_one_contradicts(tmp_path: Path) -> None:
    columns = {"age": "age"}
    first = source(tmp_path, "patient,age\nTCGA-CS-0001,44\nTCGA-CS-0001,49\n", columns)
    second = source(tmp_path, "patient,age\nTCGA-CS-0001,45\n", columns)
    traits, dropped = read_clinical([first, second])
    assert traits["TCGA-CS-0001"].age == 45
    assert len(dropped) == 1


def test_no_word_for_missing_becomes_a_subtype(tmp_path: Path) -> None:
    words = ["'--", "not reported", "Not Reported", "[Not Evaluated]", "[Discrepancy]", "unknown", "NA ", "None", "-"]
    traits, dropped = read(tmp_path, "".join(f"TCGA-CS-000{n},,,,{word}\n" for n, word in enumerate(words)))
    assert {one.subtype for one in traits.values()} == {None}
    assert not dropped


def test_no_code_for_missing_becomes_a_subtype(tmp_path: Path) -> None:
    codes = ["-9", "-999", "9999", "999.0", "9", "C1"]
    traits, dropped = read(tmp_path, "".join(f"TCGA-CS-000{n},,,,{code}\n" for n, code in enumerate(codes)))
    assert [one.subtype for one in traits.values()] == [None, None, None, None, "9", "C1"]
    assert dropped["TCGA-CS-0000 subtype"] == "-9 stands for a missing value"
    assert len(dropped) == 4


def test_spellings_of_a_subtype_in_other_case_are_one_subtype_and_told(tmp_path: Path) -> None:
    words = ["IDHwt", "IDHwt", "idhwt", "IDHmut codel", "IDHmut_codel", "1p/19q+", "1p/19q-"]
    traits, dropped = read(tmp_path, "".join(f"TCGA-CS-000{n},,,,{word}\n" for n, word in enumerate(words)))
    assert [one.subtype for one in traits.values()] == [*["IDHwt"] * 3, *["IDHmut codel"] * 2, "1p/19q+", "1p/19q-"]
    assert list(dropped.values()) == ["spellings were joined: 'IDHwt', 'idhwt'; 'IDHmut codel', 'IDHmut_codel'"]


def test_a_word_that_is_no_sex_or_grade_is_listed(tmp_path: Path) -> None:
    traits, dropped = read(tmp_path, "TCGA-CS-0001,1,X,II-III,\nTCGA-CS-0002,2,f,GX,\nTCGA-CS-0003,3,m,2,\n")
    assert [one.sex for one in traits.values()] == [None, "female", "male"]
    assert [one.grade for one in traits.values()] == [None, None, "G2"]
    assert dropped == {
        "TCGA-CS-0001 sex": "'X' is no sex that is known",
        "TCGA-CS-0001 grade": "'II-III' is no grade that is known",
    }


@pytest.mark.parametrize("trait", ["sex", "grade"])
def test_a_column_in_words_that_are_not_known_is_refused_with_what_to_declare(tmp_path: Path, trait: str) -> None:
    row = "TCGA-CS-0001,40,1,G2,\n" if trait == "sex" else "TCGA-CS-0001,40,f,low,\n"
    with pytest.raises(InputError, match=rf"clinical.values.{trait}\]"):
        read(tmp_path, row)


def test_declared_codes_hold_however_a_spreadsheet_writes_them(tmp_path: Path) -> None:
    row = "TCGA-CS-0001,>89,1.0,Low Grade,\nTCGA-CS-0002,40,2,low grade,\n"
    traits, dropped = read(tmp_path, row, sex={"1": "male", "2": "F"}, grade={"low grade": "WHO II"}, age={">89": "90"})
    assert traits["1"] == ClinicalTraits(90.0, "male", "G2")
    assert traits["2"] == ClinicalTraits(40.0, "female", "G2")
    assert not dropped


def test_days_since_birth_are_told_and_impossible_ages_listed(tmp_path: Path) -> None:
    traits, dropped = read(tmp_path, "TCGA-CS-0001,-16071,,,\nTCGA-CS-0002,-23742,,,\n")
    assert traits["1"].age == pytest.approx(44.0)
    assert list(dropped.values()) == ["its ages are days, and were divided by 365.25"]
    traits, dropped = read(tmp_path, "TCGA-CS-0001,44,,,\nTCGA-CS-0002,999,,,\n")
    assert (traits["1"].age, traits["2"].age) == (44, None)
    assert dropped == {"TCGA-CS-0002 age": "999 stands for a missing value"}


def test_the_traits_of_tcga_glioma_are_those_of_the_source(data_root: Path) -> None:
    description = read_description("tcga-lgg", data_root)
    traits, dropped = read_clinical(description.clinical)
    assert not dropped
    assert {one.grade for one in traits.values()} == {"G2", "G3", "G4", None}
    assert {one.sex for one in traits.values()} == {"female", "male", None}


def test_a_spreadsheet_is_read_like_text(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (
        ["patient", "scan", "age", "sex"],
        ["TCGA-CS-0001", datetime(2001, 3, 1), 44.5, "MALE"],
        ["tcga-cs-0002", None, None, "#N/A"],
    ):
        book.active.append(row)
    book.save(tmp_path / "clinical.xlsx")
    table = ClinicalSource(tmp_path / "clinical.xlsx", "patient", {"age": "age", "sex": "sex"}, {})
    traits, dropped = read_clinical([table])
    assert traits == {"TCGA-CS-0001": ClinicalTraits(44.5, "male"), "TCGA-CS-0002": ClinicalTraits()}
    assert not dropped
