"""Torch is never loaded beside Slicer's own libraries: in some builds the two end the process together."""

from __future__ import annotations

import subprocess
import sys

from RadioGenomicsLib.resources import resource_path

# All that the process of the scene does around a prediction, but for the child process.
_BESIDE_THE_CHILD = """
import sys
from RadioGenomicsLib import embedded
embedded.start()
from RadioGenomicsLib.cli import build_parser
from RadioGenomicsLib.model.bundle import load_bundle
from RadioGenomicsLib.pipeline.files import read_result, write_request
from RadioGenomicsLib.pipeline.run import panels_with
from RadioGenomicsLib.scene.dependencies import missingPackages
from RadioGenomicsLib.scene.logic import RadioGenomicsLogic
from RadioGenomicsLib.scene.outputs import writeOutputs
build_parser()
missingPackages()
RadioGenomicsLogic()
panels_with("glioma")
if len(sys.argv) > 1:
    load_bundle(sys.argv[1])
print([name for name in ("torch", "monai", "deepbet") if name in sys.modules])
"""


def test_the_process_of_the_scene_predicts_without_loading_torch() -> None:
    model = resource_path("Models", "tcga-lgg")
    given = [str(model)] if (model / "model.json").is_file() else []
    command = [sys.executable, "-c", _BESIDE_THE_CHILD, *given]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
