"""From an outlined tumor to expression: one class per kind of gene head, each bound to one study."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING
from typing import Protocol

import numpy as np

from RadioGenomicsLib.errors import BundleError
from RadioGenomicsLib.model.batches import run_batches
from RadioGenomicsLib.model.bundle import Bundle
from RadioGenomicsLib.model.study import Study
from RadioGenomicsLib.model.token_geometry import coverage
from RadioGenomicsLib.model.token_geometry import mean_token
from RadioGenomicsLib.model.tumor_embedding import TumorView

if TYPE_CHECKING:
    import torch

    from RadioGenomicsLib.model.paper_head import PaperHead


class GeneModel(Protocol):
    """What a predictor needs of a gene head."""

    def embedding(self, tumor: np.ndarray) -> np.ndarray:
        """Return the vector ``[d]`` that stands for a tumor, given as a mask ``[slice, row, column]``."""
        ...

    def expression(self, tumor: np.ndarray) -> np.ndarray:
        """Return the predicted z ``[G]`` of a tumor."""
        ...


class KernelModel:
    """Descriptors and a frozen network's features of the tumor, and kernel ridge regression on them.

    Args:
        bundle: of kind "kernel".
        study: the prepared scan.
        tumor: the whole tumor; tissue away from it is what any part of it is compared with.
    """

    def __init__(self, bundle: Bundle, study: Study, tumor: np.ndarray) -> None:
        self._bundle = bundle
        self._whole = tumor
        brain = study.brain.array > 0
        self._view = TumorView(study.channels, brain, study.slice_per_pixel, bundle.frozen_network())

    def embedding(self, tumor: np.ndarray) -> np.ndarray:
        """Return descriptors and features in the bundle's order.

        Raises:
            BundleError: the bundle was made with descriptors that this software does not know.
        """
        try:
            return self._view.embed(tumor, self._whole).vector(self._bundle.card["head"]["descriptors"])
        except KeyError as error:
            reason = f"it needs the descriptor {error.args[0]}"
            raise BundleError(self._bundle.path, reason, "Update RadioGenomics.") from error

    def expression(self, tumor: np.ndarray) -> np.ndarray:
        """Return the predicted z of all matrices, one after the other."""
        embedding = self.embedding(tumor)[None]
        return np.concatenate([head(embedding)[0] for head in self._bundle.kernel_heads])


class PaperModel:
    """The encoder's tokens inside the tumor, and the published head on them.

    Args:
        bundle: of kind "paper".
        tokens: gives ``[slice, embedding, row / 16, column / 16]`` of the study.
    """

    def __init__(self, bundle: Bundle, tokens: Callable[[], np.ndarray]) -> None:
        self._bundle = bundle
        self._tokens = tokens

    @cached_property
    def _head(self) -> PaperHead:
        import torch

        from RadioGenomicsLib.model.paper_head import PaperHead

        prefix = "head."
        weights = {k[len(prefix) :]: v for k, v in self._bundle.tensors.items() if k.startswith(prefix)}
        genes, embedding, _ = weights["to_genes.weight"].shape
        head = PaperHead(embedding, genes)
        head.load_state_dict({name: torch.from_numpy(array) for name, array in weights.items()})
        return head.eval()

    def embedding(self, tumor: np.ndarray) -> np.ndarray:
        """Return the mean token of the tumor."""
        return mean_token(self._tokens(), tumor)

    def expression(self, tumor: np.ndarray) -> np.ndarray:
        """Return the predicted z, pooled over the tumor's tokens."""
        return predict_from_tokens(self._head, self._tokens(), tumor)


def predict_from_tokens(head: PaperHead, tokens: np.ndarray, tumor: np.ndarray) -> np.ndarray:
    """Return the predicted z ``[G]`` of the published head.

    Args:
        head: in evaluation mode.
        tokens: ``[slice, embedding, row / p, column / p]``.
        tumor: mask ``[slice, row, column]``, not empty; a token counts whose patch it touches.
    """
    import torch

    def run(sequence: torch.Tensor) -> np.ndarray:
        with torch.inference_mode():
            valid = torch.ones(1, sequence.shape[2], dtype=torch.bool)
            return head(sequence, valid)[0].numpy().astype(np.float64)

    inside = coverage(tokens, tumor) > 0
    whole = torch.from_numpy(np.ascontiguousarray(np.moveaxis(tokens, 1, -1)[inside].T))[None]
    # One batch, but on one thread like the others: its sums are the same on any number of them.
    return run_batches(run, [whole], "cpu")[0]
