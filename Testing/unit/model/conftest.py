"""One synthetic study and a tiny bundle of each kind for the whole room: they take a while to make."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from RadioGenomicsLib.imaging.phantom import Phantom
from RadioGenomicsLib.imaging.phantom import head_phantom
from RadioGenomicsLib.model.bundle import Bundle
from RadioGenomicsLib.model.preprocessing import Preprocessing
from RadioGenomicsLib.model.study import Study
from RadioGenomicsLib.model.study import mask_on_grid
from RadioGenomicsLib.model.study import prepare
from Testing.unit.model.tiny_bundle import write_tiny_bundle


@pytest.fixture(scope="session")
def phantom() -> Phantom:
    return head_phantom()


@pytest.fixture(scope="session")
def study(phantom: Phantom) -> Study:
    """The phantom on the network's grid."""
    return prepare(phantom.channels, Preprocessing(), phantom.brain)


@pytest.fixture(scope="session")
def region(study: Study, phantom: Phantom) -> np.ndarray:
    """The phantom's tumor on the network's grid."""
    return mask_on_grid(phantom.tumor, study)


@pytest.fixture(scope="session")
def bundle(study: Study, region: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return write_tiny_bundle(tmp_path_factory.mktemp("models") / "tiny", study, region)


@pytest.fixture(scope="session")
def paper_bundle(study: Study, region: np.ndarray, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return write_tiny_bundle(tmp_path_factory.mktemp("models") / "paper", study, region, "paper")


@pytest.fixture
def bundle_copy(bundle: Bundle, tmp_path: Path) -> Path:
    """The bundle's folder, to be damaged."""
    return Path(shutil.copytree(bundle.path, tmp_path / "copy"))
