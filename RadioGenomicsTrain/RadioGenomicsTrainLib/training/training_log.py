"""The course of a training as numbers per epoch: a CSV table, and TensorBoard's event files by tensorboardX.

tensorboardX writes what TensorBoard reads, and needs neither TensorBoard nor its server.
"""

from __future__ import annotations

import csv
import importlib.util
import logging
from functools import cache
from pathlib import Path
from typing import Self

from RadioGenomicsLib.whole_outputs import file_written_whole

log = logging.getLogger(__name__)


class TrainingLog:
    """Writes the scalars of every epoch.

    Args:
        folder: for ``scalars.csv`` and the event file; None writes nothing.
        epoch: how many epochs are finished; what an interrupted training wrote of later ones is dropped.
    """

    def __init__(self, folder: Path | None, epoch: int = 0) -> None:
        self._table = None if folder is None else folder / "scalars.csv"
        self._rows: list[dict[str, str]] = []
        self._events = None
        if folder is None or self._table is None:
            return
        folder.mkdir(parents=True, exist_ok=True)
        if self._table.exists() and epoch:
            self._rows = [row for row in _rows(self._table) if int(row["epoch"]) <= epoch]
        if _has_tensorboard():
            from tensorboardX import SummaryWriter

            self._events = SummaryWriter(str(folder), purge_step=epoch + 1, write_to_disk=True)

    def write(self, epoch: int, scalars: dict[str, float]) -> None:
        """Write the scalars of an epoch, counted from 1; the same names at every epoch."""
        if self._table is None:
            return
        row = {"epoch": str(epoch)} | {name: repr(float(value)) for name, value in scalars.items()}
        self._rows = [*(older for older in self._rows if older.keys() == row.keys()), row]
        with file_written_whole(self._table) as aside, aside.open("w", newline="") as stream:
            writer = csv.DictWriter(stream, list(row))
            writer.writeheader()
            writer.writerows(self._rows)
        if self._events is not None:
            for name, value in scalars.items():
                self._events.add_scalar(name, value, epoch)
            self._events.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._events is not None:
            self._events.close()


def _rows(table: Path) -> list[dict[str, str]]:
    """Return the rows of a table; none of a damaged one, whose figures are not what a training depends on."""
    try:
        with table.open(newline="", encoding="utf-8") as stream:
            return [row for row in csv.DictReader(stream) if row["epoch"].isdecimal()]
    except (OSError, ValueError, KeyError, AttributeError, csv.Error):
        log.warning("%s is damaged, and starts anew", table)
        return []


@cache
def _has_tensorboard() -> bool:
    there = importlib.util.find_spec("tensorboardX") is not None
    if not there:
        log.warning("tensorboardX is not installed: the course of the training is written as CSV only")
    return there
