"""The .ui files as Slicer's loader wants them, read as XML: no Qt needed."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from Testing.contract._sources import MODULES
from Testing.contract._sources import ROOT

UI_FILES = sorted(path for module in MODULES for path in (ROOT / module).rglob("*.ui"))


@pytest.fixture(params=UI_FILES, ids=lambda path: path.name)
def ui(request: pytest.FixtureRequest) -> ElementTree.Element:
    return ElementTree.parse(request.param).getroot()


def test_the_predict_module_has_a_ui_file() -> None:
    assert ROOT / "RadioGenomics/Resources/UI/RadioGenomics.ui" in UI_FILES


def test_the_outermost_widget_is_a_qmrml_widget(ui: ElementTree.Element) -> None:
    assert ui.find("widget").get("class") == "qMRMLWidget"


def test_widget_names_are_unique(ui: ElementTree.Element) -> None:
    names = [widget.get("name") for widget in ui.iter("widget")]
    assert len(names) == len(set(names))


def test_every_mrml_widget_is_told_of_the_scene(ui: ElementTree.Element) -> None:
    needing = {
        widget.get("name")
        for widget in ui.iter("widget")
        if widget.get("class", "").startswith("qMRML") and widget.get("class") != "qMRMLWidget"
    }
    told = {
        connection.findtext("receiver")
        for connection in ui.iter("connection")
        if connection.findtext("slot") == "setMRMLScene(vtkMRMLScene*)"
    }
    assert needing <= told


def test_every_bound_parameter_exists_in_the_parameter_node() -> None:
    module = (ROOT / "RadioGenomics/RadioGenomics.py").read_text(encoding="utf-8")
    sources = [module, *(p.read_text(encoding="utf-8") for p in _panel_files())]
    for path in UI_FILES:
        for bound in ElementTree.parse(path).getroot().iter("property"):
            if bound.get("name") == "SlicerParameterName":
                name = "".join(bound.itertext()).strip()
                assert any(f"    {name}:" in text for text in sources), f"{path.name}: {name}"


def _panel_files() -> list[Path]:
    return sorted((ROOT / "RadioGenomics/RadioGenomicsLib/panel").glob("*.py"))
