"""The list of what a preparation left out."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from RadioGenomicsLib.errors import OutputError
from RadioGenomicsTrainLib.cohort.dropped import DROPPED
from RadioGenomicsTrainLib.cohort.dropped import Dropped
from RadioGenomicsTrainLib.cohort.dropped import write_dropped


def test_a_full_disk_is_told_and_leaves_no_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(path: Path, *_: object, **__: object) -> None:
        path.write_bytes(b"[")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", half)
    with pytest.raises(OutputError, match="No space left"):
        write_dropped([Dropped("patient", "TCGA-CS-4938", "no mask")], tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=DROPPED):
        write_dropped([], tmp_path / "none")
