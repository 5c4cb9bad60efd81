"""A model bundle: a folder of ``model.json``, ``weights.safetensors`` and ``genes.csv``, checked whole before use."""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from RadioGenomicsLib.errors import BundleError
from RadioGenomicsLib.model.deep_features import network_of
from RadioGenomicsLib.model.genes import GeneIndex
from RadioGenomicsLib.model.genes import read_genes
from RadioGenomicsLib.model.genes import write_genes
from RadioGenomicsLib.model.kernel_head import EmbeddingSpace
from RadioGenomicsLib.model.kernel_head import KernelHead
from RadioGenomicsLib.model.preprocessing import Preprocessing
from RadioGenomicsLib.model.user_models import bundle_folders
from RadioGenomicsLib.model.weights import load_tensors
from RadioGenomicsLib.model.weights import save_tensors
from RadioGenomicsLib.resources import resource_path

if TYPE_CHECKING:
    from RadioGenomicsLib.model.efficientnet_lite import EfficientNetLite
    from RadioGenomicsLib.model.network import TransUNet

log = logging.getLogger(__name__)

# 2: groups of descriptors, and the features of a frozen network. 3: four regions of these features.
SCHEMA_VERSION = 3
CARD, WEIGHTS, GENES = "model.json", "weights.safetensors", "genes.csv"
_AGAIN = "Get the bundle again, or choose another one."
# Of the levels at which every gene's training distribution is kept, for percentiles.
QUANTILES = np.linspace(0, 100, 51)
_SPACE = ("mean", "sd", "points", "groups", "scale")
_OTHER_GENES = "the gene list, the head and the card disagree in the number of genes"
# A patient's neighbors must be others.
_FEWEST_PATIENTS = 2


@dataclass(frozen=True)
class Bundle:
    """A loaded bundle.

    Attributes:
        path: its folder.
        card: ``model.json``.
        genes: what it predicts, in the order of the head's outputs.
        tensors: ``encoder.*``, ``frozen.*`` and ``head.*`` weights; ``space.*`` the training patients' embeddings;
            ``quantiles`` ``[51, G]`` training z at 0, 2 … 100 %.
        sha256: of ``model.json``, which holds those of the other files.
    """

    path: Path
    card: dict[str, Any]
    genes: GeneIndex
    tensors: dict[str, np.ndarray]
    sha256: str

    @property
    def id(self) -> str:
        """Name of the bundle."""
        return self.card["id"]

    @property
    def preprocessing(self) -> Preprocessing:
        """Steps from a study to the network's grid."""
        return Preprocessing.from_json(self.card["preprocessing"])

    @property
    def quantiles(self) -> np.ndarray:
        """Training z of every gene at :data:`QUANTILES`, ``[51, G]``."""
        return self.tensors["quantiles"]

    @cached_property
    def space(self) -> EmbeddingSpace:
        """The training patients, to tell how near a new one is."""
        return _space(self.tensors, "space.")

    @cached_property
    def kernel_heads(self) -> list[KernelHead]:
        """Of a bundle of kind "kernel": one head per expression matrix, in the order of ``genes``."""
        return [_kernel_head(self.tensors, f"head.{i}.") for i in range(len(self.card["matrices"]))]

    def network(self) -> TransUNet:
        """Build the network with the bundle's weights, in evaluation mode.

        Raises:
            BundleError: the weights are not those of the declared network.
        """
        import torch

        from RadioGenomicsLib.model.network import NetworkSettings
        from RadioGenomicsLib.model.network import TransUNet

        try:
            network = TransUNet(NetworkSettings.from_json(self.card["network"]))
            network.load_state_dict({k: torch.from_numpy(v) for k, v in self._weights("encoder.").items()})
        except (RuntimeError, ValueError) as error:
            raise BundleError(self.path, "the weights are not those of the declared network", _AGAIN) from error
        return network.eval()

    def frozen_network(self) -> EfficientNetLite:
        """Build the frozen network of a bundle of kind "kernel", in evaluation mode.

        Raises:
            BundleError: the weights are not its own.
        """
        return network_of(self._weights("frozen."))

    def _weights(self, prefix: str) -> dict[str, np.ndarray]:
        return {name[len(prefix) :]: array for name, array in self.tensors.items() if name.startswith(prefix)}


