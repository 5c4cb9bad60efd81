"""Prepared patients of TCGA-LGG for benchmarks that train; made once, and found again in the temporary folder."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from pathlib import Path

from RadioGenomicsLib.fan_out import Workers
from RadioGenomicsTrainLib.cohort.manifest import load_cohort
from RadioGenomicsTrainLib.training.build import BuildSettings
from RadioGenomicsTrainLib.training.prepared import PreparedPatient
from RadioGenomicsTrainLib.training.prepared_cohort import prepare_cohort

# The channel whose neighboring slices a network sees: FLAIR.
REFERENCE = 1


def lgg_patients(count: int) -> list[PreparedPatient]:
    """Return the cohort's first patients, as training gets them.

    Args:
        count: how many.

    Raises:
        SystemExit: the development data are not here.
        RadioGenomicsError: they cannot be read or prepared.
    """
    data = os.environ.get("RADIOGENOMICS_DATA")
    if not data:
        raise SystemExit("Set RADIOGENOMICS_DATA to the folder of the development data.")
    cohort = load_cohort("tcga-lgg", Path(data))
    some = replace(cohort, patients=cohort.patients[:count])
    cache = Path(tempfile.gettempdir()) / "radiogenomics-benchmarks" / "prepared"
    patients, _ = prepare_cohort(some, BuildSettings().preprocessing, cache, workers=Workers(os.cpu_count() or 1))
    return list(patients.values())
