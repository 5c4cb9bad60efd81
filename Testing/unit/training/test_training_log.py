"""The course of a training, as a table and as TensorBoard reads it."""

from __future__ import annotations

import logging
import struct
from pathlib import Path

import pytest

from RadioGenomicsTrainLib.training import training_log
from RadioGenomicsTrainLib.training.training_log import TrainingLog


def scalars_of(folder: Path) -> list[tuple[int, str, float]]:
    """Read the event files as TensorBoard does: records of a length, its checksum, an event, and its checksum."""
    from tensorboardX.proto.event_pb2 import Event

    found = []
    for path in sorted(folder.glob("events.out.tfevents.*")):
        content, at = path.read_bytes(), 0
        while at < len(content):
            (length,) = struct.unpack_from("<Q", content, at)
            event = Event.FromString(content[at + 12 : at + 12 + length])
            found += [(event.step, value.tag, value.simple_value) for value in event.summary.value]
            at += 16 + length
    return found


def test_the_scalars_of_every_epoch_can_be_read_back(tmp_path: Path) -> None:
    pytest.importorskip("tensorboardX")
    with TrainingLog(tmp_path) as log:
        log.write(1, {"loss": 2.0, "learning_rate": 0.001})
        log.write(2, {"loss": 1.5, "learning_rate": 0.002})
    assert (tmp_path / "scalars.csv").read_text() == "epoch,loss,learning_rate\n1,2.0,0.001\n2,1.5,0.002\n"
    read = [(step, tag, round(value, 6)) for step, tag, value in scalars_of(tmp_path)]
    assert read == [(1, "loss", 2.0), (1, "learning_rate", 0.001), (2, "loss", 1.5), (2, "learning_rate", 0.002)]


def test_an_epoch_that_was_not_kept_is_written_anew(tmp_path: Path) -> None:
    with TrainingLog(tmp_path) as log:
        for epoch in (1, 2, 3):
            log.write(epoch, {"loss": float(epoch)})
    with TrainingLog(tmp_path, epoch=2) as log:
        log.write(3, {"loss": 0.5})
    assert (tmp_path / "scalars.csv").read_text() == "epoch,loss\n1,1.0\n2,2.0\n3,0.5\n"


def test_without_tensorboardx_there_is_the_table_and_a_word_about_it_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(training_log.importlib.util, "find_spec", lambda _: None)
    training_log._has_tensorboard.cache_clear()
    try:
        with caplog.at_level(logging.WARNING):
            for name in ("a", "b"):
                with TrainingLog(tmp_path / name) as log:
                    log.write(1, {"loss": 1.0})
    finally:
        training_log._has_tensorboard.cache_clear()
    assert [path.name for path in (tmp_path / "b").iterdir()] == ["scalars.csv"]
    assert [record.message.split()[0] for record in caplog.records] == ["tensorboardX"]


def test_without_a_folder_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with TrainingLog(None) as log:
        log.write(1, {"loss": 1.0})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("damage", [b"", b"epoch,loss\nx,1\n", b"\x00\xff", b"a,b\n1,2\n", b"epoch,other\n1,2\n"])
def test_a_damaged_table_starts_anew(tmp_path: Path, damage: bytes) -> None:
    (tmp_path / "scalars.csv").write_bytes(damage)
    with TrainingLog(tmp_path, epoch=1) as log:
        log.write(2, {"loss": 0.5})
    assert (tmp_path / "scalars.csv").read_text() == "epoch,loss\n2,0.5\n"
