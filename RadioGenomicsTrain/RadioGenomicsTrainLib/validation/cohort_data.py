"""What the validation of a cohort is given: patients in numbers, genes in blocks, and how a head is fitted.

Nothing here knows of images: cohorts of scans and cohorts of feature tables are validated by the same engine.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import Any

import numpy as np

from RadioGenomicsLib.model.json_block import JSONBlock
from RadioGenomicsTrainLib.cohort.dropped import Dropped
from RadioGenomicsTrainLib.validation.choice_space import FeatureSet
from RadioGenomicsTrainLib.validation.chosen_ridge import ChosenRidge
from RadioGenomicsTrainLib.validation.nested_choice import SetKernels
from RadioGenomicsTrainLib.validation.oof_matrix import Folds

# How many columns of an embedding each of its groups has, in their order.
Groups = tuple[int, ...]
# From an embedding [n, d], repeated splits and the groups to the matrix H [n, n] of a head that is linear in Y.
FitLinear = Callable[[np.ndarray, Sequence[Folds], Groups], np.ndarray]
# From the same to a head that chooses its ridges in the fold.
FitRidges = Callable[[np.ndarray, Sequence[Folds], Groups], ChosenRidge]
# From an embedding [n, d], the columns of each group by name, and sets of groups to the kernels of these sets.
FitSets = Callable[[np.ndarray, Mapping[str, int], Sequence[FeatureSet]], SetKernels]


@dataclass(frozen=True)
class ValidationSettings(JSONBlock):
    """How much work a validation is.

    Attributes:
        folds, repeats: repeated cross-validation by patient.
        permutations: of the patients, for max-T and the counts.
        refit_permutations: the same for rungs that are not linear in Y, which are refitted each time.
        null_draws: of the exact out-of-fold null.
        comparison_draws: of the paired test against the rung below, and of the bootstrap of the nested figures.
        nested_permutations: of the patients, with everything chosen anew, for the nested p-values; no more than
            ``permutations``.
        seed: of all of them.
        device: where joint permutations are computed: "cpu", "cuda" or "mps"; tables agree to the rounding of float32.
    """

    folds: int = 5
    repeats: int = 10
    permutations: int = 10_000
    refit_permutations: int = 1_000
    null_draws: int = 2_000_000
    comparison_draws: int = 2_000
    nested_permutations: int = 200
    seed: int = 0
    device: str = "cpu"


@dataclass(frozen=True, eq=False)
class Family:
    """Targets that are tested together.

    Attributes:
        name: "genes" or "hallmarks".
        symbols: T names of genes or gene sets.
        y: values [n, T], complete.
        members: genes [T] of each set that were measured; None for genes.
        fitted_to: values [n, T] that a head taught by patients without images is fitted to; None where they are y.
        programmes: axes [programmes, T] that such a head predicts; None where it predicts the targets themselves.
        subtype_levels: y drawn all the way to the means of molecular subtypes [n, T]; None where there are none.
    """

    name: str
    symbols: tuple[str, ...]
    y: np.ndarray
    members: np.ndarray | None = None
    fitted_to: np.ndarray | None = None
    programmes: np.ndarray | None = None
    subtype_levels: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class Block:
    """Genes measured in the same patients, and the gene sets scored from them.

    Attributes:
        id: short name for files, such as "log2_rsem".
        unit: of the expression.
        rows: [n] its patients among the cohort's.
        families: genes first.
    """

    id: str
    unit: str
    rows: np.ndarray
    families: tuple[Family, ...]


@dataclass(frozen=True, eq=False)
class Refits:
    """A model trained anew, as often as patients exchanged their expression.

    Attributes:
        orders: [permutations, n] whose expression each patient was given.
        deviations: [permutations, n, G] what was then predicted out of fold, less the means of the training folds.
    """

    orders: np.ndarray
    deviations: np.ndarray


@dataclass(frozen=True, eq=False)
class StoredPrediction:
    """Out-of-fold predictions made elsewhere, for a model whose refits cost too much here.

    Attributes:
        predicted: [n, G] in the units of the block's genes.
        mean: [n, G] means of the training folds.
        refits: on permuted patients, with the same folds; None where there are none.
    """

    predicted: np.ndarray
    mean: np.ndarray
    refits: Refits | None = None


@dataclass(frozen=True)
class FlowStep:
    """One step on the way from the sources to what was tested.

    Attributes:
        step: what was done.
        kind: "patient", "gene", "channel" or "expression".
        kept, dropped: how many.
    """

    step: str
    kind: str
    kept: int
    dropped: int


@dataclass(frozen=True, eq=False)
class CohortData:
    """A cohort, ready to be validated.

    Attributes:
        cohort: id, title, licence, citation, limitations, as the record states them.
        patients: n identifiers.
        sites: tissue source site [n]; empty where unknown.
        strata: molecular subtype [n]; empty where unknown.
        outcomes: title to the subtype that the same embedding should tell, such as "idh_wildtype" to "IDHwt".
        features: numbers [n, d] of each kind that rungs ask for (:mod:`.rungs`); NaN where absent. Those of
            "frozen_encoder" are [folds, n, d]: each fold has an encoder, and so an embedding, of its own.
        groups: columns of each group of the kinds that have several; the head weighs groups alike.
        absent: why a kind of features, or stored predictions, is not there.
        encoder_folds: the split of those encoders.
        blocks: the main one first.
        stored: predictions of the published method, by block.
        head: how a head is fitted that is linear in Y.
        ridges: how a head is fitted that has a ridge for each programme of genes.
        sets: how kernels are made of sets of feature groups, for the nested choice; None where nothing is chosen.
        choose_from: columns of each group of the "default" features that is chosen from, by name.
        flow, dropped: what was left out on the way.
        provenance: whatever else decided the data, such as digests and versions.
        seed_paper: what the seed paper states for this cohort.
        notes: what a reader has to know of the data.
    """

    cohort: Mapping[str, Any]
    patients: tuple[str, ...]
    sites: np.ndarray
    strata: np.ndarray
    outcomes: Mapping[str, str]
    features: Mapping[str, np.ndarray]
    absent: Mapping[str, str]
    blocks: tuple[Block, ...]
    head: FitLinear
    ridges: FitRidges
    sets: FitSets | None = None
    choose_from: Mapping[str, int] = field(default_factory=dict)
    groups: Mapping[str, Groups] = field(default_factory=dict)
    encoder_folds: Folds = ()
    stored: Mapping[str, StoredPrediction] = field(default_factory=dict)
    flow: tuple[FlowStep, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)
    seed_paper: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def groups_of(self, kind: str) -> Groups:
        """Return how many columns each group of a kind of features has."""
        return self.groups.get(kind, (self.features[kind].shape[-1],))
