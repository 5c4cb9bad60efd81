"""What stands for a tumor in the default gene head: groups of descriptors, and of a frozen network's features."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from RadioGenomicsLib.imaging.descriptors import NormalLevels
from RadioGenomicsLib.imaging.descriptors import TumorRegions
from RadioGenomicsLib.imaging.descriptors import VoxelMaps
from RadioGenomicsLib.imaging.descriptors import describe_brain
from RadioGenomicsLib.imaging.descriptors import describe_tumor
from RadioGenomicsLib.imaging.descriptors.regions import normal_tissue
from RadioGenomicsLib.imaging.descriptors.regions import untouched_brain
from RadioGenomicsLib.model.deep_features import FEATURES
from RadioGenomicsLib.model.deep_features import PIXELS_PER_FEATURE
from RadioGenomicsLib.model.deep_features import PLANES
from RadioGenomicsLib.model.deep_features import feature_maps
from RadioGenomicsLib.model.deep_features import mean_in_region

if TYPE_CHECKING:
    from RadioGenomicsLib.model.efficientnet_lite import EfficientNetLite

# The regions whose mean features follow the descriptors.
DEEP_REGIONS = ("tumor", "brain beside the tumor", "core of the tumor", "mirrored place")


@dataclass(frozen=True)
class TumorEmbedding:
    """A tumor in numbers.

    Attributes:
        descriptors: group to name to value; NaN where a channel is absent.
        deep: the frozen network's mean features ``[features]`` by region, in the order of :data:`DEEP_REGIONS`; of a
            region that is empty they are NaN.
    """

    descriptors: Mapping[str, Mapping[str, float]]
    deep: Mapping[str, np.ndarray]

    @property
    def layout(self) -> dict[str, tuple[str, ...]]:
        """Names of the descriptors by group."""
        return {group: tuple(values) for group, values in self.descriptors.items()}

    @property
    def groups(self) -> tuple[int, ...]:
        """Number of columns of each group of the vector."""
        return (*map(len, self.descriptors.values()), *map(len, self.deep.values()))

    def vector(self, layout: Mapping[str, tuple[str, ...]]) -> np.ndarray:
        """Return all of it as ``[d]``, the descriptors in the order of a layout.

        Raises:
            KeyError: a descriptor of the layout is not known.
        """
        described = [[self.descriptors[group][name] for name in names] for group, names in layout.items()]
        return np.concatenate([*described, *self.deep.values()]).astype(np.float64)


@dataclass(frozen=True)
class _Surroundings:
    """The brain around a tumor.

    Attributes:
        whole: the tumor.
        untouched: brain that is not at its margin.
        levels: of the brain away from it.
        descriptors: of that brain, by group.
        features: of the frozen network, beside the tumor.
    """

    whole: np.ndarray
    untouched: np.ndarray
    levels: NormalLevels
    descriptors: Mapping[str, Mapping[str, float]]
    features: np.ndarray


class TumorView:
    """One study as the default gene head sees it, whichever outline the tumor is given.

    Args:
        channels: role to normalized intensities ``[slice, row, column]``, None for an absent one, in the model's order.
        brain: mask.
        slice_per_pixel: slice spacing over pixel size.
        network: the frozen network.
    """

    def __init__(
        self,
        channels: Mapping[str, np.ndarray | None],
        brain: np.ndarray,
        slice_per_pixel: float,
        network: EfficientNetLite,
    ) -> None:
        self._maps = VoxelMaps.of(channels, brain, slice_per_pixel)
        first = list(channels.values())[:PLANES]
        empty = np.zeros(brain.shape, np.float32)
        planes = [empty if plane is None else plane for plane in first] + [empty] * (PLANES - len(first))
        self._network, self._planes = network, np.stack(planes)
        cell = PIXELS_PER_FEATURE
        self._features = np.zeros((len(brain), FEATURES, brain.shape[1] // cell, brain.shape[2] // cell), np.float32)
        self._seen = np.zeros(len(brain), bool)
        self._around: _Surroundings | None = None

    def embed(self, tumor: np.ndarray, whole: np.ndarray | None = None) -> TumorEmbedding:
        """Return what stands for a tumor.

        Args:
            tumor: mask ``[slice, row, column]``, bool, not empty.
            whole: the whole tumor where ``tumor`` is a part of one; tissue away from it counts as normal.

        Raises:
            RegionError: the tumor leaves no normal brain.
        """
        around = self._look_around(tumor if whole is None else whole)
        regions = TumorRegions.of(tumor, self._maps.brain)
        descriptors = {**describe_tumor(self._maps, regions, around.levels), **around.descriptors}
        # The grid's columns are centered on the brain, so its mirror image is the other hemisphere.
        mirrored = tumor[:, :, ::-1] & around.untouched
        inside, core, opposite = (mean_in_region(self._features, one) for one in (tumor, regions.core, mirrored))
        means = (inside, around.features, core, opposite)
        return TumorEmbedding(descriptors, dict(zip(DEEP_REGIONS, means, strict=True)))

    def _look_around(self, whole: np.ndarray) -> _Surroundings:
        """Describe the brain around a tumor, once for all parts of it."""
        if self._around is None or not np.array_equal(self._around.whole, whole):
            normal = normal_tissue(whole, self._maps.brain)
            holding = whole.any(axis=(1, 2), keepdims=True)
            self._see(holding.ravel())
            beside = normal & holding
            features = mean_in_region(self._features, beside)
            levels = NormalLevels.of(self._maps, normal)
            untouched = untouched_brain(whole, self._maps.brain)
            self._around = _Surroundings(whole, untouched, levels, describe_brain(self._maps, normal), features)
        return self._around

    def _see(self, slices: np.ndarray) -> None:
        """Run the frozen network over slices that it has not seen; the others, of no tumor, are in no region."""
        unseen = slices & ~self._seen
        if unseen.any():
            self._features[unseen] = feature_maps(self._network, self._planes[:, unseen])
            self._seen |= unseen
