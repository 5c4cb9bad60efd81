"""The record of a validation: a folder of tables and one JSON file, which the report is made from and nothing else.

Its tables are CSV with an empty cell where a figure does not apply; :mod:`.record_tables` has their columns.
"""

from __future__ import annotations

import csv
import json
import math
import platform
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from datetime import UTC
from datetime import datetime
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version
from itertools import chain
from itertools import pairwise
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np

from RadioGenomicsLib import __version__
from RadioGenomicsLib.fan_out import HERE
from RadioGenomicsLib.fan_out import Workers
from RadioGenomicsLib.pipeline.folders import replaced_whole
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsLib.progress import within
from RadioGenomicsTrainLib.validation import nested_rows
from RadioGenomicsTrainLib.validation import null_tables
from RadioGenomicsTrainLib.validation import record_tables as tables
from RadioGenomicsTrainLib.validation.block_findings import BlockFindings
from RadioGenomicsTrainLib.validation.block_findings import decide
from RadioGenomicsTrainLib.validation.block_findings import gather
from RadioGenomicsTrainLib.validation.cohort_data import CohortData
from RadioGenomicsTrainLib.validation.cohort_data import ValidationSettings
from RadioGenomicsTrainLib.validation.held_out_tests import held_out_tests
from RadioGenomicsTrainLib.validation.ladder import climb
from RadioGenomicsTrainLib.validation.nested_findings import nested_areas
from RadioGenomicsTrainLib.validation.outcome_areas import outcome_areas
from RadioGenomicsTrainLib.validation.power import power_table
from RadioGenomicsTrainLib.validation.record_card import SCHEMA
from RadioGenomicsTrainLib.validation.record_tables import Row
from RadioGenomicsTrainLib.validation.rungs import RUNGS

_PACKAGES = ("numpy", "scipy", "statsmodels", "torch")
_POWER_SIZES = (60, 100, 130, 170, 550)
_POWER_TESTS = (1, 50, 2_000, 31_793)


def write_record(
    data: CohortData,
    settings: ValidationSettings,
    folder: Path,
    cache: Path,
    progress: Progress = silent,
    workers: Workers = HERE,
) -> Path:
    """Validate a cohort and write the record; interrupted and started again, it goes on where it was.

    Args:
        data: the cohort.
        settings: how much work to do.
        folder: of the record; an older one there is replaced, once the new one is whole.
        cache: folder of earlier results.
        progress: told of every step.
        workers: who holds the rungs against their nulls; the tables do not depend on it.

    Raises:
        OutputError: the record cannot be written.
    """
    started, clock = datetime.now(UTC), monotonic()
    ladders = [
        climb(data, block, settings, cache, told, workers)
        for block, told in zip(data.blocks, _parts(progress, 0.0, 0.85, len(data.blocks)), strict=True)
    ]
    shown, notes = decide(ladders[0]["genes"], settings, cache)
    parts = _parts(progress, 0.85, 0.95, len(data.blocks))
    found = [
        gather(data, block, ladder, shown, settings, cache, told)
        for block, ladder, told in zip(data.blocks, ladders, parts, strict=True)
    ]
    rows = _tables(data, settings, found, within(progress, 0.95, 1.0))
    record = {
        "schema": SCHEMA,
        "cohort": dict(data.cohort),
        "settings": settings.to_json(),
        "provenance": {
            **data.provenance,
            "software": f"RadioGenomics {__version__}",
            "versions": {"python": platform.python_version(), **_versions()},
            "platform": platform.platform(),
            "seed": settings.seed,
            "started": started.isoformat(timespec="seconds"),
            "seconds": round(monotonic() - clock, 1),
        },
        "blocks": [_block_card(data, one) for one in found],
        "rungs": [{"rung": one.name, "kind": one.kind, "reference": one.reference} for one in RUNGS],
        "default_rung": shown,
        "seed_paper": dict(data.seed_paper),
        "held_out_tests": held_out_tests(data.cohort["id"]),
        "notes": [*notes, *_left_out(data), *data.notes, "Research use only."],
    }
    _write_folder(folder, record, rows)
    progress(1.0, "the record is written")
    return folder


