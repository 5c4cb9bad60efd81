"""A cohort of ten synthetic patients, and settings under which it trains in seconds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from RadioGenomicsTrainLib.doors.request import CohortRequest
from RadioGenomicsTrainLib.training import build
from RadioGenomicsTrainLib.training.build import BuildSettings
from RadioGenomicsTrainLib.training.encoder import EncoderSettings
from RadioGenomicsTrainLib.training.gene_validation import HeadSettings
from Testing.unit.training.small_cohort import NETWORK
from Testing.unit.training.small_cohort import write_small_cohort


@pytest.fixture(scope="module")
def request_of(tmp_path_factory: pytest.TempPathFactory) -> CohortRequest:
    """What is asked: everything about one small cohort, in one work folder for all tests of a file."""
    folder = tmp_path_factory.mktemp("doors")
    cohort = write_small_cohort(folder / "data")
    return CohortRequest(str(cohort), folder / "work", folder / "data", epochs=1, repeats=1, permutations=20)


@pytest.fixture(autouse=True)
def small_settings(monkeypatch: pytest.MonkeyPatch) -> BuildSettings:
    """Settings of a small network and few folds in place of the default's."""
    settings = BuildSettings(
        network=NETWORK,
        encoder=EncoderSettings(tumor_slices=2, other_slices=1),
        head=HeadSettings(folds=2),
        folds=2,
    )
    monkeypatch.setattr(build, "BuildSettings", lambda: replace(settings))
    return settings
