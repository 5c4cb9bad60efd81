"""One training on several GPUs or nodes: started by ``torchrun`` with the same command, alone without it."""

from __future__ import annotations

import atexit
import os
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.model.encoder import choose_device


@dataclass(frozen=True)
class Ranks:
    """The processes that share a training, seen from one of them.

    Attributes:
        rank: this process; 0 writes checkpoints, logs and weights.
        count: of processes; 1 without torchrun.
        device: that this process computes on.
    """

    rank: int
    count: int
    device: torch.device

    @property
    def first(self) -> bool:
        """Whether this process is the one that writes."""
        return self.rank == 0

    def share(self, batch: torch.Tensor) -> torch.Tensor:
        """Return this process's part of a batch that all have drawn alike."""
        return batch[self.rank :: self.count] if self.count > 1 else batch

    def wrap(self, network: nn.Module) -> nn.Module:
        """Return the network with gradients averaged over the processes."""
        if self.count == 1:
            return network
        devices = None
        if self.device.type == "cuda":
            # Statistics of the whole batch, not of a process's part; torch has this for GPUs only.
            network, devices = nn.SyncBatchNorm.convert_sync_batchnorm(network), [self.device.index]
        # MONAI's transformer blocks carry norms of a cross-attention that is off.
        return nn.parallel.DistributedDataParallel(network, device_ids=devices, find_unused_parameters=True)

    def total(self, value: torch.Tensor) -> torch.Tensor:
        """Return the sum of a number over the processes, whose gradient is that of this process's own number."""
        if self.count == 1:
            return value
        everybody = value.detach().clone()
        torch.distributed.all_reduce(everybody)
        return value + (everybody - value.detach())

    def agree(self, value: float) -> float:
        """Return the first process's number to all of them."""
        if self.count == 1:
            return value
        tensor = torch.tensor(value, dtype=torch.float64, device=self.device)
        torch.distributed.broadcast(tensor, src=0)
        return float(tensor)

    def require_same_start(self, epoch: int) -> None:
        """Check that all processes go on from the same epoch.

        Raises:
            InputError: they do not.
        """
        if self.agree(epoch) != epoch:
            mend = "Give all nodes the same work folder, on a disk that they share."
            raise InputError("the checkpoint", "not every process finds it", mend)

    def wait(self) -> None:
        """Wait until all processes have come here."""
        if self.count > 1:
            torch.distributed.barrier()


def launched() -> bool:
    """Tell whether torchrun has started this process beside others."""
    return {"RANK", "LOCAL_RANK", "WORLD_SIZE", "MASTER_ADDR"} <= os.environ.keys()


def join(device: str = "auto") -> Ranks:
    """Join the processes that torchrun has started; alone where it has not.

    Args:
        device: "auto", "cuda", "mps" or "cpu"; with CUDA every process of a node has a GPU of its own.

    Raises:
        DependencyError: the device is not there.
    """
    chosen = choose_device(device)
    if not launched():
        return Ranks(0, 1, torch.device(chosen))
    if chosen == "cuda":
        place = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
        torch.cuda.set_device(place)
    else:
        place = torch.device("cpu")
    if not torch.distributed.is_initialized():
        torch.distributed.init_process_group("nccl" if chosen == "cuda" else "gloo")
        atexit.register(torch.distributed.destroy_process_group)
    return Ranks(torch.distributed.get_rank(), torch.distributed.get_world_size(), place)


def batches(drawn: np.ndarray, steps: int, ranks: Ranks) -> list[np.ndarray]:
    """Split what was drawn for an epoch into equal batches.

    Raises:
        InputError: there are more processes than slices in a batch.
    """
    if len(drawn) // steps < ranks.count:
        mend = "Start fewer processes, or make the batch larger."
        raise InputError(f"{ranks.count} processes", f"a batch has only {len(drawn) // steps} slices", mend)
    return np.array_split(drawn, steps)
