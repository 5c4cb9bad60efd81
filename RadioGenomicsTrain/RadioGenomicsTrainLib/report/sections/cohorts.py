"""All cohorts in one table, beside what the seed paper published."""

from __future__ import annotations

from RadioGenomicsLib.report.numbers import UNKNOWN
from RadioGenomicsLib.report.numbers import p_value
from RadioGenomicsLib.report.numbers import plain
from RadioGenomicsTrainLib.report.charts.cohorts import cohorts_svg
from RadioGenomicsTrainLib.report.content import Figure
from RadioGenomicsTrainLib.report.content import Part
from RadioGenomicsTrainLib.report.content import Points
from RadioGenomicsTrainLib.report.content import Section
from RadioGenomicsTrainLib.report.content import Table
from RadioGenomicsTrainLib.report.content import Text
from RadioGenomicsTrainLib.report.validation_record import Record
from RadioGenomicsTrainLib.report.validation_record import Row
from RadioGenomicsTrainLib.report.wording import count
from RadioGenomicsTrainLib.report.wording import percent
from RadioGenomicsTrainLib.validation.cohort_table import SEED_CAVEAT


def cohorts(record: Record) -> Section:
    """Show the table of cohorts; without one, what the seed paper states for this cohort."""
    rows, stated = record.rows("cohorts"), record.card["seed_paper"]
    if rows:
        return Section("cohorts", "The cohorts side by side", tuple(_parts(record, rows)))
    parts: list[Part] = [Text("This record holds no table of other cohorts.")]
    if stated:
        parts.append(
            Text(f"The seed paper (Farooq, Mishra, Chaudhury, 2024) states: “{stated['quote']}”. {stated['caveat']}")
        )
    return Section("cohorts", "Beside what was published", tuple(parts))


def _parts(record: Record, rows: list[Row]) -> list[Part]:
    caveat = record.card["seed_paper"].get("caveat", SEED_CAVEAT)
    figures = [
        (
            row["cohort"],
            f"{row['predictor']} ({count(row['features'])})",
            row["unit"],
            count(row["n"]),
            count(row["genes"]),
            plain(row["median_r"]),
            f"{plain(row['best_mean_r'])} ({row['best']})",
            percent(row["share_above_03"]),
            percent(row["share_above_03_permuted"]),
            p_value(row["share_above_03_p"]),
        )
        for row in rows
    ]
    columns = ("Cohort", "Predictor (features)", "Unit", "n", "Genes", "Median r", "Best", "r > 0.3", "shuffled", "p")
    counts = [
        (
            row["cohort"],
            row["unit"],
            count(row["parametric_holm_sidak"]),
            count(row["oof_holm_sidak"]),
            count(row["oof_benjamini_hochberg"]),
            count(row["max_t"]),
            row["seed_paper"] or UNKNOWN,
        )
        for row in rows
    ]
    methods = ("Cohort", "Unit", "Holm-Šidák, textbook", "Holm-Šidák, valid", "BH, valid", "Max-T", "Seed paper")
    return [
        Text("Every cohort through the same engine, each with the best default that it has."),
        Figure("cohorts", cohorts_svg(rows, "The cohorts: median r and genes above 0.3")),
        Points([f"{row['cohort']}, {row['unit']}: {row['verdict']}." for row in rows]),
        Table("What the images tell of the genes", columns, figures, words=(0, 1, 2)),
        Table("Genes counted as significant, and the seed paper's count", methods, counts, words=(0, 1)),
        Text(caveat, small=True),
    ]
