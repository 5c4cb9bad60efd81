"""Slicer loads both module files at every start: nothing but the metadata may be imported for that."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from Testing.contract._sources import MODULES
from Testing.contract._sources import ROOT

# Stand-ins for what the application has loaded already, then the module as the application loads it.
_LOAD = """
import json, sys, types
from pathlib import Path

def stand_in(name, **members):
    module = types.ModuleType(name)
    vars(module).update(members)
    sys.modules[name] = module
    return module

def connect(signal, function):
    connected.append(function)

connected = []
class Base:
    def __init__(self, parent=None): self.parent = parent

slicer = stand_in("slicer", app=types.SimpleNamespace(connect=connect))
stand_in("slicer.i18n", tr=lambda text: text, translate=lambda context, text: text)
kinds = ("", "Logic", "Test", "Widget")
stand_in("slicer.ScriptedLoadableModule", **{f"ScriptedLoadableModule{kind}": Base for kind in kinds})
slicer.util = stand_in("slicer.util", VTKObservationMixin=type("VTKObservationMixin", (), {}))
registered = []
logic = types.SimpleNamespace(registerCustomSampleDataSource=lambda **sample: registered.append(sample))
stand_in("SampleData", SampleDataLogic=logic)

name = sys.argv[1]
before = set(sys.modules)
module = __import__(name)
parent = types.SimpleNamespace()
getattr(module, name)(parent)
# The application asks for these at start, too.
asked = [hasattr(module, name + kind) for kind in ("FileDialog", "FileReader", "FileWriter")]
at_start = set(sys.modules) - before
for function in connected:
    function()
print(json.dumps({
    "at_start": sorted(at_start), "later": sorted(set(sys.modules) - before - at_start), "asked": asked,
    "title": parent.title, "samples": len(registered),
}))
"""


def _started(module: str) -> dict:
    paths = [str(ROOT / name) for name in MODULES]
    code = f"import sys; sys.path[:0] = {paths!r}\n{_LOAD}"
    done = subprocess.run([sys.executable, "-c", code, module], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _not_of_python(names: list[str]) -> set[str]:
    return {name for name in names if name.partition(".")[0] not in sys.stdlib_module_names}


@pytest.mark.parametrize("module", MODULES)
def test_a_module_file_loads_nothing_but_itself(module: str) -> None:
    started = _started(module)
    assert started["title"].startswith("RadioGenomics")
    assert _not_of_python(started["at_start"]) == {module}
    assert started["asked"] == [False] * 3


def test_the_samples_are_offered_with_nothing_but_their_list() -> None:
    started = _started("RadioGenomics")
    assert started["samples"] > 0
    assert _not_of_python(started["later"]) <= {"RadioGenomicsLib", "RadioGenomicsLib.resources"}
