"""How large a correlation has to be, for a number of patients and of tests."""

from __future__ import annotations

from RadioGenomicsLib.report.numbers import plain
from RadioGenomicsTrainLib.report.content import Points
from RadioGenomicsTrainLib.report.content import Section
from RadioGenomicsTrainLib.report.content import Table
from RadioGenomicsTrainLib.report.content import Text
from RadioGenomicsTrainLib.report.validation_record import Record
from RadioGenomicsTrainLib.report.wording import count

_NULLS = {"textbook": "textbook", "out_of_fold": "out of fold"}


def power(record: Record) -> Section:
    """Show the smallest r that is significant by itself."""
    title = "What this number of patients can show"
    found = {(row["n"], row["tests"], row["null"]): row["critical_r"] for row in record.rows("power")}
    if not found:
        return Section("power", title, (Text("The power table was not made."),))
    tests = sorted({key[1] for key in found})
    rows = [
        (count(n), words, *(plain(found.get((n, one, null), float("nan"))) for one in tests))
        for n in sorted({key[0] for key in found})
        for null, words in _NULLS.items()
    ]
    here = {count(block["n"]) for block in record.blocks}
    marked = frozenset(place for place, row in enumerate(rows) if row[0] in here)
    columns = ("Patients", "Null", *(count(one, "test") for one in tests))
    caption = "Critical r: one-sided, first step of Holm-Šidák at 5 %; this cohort's rows stand out"
    parts = (
        Points([words for block in record.blocks for words in _here(found, block["n"], block["genes"], block["unit"])]),
        Table(caption, columns, rows, words=(1,), marked=marked),
        Text(
            "Out of fold: the shipped head on 76 features of pure noise, 5-fold; a predictor with fewer effective "
            "features needs somewhat less. Textbook: Student's t, right for one untouched test set.",
            small=True,
        ),
    )
    return Section("power", title, parts)


def _here(found: dict[tuple[float, float, str], float], n: float, genes: float, unit: str) -> list[str]:
    critical = {null: found[n, genes, null] for null in _NULLS if (n, genes, null) in found}
    if len(critical) < len(_NULLS):
        return []
    return [
        f"With {count(n, 'patient')} and {count(genes, 'gene')} ({unit}) a single gene is significant by itself from "
        f"an r of about {plain(critical['out_of_fold'])} out of fold; the textbook would be content with "
        f"{plain(critical['textbook'])}."
    ]
