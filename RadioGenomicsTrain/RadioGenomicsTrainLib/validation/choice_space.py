"""What the gene head is chosen from, written down before any figure is looked at.

Everything in the space is compared on inner folds, inside each outer training fold (:mod:`.nested_choice`), so a
variant that only looked good by chance costs the nested figure what it would cost on new patients. The space holds
what ``Testing/benchmarks/results/lgg_tried.md`` compares and this package can still make:

* sets of feature groups: each group alone, the descriptors, the frozen network, and the way from the one to the other;
* the kernel: one for all columns of a set, or the mean of a kernel for each group;
* how far training levels are drawn toward the mean of the molecular subtype;
* how many programmes of genes are predicted, each with a ridge of least leave-one-out error, or the genes themselves
  with one ridge.

Not in it, because the code is gone or it was a choice of another kind: other stages, crops and grids of the frozen
network, the grey channels, other kernels (linear, Laplacian, other widths), averages of several outlines, means of two
heads, weights learned by marginal likelihood, 100 programmes, tokens of our encoders, and what was decided about
descriptors before the first version. These were compared on the same patients, mostly to be left out; the choice to
leave them out was made by looking, so the nested figure may still be slightly too high, never too low, for it.

A further group of columns enters by its name alone: whatever group is not one of those below is tried alone, beside
the descriptors, and beside everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from RadioGenomicsTrainLib.validation.chosen_ridge import RIDGES

DESCRIPTORS = ("place and shape", "signal", "brain")
NETWORK = ("tumor", "brain beside the tumor", "core of the tumor", "mirrored place")
_KNOWN = (*DESCRIPTORS, *NETWORK)
# Sets of more than one of these groups: the way that lgg_tried.md went.
_SETS = (
    DESCRIPTORS,
    NETWORK,
    NETWORK[:2],
    (*DESCRIPTORS, NETWORK[0]),
    (*DESCRIPTORS, *NETWORK[:2]),
    (*DESCRIPTORS, *NETWORK[:3]),
    (*DESCRIPTORS, *NETWORK[:2], NETWORK[3]),
    _KNOWN,
)
# Those that were also tried with one kernel for all columns.
_ONE_KERNEL = (DESCRIPTORS, NETWORK, _KNOWN)


@dataclass(frozen=True)
class FeatureSet:
    """Groups of columns that make one kernel.

    Attributes:
        groups: their names.
        one_kernel: of all columns side by side; else the mean of a kernel for each group.
    """

    groups: tuple[str, ...]
    one_kernel: bool = False


@dataclass(frozen=True)
class Space:
    """What is chosen from.

    Attributes:
        sets: of feature groups.
        subtype_weights: how far levels are drawn toward the mean of the subtype.
        programmes: numbers of programmes, rising; those above what there are count as all.
        ridges: of a head that predicts the genes themselves; programmes choose theirs from the same.
    """

    sets: tuple[FeatureSet, ...]
    subtype_weights: tuple[float, ...] = (0.0, 0.25, 0.5, 0.75, 1.0)
    programmes: tuple[int, ...] = (5, 10, 30)
    ridges: tuple[float, ...] = RIDGES


@dataclass(frozen=True)
class Choice:
    """One configuration of the space.

    Attributes:
        features: the groups and their kernel.
        subtype_weight: how far levels were drawn toward the mean of the subtype.
        programmes: how many were predicted; 0 for the genes themselves.
        ridge: for all genes; None where each programme has its own.
    """

    features: FeatureSet
    subtype_weight: float
    programmes: int
    ridge: float | None


def space_of(groups: Sequence[str]) -> Space:
    """Return the space for an embedding whose groups of columns have these names."""
    alone = [FeatureSet((name,)) for name in groups]
    together = [FeatureSet(names) for names in _SETS if set(names) <= set(groups)]
    one_kernel = [FeatureSet(names, one_kernel=True) for names in _ONE_KERNEL if set(names) <= set(groups)]
    further = [name for name in groups if name not in _KNOWN]
    known = tuple(name for name in groups if name in _KNOWN)
    beside = [FeatureSet((*base, name)) for name in further for base in (DESCRIPTORS, known) if set(base) <= set(known)]
    everything = [FeatureSet(tuple(groups))]
    return Space(
        tuple(one for one in dict.fromkeys([*alone, *together, *one_kernel, *beside, *everything]) if one.groups)
    )
