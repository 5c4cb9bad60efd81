"""One synthetic study and a tiny bundle for the whole room: they take a while to make."""

from __future__ import annotations

import numpy as np
import pytest

from RadioGenomicsLib.imaging.phantom import Phantom
from RadioGenomicsLib.imaging.phantom import head_phantom
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.model.bundle import Bundle
from RadioGenomicsLib.model.preprocessing import Preprocessing
from RadioGenomicsLib.model.study import mask_on_grid
from RadioGenomicsLib.model.study import prepare
from RadioGenomicsLib.pipeline.request import PredictionRequest
from RadioGenomicsLib.pipeline.result import Result
from RadioGenomicsLib.pipeline.run import run
from Testing.unit.model.tiny_bundle import write_tiny_bundle


@pytest.fixture(scope="session")
def phantom() -> Phantom:
    return head_phantom()


@pytest.fixture(scope="session")
def bundle(phantom: Phantom, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    study = prepare(phantom.channels, Preprocessing(), phantom.brain)
    return write_tiny_bundle(tmp_path_factory.mktemp("models") / "tiny", study, mask_on_grid(phantom.tumor, study))


@pytest.fixture(scope="session")
def request_of_all(phantom: Phantom, bundle: Bundle) -> PredictionRequest:
    """A real prediction that needs no brain extraction and no outline."""
    return PredictionRequest(
        phantom.channels, str(bundle.path), phantom.brain, phantom.tumor, "glioma", "cpu", "študie Lékař"
    )


@pytest.fixture(scope="session")
def result(request_of_all: PredictionRequest) -> Result:
    return run(request_of_all)


@pytest.fixture
def scan() -> Volume:
    """A small scan whose numbers have no short decimal form."""
    affine = np.diag([-1.1, -1.2, 3.3, 1.0])
    affine[:3, 3] = (20.1, 30.7, -5.3)
    return Volume(np.random.default_rng(1).normal(100, 10, (6, 8, 10)).astype(np.float32), affine, "FLAIR")
