"""All that the next epoch of a training depends on, in one file, so that a killed training ends as if it had not been.

The file is safetensors; what is not a tensor is JSON in its header. Nothing in it is executable.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn

from RadioGenomicsLib.model.weights import errors_of_the_system
from RadioGenomicsLib.whole_outputs import file_written_whole
from RadioGenomicsTrainLib.training.early_stopping import EarlyStopping

log = logging.getLogger(__name__)


@dataclass
class TrainingState:
    """A training between two epochs.

    Attributes:
        networks: by name; whatever has weights that the training changes or averages.
        optimizer, schedule: of the learning rate.
        generator: of random numbers on the training's device.
        draws: of what is drawn from the patients.
        stopping: the best state so far.
        epoch: how many are finished.
    """

    networks: Mapping[str, nn.Module]
    optimizer: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.LRScheduler
    generator: torch.Generator
    draws: np.random.Generator
    stopping: EarlyStopping
    epoch: int = 0

    def save(self, path: Path, made_from: str) -> None:
        """Write the state; the file is replaced only when the new one is complete.

        Args:
            path: the file.
            made_from: what decides the result; a state is restored only into a training of the same.

        Raises:
            OSError: it cannot be written.
        """
        optimizer = self.optimizer.state_dict()
        tensors = self._network_tensors() | {
            f"optimizer {number} {name}": tensor
            for number, values in optimizer["state"].items()
            for name, tensor in values.items()
        }
        tensors |= {f"best {name}": tensor for name, tensor in self.stopping.best.items()}
        tensors |= {"random global": torch.get_rng_state(), "random drawn": self.generator.get_state()}
        if torch.cuda.is_available():
            tensors["random cuda"] = torch.cuda.get_rng_state()
        header = {
            "made_from": made_from,
            "epoch": self.epoch,
            "param_groups": optimizer["param_groups"],
            "schedule": self.schedule.state_dict(),
            "draws": self.draws.bit_generator.state,
            "lowest": self.stopping.lowest,
            "waited": self.stopping.waited,
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        flat = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
        text = json.dumps(header)
        with file_written_whole(path) as aside, errors_of_the_system():
            save_file(flat, aside, metadata={"training": text, "digest": _digest(text, flat)})

    def restore(self, path: Path, made_from: str) -> None:
        """Go on from a file, if there is a whole one of the same training; otherwise change nothing."""
        if not path.exists():
            return
        try:
            with safe_open(path, framework="pt") as file:
                text, expected = (file.metadata()[name] for name in ("training", "digest"))
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dict)
        except (SafetensorError, OSError, KeyError, TypeError, ValueError):
            text, expected, tensors = "", "", {}
        # safetensors has no checksum of its own.
        if _digest(text, tensors) != expected:
            log.warning("%s cannot be read; the training starts anew", path)
            return
        header = json.loads(text)
        if header["made_from"] != made_from:
            log.warning("%s is of another training; this one starts anew", path)
            return
        self._load(header, tensors)

    def _load(self, header: dict[str, Any], tensors: dict[str, torch.Tensor]) -> None:
        with torch.no_grad():
            for name, tensor in self._network_tensors().items():
                tensor.copy_(tensors[name])
        parameters = [parameter for group in self.optimizer.param_groups for parameter in group["params"]]
        values: dict[int, dict[str, torch.Tensor]] = {}
        for key in tensors:
            kind, _, rest = key.partition(" ")
            if kind == "optimizer":
                number, name = rest.split(" ")
                like = parameters[int(number)]
                # In the parameter's own memory layout: in another one sums may be rounded differently.
                same = torch.empty_like(like).copy_(tensors[key]) if tensors[key].shape == like.shape else tensors[key]
                values.setdefault(int(number), {})[name] = same
            elif kind == "best":
                self.stopping.best[rest] = tensors[key]
        self.optimizer.load_state_dict({"state": values, "param_groups": header["param_groups"]})
        self.schedule.load_state_dict(header["schedule"])
        self.draws.bit_generator.state = header["draws"]
        self.generator.set_state(tensors["random drawn"])
        torch.set_rng_state(tensors["random global"])
        if "random cuda" in tensors and torch.cuda.is_available():
            torch.cuda.set_rng_state(tensors["random cuda"])
        self.stopping.lowest, self.stopping.waited = header["lowest"], header["waited"]
        self.epoch = header["epoch"]

    def _network_tensors(self) -> dict[str, torch.Tensor]:
        return {
            f"network {network} {name}": tensor
            for network, module in self.networks.items()
            for name, tensor in module.state_dict().items()
        }


def _digest(text: str, tensors: Mapping[str, torch.Tensor]) -> str:
    whole = hashlib.sha256(text.encode())
    for name in sorted(tensors):
        whole.update(name.encode())
        whole.update(tensors[name].reshape(-1).view(torch.uint8).numpy().data)
    return whole.hexdigest()
