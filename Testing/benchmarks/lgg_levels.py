"""Expression of TCGA-LGG for trials of gene heads: patients with scans, and those without, who are in no fold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path

import numpy as np

from RadioGenomicsLib.progress import silent
from RadioGenomicsTrainLib.cohort.clinical import read_clinical
from RadioGenomicsTrainLib.cohort.cohort_expression import read_cohort_expression
from RadioGenomicsTrainLib.doors.prepare import prepare
from RadioGenomicsTrainLib.doors.request import CohortRequest
from RadioGenomicsTrainLib.training.embedding_cache import embed_once
from RadioGenomicsTrainLib.training.gene_targets import gene_blocks

_CLIP = 3.0  # as gene_blocks clips


@dataclass(frozen=True, eq=False)
class Levels:
    """One table's expression, in SD of the n patients with scans, clipped as the validation does.

    Attributes:
        unit: of the table.
        y: ``[n, G]``.
        subtypes: ``[n]`` molecular subtype; empty where unknown.
        sites: ``[n]`` tissue source site.
        embedding: ``[n, d]`` of the tumor.
        groups: number of columns of each group of the embedding.
        others: ``[m, G]`` levels of patients of known subtype without a scan.
        their_subtypes: ``[m]``.
    """

    unit: str
    y: np.ndarray
    subtypes: np.ndarray
    sites: np.ndarray
    embedding: np.ndarray
    groups: tuple[int, ...]
    others: np.ndarray
    their_subtypes: np.ndarray

    def subtype_means(self) -> np.ndarray:
        """Return the others' mean of each patient's subtype ``[n, G]``; own levels where the subtype is unknown."""
        means = self.y.copy()
        for subtype in set(self.subtypes.tolist()) - {""}:
            means[self.subtypes == subtype] = self.others[self.their_subtypes == subtype].mean(axis=0)
        return means

    def programmes(self) -> np.ndarray:
        """Return the others' principal axes, the widest first, as rows of length 1."""
        return np.asarray(np.linalg.svd(self.others - self.others.mean(axis=0), full_matrices=False)[2])


def load_levels(work: Path) -> Iterator[Levels]:
    """Yield the levels of every expression table.

    Args:
        work: of ``radiogenomics-train``; what is not prepared or embedded there yet will be.
    """
    request = CohortRequest("tcga-lgg", work)
    settings, prepared = request.settings(), prepare(request, silent)
    names, patients = list(prepared.patients), list(prepared.patients.values())
    embedding = embed_once(patients, settings.preprocessing, work / "validation-cache", silent)
    description = prepared.cohort.description
    traits, _ = read_clinical(description.clinical, description.patient_ids)
    subtype = {name: one.subtype or "" for name, one in traits.items()}
    site = {patient.id: patient.site for patient in prepared.cohort.patients}
    imaged = set(site)
    for source in description.expression:
        matrix, _ = read_cohort_expression(replace(description, expression=(source,)))
        block = gene_blocks(matrix.for_patients(names), settings.splits)[0][0]
        without_scan = [name for name in matrix.patients if name not in imaged and subtype.get(name)]
        column = {symbol: index for index, symbol in enumerate(matrix.symbols)}
        genes = [column[symbol] for symbol in block.expression.symbols]
        others = matrix.for_patients(without_scan).values[:, genes]
        measured = np.isfinite(others).all(axis=1)
        own = [names[row] for row in block.rows]
        yield Levels(
            block.unit,
            block.z,
            np.array([subtype.get(name, "") for name in own]),
            np.array([site[name] for name in own]),
            embedding.values[block.rows],
            embedding.groups,
            np.clip((others[measured] - block.mean) / block.sd, -_CLIP, _CLIP),
            np.array([subtype[name] for name in without_scan])[measured],
        )
