"""``summary.csv``: one row per patient of an output folder, whole at every moment."""

from __future__ import annotations

import csv
import uuid
from contextlib import suppress
from pathlib import Path

from RadioGenomicsLib.errors import OutputError

FIGURES = ("tumor_ml", "distance_percentile", "far_from_training")  # as prediction.json names them
COLUMNS = ("patient", "status", "reason", *FIGURES, "seconds", "folder")
_NAME = "summary.csv"


def read_summary(output: Path) -> dict[str, dict[str, str]]:
    """Return the rows by patient; none where there is no summary, or one with other columns."""
    try:
        with (output / _NAME).open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            return {row["patient"]: row for row in reader} if tuple(reader.fieldnames or ()) == COLUMNS else {}
    except (OSError, UnicodeDecodeError, csv.Error):
        return {}


def add_to_summary(rows: list[dict[str, object]], output: Path) -> None:
    """Put rows into the summary: in place of older rows of the same patients, after those of others.

    Several batches may write into one folder at a time: none loses the rows of another, and nobody ever sees half a
    file.

    Args:
        rows: with :data:`COLUMNS`.
        output: the folder of the batch; made where it is not there.

    Raises:
        OutputError: it cannot be written.
    """
    from filelock import FileLock

    aside = output / f".{_NAME}.{uuid.uuid4().hex[:8]}.part"
    try:
        with FileLock(lock_file(output, _NAME)):
            before = read_summary(output)
            for row in rows:
                earlier = before.pop(row["patient"], {})
                # A patient done by an earlier run keeps the time that it took then.
                if row["seconds"] == "":
                    row["seconds"] = earlier.get("seconds", "")
            with aside.open("w", newline="", encoding="utf-8") as file:
                writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
                writer.writeheader()
                writer.writerows([*before.values(), *rows])
            aside.replace(output / _NAME)
    except OSError as error:
        raise OutputError(output, f"the summary cannot be written ({error})", "Choose another folder.") from error
    finally:
        with suppress(OSError):
            aside.unlink()


def lock_file(output: Path, name: str) -> Path:
    """Return the file that is locked while something of the output folder is worked on; its folder is made.

    The operating system gives the lock free when a process dies, however it dies.
    """
    folder = output / ".locks"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}.lock"
