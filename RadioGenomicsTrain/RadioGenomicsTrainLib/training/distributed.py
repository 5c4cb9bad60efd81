"""One training on several GPUs or nodes: started by ``torchrun`` with the same command, alone without it.

All processes draw the same batches and compute the loss of the whole batch, and the network has no statistics of a
batch, so that they train, to rounding, what one process does.
"""

from __future__ import annotations

import atexit
import os
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.model.encoder import choose_device
from RadioGenomicsTrainLib.training.precision import has_bfloat16_units


@dataclass(frozen=True)
class Ranks:
    """The processes that share a training, seen from one of them.

    Attributes:
        rank: this process; 0 writes checkpoints, logs and weights.
        count: of processes; 1 without torchrun.
        device: that this process computes on.
        bfloat16: whether all of them have units for it; None where a process is alone, and asks its own device.
    """

    rank: int
    count: int
    device: torch.device
    bfloat16: bool | None = None

    @property
    def first(self) -> bool:
        """Whether this process is the one that writes."""
        return self.rank == 0

    def share(self, batch: torch.Tensor) -> torch.Tensor:
        """Return this process's part of a batch that all have drawn alike."""
        return batch[self.rank :: self.count] if self.count > 1 else batch

    def whole(self, part: torch.Tensor, size: int) -> torch.Tensor:
        """Return the batch of which every process has its part; the gradient is that of this process's own.

        Args:
            part: ``[part, ...]`` what this process makes of what :meth:`share` gave it.
            size: of the whole batch.
        """
        if self.count == 1:
            return part
        own = part.new_zeros(size, *part.shape[1:])
        own[self.rank :: self.count] = part
        everybody = own.detach().clone()
        torch.distributed.all_reduce(everybody)  # exact: to every number, the others add zeros
        return own + (everybody - own.detach())

    def wrap(self, network: nn.Module) -> nn.Module:
        """Return the network with gradients averaged over the processes.

        Raises:
            InputError: what the network makes of a slice depends on how a batch is split, so that several processes
                would not train what one does.
        """
        if self.count == 1:
            return network
        for layer in network.modules():
            if isinstance(layer, nn.BatchNorm2d) or (isinstance(layer, nn.Dropout) and layer.p > 0):
                mend = "Train in one process, or take a network with group normalization and without dropout."
                raise InputError(f"{self.count} processes", f"they cannot share {type(layer).__name__}", mend)
        return nn.parallel.DistributedDataParallel(network)

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
    units = torch.tensor(int(has_bfloat16_units(place)), device=place)
    torch.distributed.all_reduce(units, torch.distributed.ReduceOp.MIN)
    return Ranks(torch.distributed.get_rank(), torch.distributed.get_world_size(), place, bool(units))


def batches(drawn: np.ndarray, steps: int, ranks: Ranks) -> list[np.ndarray]:
    """Split what was drawn for an epoch into equal batches.

    Raises:
        InputError: there are more processes than slices in a batch.
    """
    if len(drawn) // steps < ranks.count:
        mend = "Start fewer processes, or make the batch larger."
        raise InputError(f"{ranks.count} processes", f"a batch has only {len(drawn) // steps} slices", mend)
    return np.array_split(drawn, steps)