def list_bundles() -> list[Bundle]:
    """Return every bundle that can be used, shipped and the user's own; the log names those that cannot."""
    bundles = []
    for folder in bundle_folders().values():
        try:
            bundles.append(load_bundle(folder))
        except BundleError as error:
            log.warning("%s", error)
    return bundles


def load_bundle(name_or_path: str | Path) -> Bundle:
    """Load a bundle by its id or folder, and check all of it.

    Raises:
        BundleError: it is not there, of another schema version, incomplete or altered.
    """
    folder = _folder(name_or_path)
    card_file = folder / CARD
    try:
        text = card_file.read_bytes()
        card = json.loads(text, parse_constant=_no_number)
    except (OSError, ValueError, RecursionError) as error:
        raise BundleError(folder, f"{CARD} cannot be read ({error})", _AGAIN) from error
    _check_card(card, folder)
    for name, expected in card["files"].items():
        if not (folder / name).is_file():
            raise BundleError(folder, f"{name} is missing", _AGAIN)
        if file_sha256(folder / name) != expected:
            raise BundleError(folder, f"{name} is not the file that {CARD} was written for", _AGAIN)
    genes = read_genes(folder / GENES)
    tensors = load_tensors(folder / WEIGHTS)
    _check_sizes(card, genes, tensors, folder)
    return Bundle(folder, card, genes, tensors, hashlib.sha256(text).hexdigest())


