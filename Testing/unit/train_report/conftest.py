from __future__ import annotations

import shutil
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from RadioGenomicsTrainLib.validation import record
from RadioGenomicsTrainLib.validation.cohort_data import CohortData
from Testing.unit.validation.small_data import SETTINGS
from Testing.unit.validation.small_data import N
from Testing.unit.validation.small_data import small_data


@pytest.fixture(scope="session")
def _written(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str, CohortData], Path]]:
    work = tmp_path_factory.mktemp("records")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(record, "_POWER_SIZES", ())
        patch.setattr(record, "_POWER_TESTS", (31_793,))
        yield lambda name, data: record.write_record(data, SETTINGS, work / name, work / "cache")


@pytest.fixture(scope="session")
def _whole(_written) -> Path:
    return _written("whole", small_data())


@pytest.fixture(scope="session")
def _bare(_written) -> Path:
    data = small_data()
    nowhere = np.array([""] * N)
    features = {kind: values for kind, values in data.features.items() if kind not in ("site", "clinical")}
    blocks = tuple(replace(block, families=block.families[:1]) for block in data.blocks)
    return _written(
        "bare",
        replace(
            data, features=features, sites=nowhere, strata=nowhere, outcomes={}, blocks=blocks, flow=(), dropped=()
        ),
    )


@pytest.fixture
def record_folder(_whole: Path, tmp_path: Path) -> Path:
    """The record of a small cohort with everything, a copy to change at will."""
    return Path(shutil.copytree(_whole, tmp_path / "validation"))


@pytest.fixture
def bare_record(_bare: Path, tmp_path: Path) -> Path:
    """The record of a cohort without sites, clinical variables, subtypes, gene sets and flow."""
    return Path(shutil.copytree(_bare, tmp_path / "validation"))