def _tables(
    data: CohortData, settings: ValidationSettings, found: Sequence[BlockFindings], progress: Progress
) -> dict[str, list[Row]]:
    areas = outcome_areas(
        data.strata.tolist(),
        data.outcomes,
        data.features["default"],
        data.groups_of("default"),
        data.head,
        folds=settings.folds,
        seed=settings.seed,
    )
    sizes = sorted({*_POWER_SIZES, *(len(one.block.rows) for one in found)})
    tests = sorted({*_POWER_TESTS, *(family.y.shape[1] for one in found for family in one.block.families)})
    power = power_table(sizes, tests, n_draws=min(settings.null_draws, 400_000), seed=settings.seed, progress=progress)
    rows: dict[str, Iterable[Row]] = {
        "ladder": chain.from_iterable(map(tables.ladder_rows, found)),
        "within_subtype": chain.from_iterable(map(tables.within_subtype_rows, found)),
        "subtypes": tables.subtype_rows(areas),
        "sites": chain.from_iterable(tables.site_rows(one, data.sites[one.block.rows]) for one in found),
        "calibration": chain.from_iterable(map(tables.calibration_rows, found)),
        "histograms": chain.from_iterable(map(null_tables.histogram_rows, found)),
        "permuted_counts": chain.from_iterable(map(null_tables.permuted_count_rows, found)),
        "power": null_tables.power_rows(power),
        "panels": chain.from_iterable(map(tables.panel_rows, found)),
        "flow": tables.flow_rows(data.flow),
        "dropped": tables.dropped_rows(data.dropped),
        "nested": chain.from_iterable(nested_rows.nested_rows(one.block.id, one.nested) for one in found),
        "nested_choices": chain.from_iterable(nested_rows.choice_rows(one.block.id, one.nested) for one in found),
        "nested_subtypes": tables.subtype_rows(nested_areas(data, settings)),
    }
    for one in found:
        for family in one.block.families:
            rows[f"{family.name}_{one.block.id}"] = tables.target_rows(one, family.name)
    return {name: list(table) for name, table in rows.items()}


def _parts(progress: Progress, start: float, stop: float, count: int) -> list[Progress]:
    edges = np.linspace(start, stop, count + 1)
    return [within(progress, low, high) for low, high in pairwise(edges.tolist())]


def _block_card(data: CohortData, found: BlockFindings) -> dict[str, Any]:
    n, genes = found.block.families[0].y.shape
    excluded = len(data.patients) - n
    return {"id": found.block.id, "unit": found.block.unit, "n": n, "genes": genes, "patients_excluded": excluded}


def _left_out(data: CohortData) -> list[str]:
    return [f"Not run: {kind.replace('_', ' ')}. {why}" for kind, why in data.absent.items()]


def _versions() -> dict[str, str]:
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _write_folder(folder: Path, record: Mapping[str, Any], rows: Mapping[str, Sequence[Row]]) -> None:
    """Write aside, then put in place: a record is there whole or not at all."""
    with replaced_whole(folder) as aside:
        for name, table in rows.items():
            _write_table(aside / f"{name}.csv", table)
        (aside / "record.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


def _write_table(path: Path, rows: Sequence[Row]) -> None:
    columns = tables.COLUMNS[path.stem].split() if path.stem in tables.COLUMNS else list(rows[0])
    with open(path, "w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns)
        writer.writeheader()
        writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)


def _cell(value: Any) -> str | int:
    """Return a value as text: figures with six digits, nothing where there is none."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    number = float(value)
    if not math.isfinite(number):
        return ""
    return int(number) if number.is_integer() and abs(number) < 1e15 else f"{number:.6g}"