def write_bundle(folder: Path, card: dict[str, Any], genes: GeneIndex, tensors: dict[str, np.ndarray]) -> Bundle:
    """Write a bundle into an empty folder, and load it back.

    Args:
        folder: where to.
        card: ``model.json`` without ``files``.
        genes: what it predicts.
        tensors: see :class:`Bundle`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    save_tensors(tensors, folder / WEIGHTS)
    write_genes(genes, folder / GENES)
    card = card | {"files": {name: file_sha256(folder / name) for name in (WEIGHTS, GENES)}}
    (folder / CARD).write_text(json.dumps(card, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return load_bundle(folder)


def space_tensors(space: EmbeddingSpace, prefix: str) -> dict[str, np.ndarray]:
    """Return an embedding space as named tensors of a bundle."""
    named = {"mean": space.mean, "sd": space.sd, "points": space.points, "scale": space.scale}
    fitted = {prefix + name: np.asarray(array, np.float32) for name, array in named.items()}
    return fitted | {f"{prefix}groups": np.array(space.groups, np.int64)}


def kernel_head_tensors(head: KernelHead, index: int) -> dict[str, np.ndarray]:
    """Return the head of one expression matrix as named tensors of a bundle."""
    prefix = f"head.{index}."
    fitted = {"coefficients": head.coefficients, "intercept": head.intercept}
    return space_tensors(head.space, prefix) | {prefix + k: np.asarray(v, np.float32) for k, v in fitted.items()}


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _space(tensors: dict[str, np.ndarray], prefix: str) -> EmbeddingSpace:
    mean, sd, points, scale = (tensors[prefix + n].astype(np.float64) for n in ("mean", "sd", "points", "scale"))
    return EmbeddingSpace(mean, sd, points, tuple(tensors[f"{prefix}groups"].tolist()), scale)


def _kernel_head(tensors: dict[str, np.ndarray], prefix: str) -> KernelHead:
    coefficients, intercept = (tensors[prefix + n].astype(np.float64) for n in ("coefficients", "intercept"))
    return KernelHead(_space(tensors, prefix), coefficients, intercept)


def _folder(name_or_path: str | Path) -> Path:
    folders = bundle_folders()
    folder = folders.get(str(name_or_path), Path(name_or_path))
    if not folder.is_dir():
        there = ", ".join(folders) or "none"
        raise BundleError(name_or_path, "there is no such model", f"Give a bundle's folder, or one of: {there}.")
    return folder


def _no_number(constant: str) -> None:
    """Refuse what Python takes for JSON and JSON does not know: NaN passes every bound of a schema."""
    raise ValueError(f"{constant} is no number")


def _check_card(card: object, folder: Path) -> None:
    from jsonschema import Draft202012Validator

    version = card.get("schema_version") if isinstance(card, dict) else None
    if version != SCHEMA_VERSION:
        mend = f"Update RadioGenomics, or train the bundle again: this software reads version {SCHEMA_VERSION}."
        raise BundleError(folder, f"{CARD} is of schema version {version}", mend)
    schema = json.loads(resource_path("Schemas", "model.schema.json").read_text(encoding="utf-8"))
    error = next(Draft202012Validator(schema).iter_errors(card), None)
    if error is not None:
        place = "/".join(str(part) for part in error.absolute_path) or CARD
        raise BundleError(folder, f"{CARD} is not valid at {place}: {error.message[:200]}", _AGAIN)


def _check_sizes(card: dict[str, Any], genes: GeneIndex, tensors: dict[str, np.ndarray], folder: Path) -> None:
    expected = [matrix["genes"] for matrix in card["matrices"]]
    if sum(expected) != len(genes):
        raise BundleError(folder, _OTHER_GENES, _AGAIN)
    shapes: dict[str, tuple[int, ...]] = {"quantiles": (len(QUANTILES), len(genes))}
    shapes |= _space_shapes("space.", tensors, folder)
    if card["head"]["kind"] == "kernel":
        for index, count in enumerate(expected):
            prefix = f"head.{index}."
            shapes |= _space_shapes(prefix, tensors, folder)
            shapes |= {
                f"{prefix}coefficients": (len(tensors[f"{prefix}points"]), count),
                f"{prefix}intercept": (count,),
            }
    else:
        shapes |= {"head.to_genes.weight": (len(genes), card["network"]["embedding"], 1)}
        shapes |= {"head.to_genes.bias": (len(genes),)}
    for name, shape in shapes.items():
        if name not in tensors:
            raise BundleError(folder, f"{WEIGHTS} lacks {name}", _AGAIN)
        if tensors[name].shape != shape:
            heads = name == "quantiles" or name.startswith("head.")
            reason = f"{name} has the shape {tensors[name].shape}, not {shape}"
            raise BundleError(folder, f"{_OTHER_GENES}: {reason}" if heads else f"{WEIGHTS}: {reason}", _AGAIN)


def _space_shapes(prefix: str, tensors: dict[str, np.ndarray], folder: Path) -> dict[str, tuple[int, ...]]:
    """Return the shapes that an embedding space must have by its groups and its number of patients."""
    missing = [name for name in _SPACE if prefix + name not in tensors]
    if missing:
        raise BundleError(folder, f"{WEIGHTS} lacks {prefix}{missing[0]}", _AGAIN)
    groups, points = tensors[f"{prefix}groups"], tensors[f"{prefix}points"]
    if groups.dtype != np.int64 or groups.ndim != 1 or not groups.size or groups.min() < 1 or len(points.shape) != 2:
        raise BundleError(folder, f"{WEIGHTS} has groups of columns that do not fit its embeddings", _AGAIN)
    columns = points.shape[1]
    if sum(groups.tolist()) != columns or len(points) < _FEWEST_PATIENTS:
        raise BundleError(folder, f"{WEIGHTS} has groups of columns that do not fit its embeddings", _AGAIN)
    return {
        f"{prefix}mean": (columns,),
        f"{prefix}sd": (columns,),
        f"{prefix}points": (len(points), columns),
        f"{prefix}groups": groups.shape,
        f"{prefix}scale": groups.shape,
    }
