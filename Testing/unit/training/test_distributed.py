"""One training in several processes."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from dataclasses import dataclass
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
import torch

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.model.weights import load_tensors
from RadioGenomicsTrainLib.training import encoder_training
from RadioGenomicsTrainLib.training import precision
from RadioGenomicsTrainLib.training.distributed import Ranks
from RadioGenomicsTrainLib.training.distributed import batches
from RadioGenomicsTrainLib.training.distributed import join
from RadioGenomicsTrainLib.training.encoder_folds import store_patients
from RadioGenomicsTrainLib.training.encoder_tasks import Exercise
from RadioGenomicsTrainLib.training.encoder_tasks import set_exercise
from RadioGenomicsTrainLib.training.prepared import PreparedPatient
from Testing.unit.training import train_small

CPU = torch.device("cpu")


@dataclass(frozen=True)
class Trained:
    """What came of a small training: the scalars of every epoch, all weights, all gradients' moments, and its words."""

    scalars: dict[str, list[float]]
    weights: np.ndarray
    moments: np.ndarray
    told: str

    @classmethod
    def read(cls, folder: Path, name: str, told: str = "") -> Trained:
        with (folder / f"{name}.scalars" / "scalars.csv").open(newline="") as stream:
            rows = list(csv.DictReader(stream))
        scalars = {column: [float(row[column]) for row in rows] for column in rows[0]}
        weights, state = load_tensors(folder / f"{name}.safetensors"), load_tensors(folder / f"{name}.state")
        # Adam forgets how large gradients are, its moments do not.
        moments = [state[key].ravel() for key in sorted(state) if key.endswith("exp_avg")]
        return cls(
            scalars, np.concatenate([weights[key].ravel() for key in sorted(weights)]), np.concatenate(moments), told
        )

    def difference(self, other: Trained) -> list[float]:
        """Return relative differences: of the losses the largest, of weights and moments those of their vectors."""
        losses = [np.abs(np.divide(other.scalars[n], self.scalars[n]) - 1).max() for n in ("loss", "inner_loss")]
        pairs = ((self.weights, other.weights), (self.moments, other.moments))
        return [float(max(losses)), *(float(np.linalg.norm(b - a) / np.linalg.norm(a)) for a, b in pairs)]


@pytest.fixture(scope="module")
def stored(patients: list[PreparedPatient], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shared") / "patients.npz"
    store_patients(patients, path)
    return path


@pytest.fixture(scope="module")
def three(stored: Path, repo_root: Path) -> Trained:
    """The training in three processes, which share a batch of four slices unequally."""
    folder = stored.parent
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(repo_root), *sys.path]),
        "OMP_NUM_THREADS": "1",
        "TMPDIR": str(folder),  # torchrun leaves its logs there
    }
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "3", "-m"]
    files = [str(stored), str(folder / "three.safetensors"), str(folder / "three.state")]
    run = subprocess.run(
        [*launcher, train_small.__name__, *files, "1"],
        env=environment,
        cwd=repo_root,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
    return Trained.read(folder, "three", run.stdout)


def alone(stored: Path, name: str) -> Trained:
    """The training in this process, in float32."""
    folder = stored.parent
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(precision, "has_bfloat16_units", lambda _: False)
        train_small.main(stored, folder / f"{name}.safetensors", folder / f"{name}.state", epochs=1)
    return Trained.read(folder, name)


def test_several_processes_train_what_one_does(stored: Path, three: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    one = alone(stored, "one")
    monkeypatch.setattr(encoder_training, "set_exercise", lambda *given: backwards(set_exercise(*given)))
    rounding = one.difference(alone(stored, "backwards"))
    # The same slices in another order are the same sums, rounded otherwise: so much is rounding in these steps, here.
    unit = float(np.finfo(np.float32).eps)
    assert all(size < 1e-3 for size in rounding)
    bounds = [8 * max(size, unit) for size in rounding]
    assert all(size <= bound for size, bound in zip(one.difference(three), bounds, strict=True))
    assert three.scalars["learning_rate"] == one.scalars["learning_rate"]


def test_only_the_first_process_tells(three: Trained) -> None:
    assert three.told.count("epoch 1 of 1") == 1


def backwards(exercise: Exercise) -> Exercise:
    return Exercise(*(getattr(exercise, field.name).flip(0) for field in fields(exercise)))


def test_alone_a_process_has_the_whole_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    ranks = join("cpu")
    batch = torch.arange(5)
    assert ranks == Ranks(0, 1, CPU)
    assert torch.equal(ranks.share(batch), batch)
    assert ranks.agree(2.5) == 2.5
    assert ranks.whole(batch, 5) is batch


def test_every_slice_of_a_batch_goes_to_one_process() -> None:
    batch = torch.arange(7)
    parts = [Ranks(rank, 3, CPU).share(batch) for rank in range(3)]
    assert sorted(torch.cat(parts).tolist()) == batch.tolist()
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


@pytest.mark.parametrize("layer", [torch.nn.BatchNorm2d(2), torch.nn.Dropout(0.1)], ids=["batch norm", "dropout"])
def test_a_layer_that_several_processes_cannot_share_is_refused(layer: torch.nn.Module) -> None:
    network = torch.nn.Sequential(layer)
    assert Ranks(0, 1, CPU).wrap(network) is network
    with pytest.raises(InputError, match=r"2 processes.*cannot share (BatchNorm2d|Dropout).*one process"):
        Ranks(0, 2, CPU).wrap(network)


def test_more_processes_than_slices_are_refused() -> None:
    assert [len(batch) for batch in batches(np.arange(9), 2, Ranks(0, 4, CPU))] == [5, 4]
    with pytest.raises(InputError, match="5 processes"):
        batches(np.arange(9), 2, Ranks(0, 5, CPU))
