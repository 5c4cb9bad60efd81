"""One training in two processes."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.model.weights import load_tensors
from RadioGenomicsTrainLib.training.distributed import Ranks
from RadioGenomicsTrainLib.training.distributed import batches
from RadioGenomicsTrainLib.training.distributed import join
from RadioGenomicsTrainLib.training.encoder_folds import store_patients
from RadioGenomicsTrainLib.training.prepared import PreparedPatient
from Testing.unit.training import train_small

CPU = torch.device("cpu")


def test_two_processes_share_every_batch_and_agree_with_one(
    patients: list[PreparedPatient], tmp_path: Path, repo_root: Path
) -> None:
    stored = tmp_path / "patients.npz"
    store_patients(patients, stored)
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(repo_root), *sys.path]),
        "OMP_NUM_THREADS": "1",
        "TMPDIR": str(tmp_path),  # torchrun leaves its logs there
    }
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m"]
    run = subprocess.run(
        [*command, train_small.__name__, str(stored), str(tmp_path / "two.safetensors"), str(tmp_path / "two.state")],
        env=environment,
        cwd=repo_root,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    # Only the first process tells.
    assert run.stdout.count("epoch 1 of 4") == 1
    train_small.main(stored, tmp_path / "one.safetensors", tmp_path / "one.state")
    one, two = (scalars(tmp_path / f"{name}.scalars" / "scalars.csv") for name in ("one", "two"))
    # On the CPU each process normalizes by its own part of the batch: the losses agree closely, not exactly.
    np.testing.assert_allclose(two["loss"], one["loss"], rtol=0.005)
    assert two["learning_rate"] == one["learning_rate"]
    weights = [load_tensors(tmp_path / f"{name}.safetensors") for name in ("one", "two")]
    assert weights[0].keys() == weights[1].keys()


def scalars(path: Path) -> dict[str, list[float]]:
    with path.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    return {name: [float(row[name]) for row in rows] for name in rows[0]}


def test_alone_a_process_has_the_whole_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    ranks = join("cpu")
    batch = torch.arange(5)
    assert ranks == Ranks(0, 1, CPU)
    assert torch.equal(ranks.share(batch), batch)
    assert ranks.agree(2.5) == 2.5
    assert ranks.total(batch) is batch


def test_every_slice_of_a_batch_goes_to_one_process() -> None:
    batch = torch.arange(7)
    parts = [Ranks(rank, 3, CPU).share(batch) for rank in range(3)]
    assert sorted(torch.cat(parts).tolist()) == batch.tolist()
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_more_processes_than_slices_are_refused() -> None:
    assert [len(batch) for batch in batches(np.arange(9), 2, Ranks(0, 4, CPU))] == [5, 4]
    with pytest.raises(InputError, match="5 processes"):
        batches(np.arange(9), 2, Ranks(0, 5, CPU))
