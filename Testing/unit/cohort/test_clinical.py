"""Clinical traits from several tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from RadioGenomicsLib.errors import InputError
from RadioGenomicsTrainLib.cohort.clinical import ClinicalSource
from RadioGenomicsTrainLib.cohort.clinical import read_clinical


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
    traits = read_clinical([first, second])
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
