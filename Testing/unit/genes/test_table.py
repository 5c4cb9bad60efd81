from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from RadioGenomicsLib.genes.panels import load_panels
from RadioGenomicsLib.genes.table import COLUMNS
from RadioGenomicsLib.genes.table import PANEL_COLUMNS
from RadioGenomicsLib.genes.table import gene_rows
from RadioGenomicsLib.genes.table import join_tables
from RadioGenomicsLib.genes.table import panel_table
from RadioGenomicsLib.genes.table import write_csv

HEADER = (
    "symbol,ensembl_id,predicted_z,predicted_log2,interval_low,interval_high,percentile,cv_r,expected_r,cv_p_adjusted,"
    "reliable"
)


def test_the_gene_table_has_exactly_the_promised_columns(make_prediction) -> None:
    rows = gene_rows(make_prediction())
    assert ",".join(column.name for column in COLUMNS) == HEADER
    assert list(rows) == HEADER.split(",")
    assert all(len(values) == 4 for values in rows.values())


def test_every_column_says_what_it_is() -> None:
    for column in (*COLUMNS, *PANEL_COLUMNS):
        assert column.title
        assert column.description
        assert column.type in ("text", "number", "flag")


def test_the_types_of_the_arrays_are_the_declared_ones(make_prediction) -> None:
    prediction = make_prediction()
    kinds = {"text": "U", "number": "f", "flag": "b"}
    for columns, table in (
        (COLUMNS, gene_rows(prediction)),
        (PANEL_COLUMNS, panel_table(prediction, load_panels()["glioma"])),
    ):
        assert {name: values.dtype.kind for name, values in table.items()} == {
            column.name: kinds[column.type] for column in columns
        }


def test_what_is_not_known_is_an_empty_field(make_prediction, tmp_path: Path) -> None:
    prediction = make_prediction(("IDH1", "EGFR"), z=(0.5, -1.25), log2_known=(True, False), reliable=(True, False))
    write_csv(gene_rows(prediction), tmp_path / "table.csv")
    with (tmp_path / "table.csv").open(newline="") as file:
        first, second = csv.DictReader(file)
    assert (first["predicted_z"], first["predicted_log2"], first["reliable"]) == ("0.5", "8.6", "true")
    assert (second["predicted_z"], second["predicted_log2"], second["reliable"]) == ("-1.25", "", "false")
    assert b"\r" not in (tmp_path / "table.csv").read_bytes()


def test_a_panel_gene_that_the_model_lacks_keeps_its_row(make_prediction) -> None:
    prediction = make_prediction(("EGFR", "IDH1"), z=(1.0, 2.0), reliable=(False, True))
    panel = load_panels()["glioma"]
    table = panel_table(prediction, panel)
    assert table["symbol"].tolist() == [gene.symbol for gene in panel.genes]
    status = dict(zip(table["symbol"].tolist(), table["status"].tolist(), strict=True))
    assert (status["IDH1"], status["EGFR"], status["TERT"]) == ("ok", "not reliable", "not in this model")
    absent = table["status"] == "not in this model"
    assert np.isnan(table["predicted_z"][absent]).all()
    assert not table["reliable"][absent].any()
    assert table["predicted_z"][table["symbol"] == "IDH1"] == 2.0


def test_a_panel_gene_is_found_under_the_models_old_symbol(make_prediction) -> None:
    table = panel_table(make_prediction(("H3F3A",), z=(0.7,)), load_panels()["glioma"])
    assert table["predicted_z"][table["symbol"] == "H3-3A"] == 0.7


def test_tables_of_several_panels_go_one_under_the_other(make_prediction) -> None:
    panels = list(load_panels().values())
    prediction = make_prediction()
    joined = join_tables([panel_table(prediction, panel) for panel in panels])
    assert len(joined["panel"]) == sum(len(panel.genes) for panel in panels)
    assert list(dict.fromkeys(joined["panel"].tolist())) == [panel.id for panel in panels]
