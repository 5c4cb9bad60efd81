"""The scripts that a Slicer without a window runs: their help comes before any package that Slicer does not bundle."""

from __future__ import annotations

import subprocess
import sys

import pytest

from Testing.contract._sources import ROOT

_BUNDLED = ["numpy", "scipy", "SimpleITK", "pydicom", "PIL"]
# A Python that has nothing but what Slicer bundles.
_FRESH_SLICER = f"""
import runpy, sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        own = top in {_BUNDLED!r} or top.startswith(("RadioGenomics", "_")) or top in sys.stdlib_module_names
        if not own:
            raise ModuleNotFoundError(f"refused: {{name}}", name=top)

sys.meta_path.insert(0, Refuse())
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def _run(script: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", _FRESH_SLICER, str(ROOT / "Scripts" / script), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("script", ["predict.py", "train.py"])
@pytest.mark.parametrize("separator", [["--"], []])
def test_the_help_needs_no_package_that_slicer_does_not_bundle(script: str, separator: list[str]) -> None:
    done = _run(script, *separator, "--help")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("usage: radiogenomics")


@pytest.mark.parametrize("script", ["predict.py", "train.py"])
def test_wrong_options_are_told_before_a_package_is_missed(script: str) -> None:
    done = _run(script, "--", "--no-such-option")
    assert done.returncode == 2
    assert "usage:" in done.stderr


def test_the_options_behind_the_separator_arrive(tmp_path: object) -> None:
    done = _run("predict.py", "--", "--volume", f"FLAIR={tmp_path}/none.nii", "--output", f"{tmp_path}/out")
    assert done.returncode == 3
    assert "none.nii: there is no such file" in done.stderr
