"""The .ui files as Slicer's loader wants them, read as XML: no Qt needed."""

from __future__ import annotations

import ast
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from Testing.contract._sources import MODULES
from Testing.contract._sources import ROOT

UI_FILES = sorted(path for module in MODULES for path in (ROOT / module).rglob("*.ui"))
PANEL = ROOT / "RadioGenomics/RadioGenomicsLib/panel"
PANEL_UI = ROOT / "RadioGenomics/Resources/UI/RadioGenomics.ui"
# What a user can press, type into or choose from.
USED_BY_HAND = {
    "QPushButton",
    "QCheckBox",
    "QComboBox",
    "QLineEdit",
    "QTableWidget",
    "ctkSliderWidget",
    "qMRMLNodeComboBox",
    "qMRMLSegmentSelectorWidget",
}


@pytest.fixture(params=UI_FILES, ids=lambda path: path.name)
def ui(request: pytest.FixtureRequest) -> ElementTree.Element:
    return ElementTree.parse(request.param).getroot()


def _property(widget: ElementTree.Element, name: str) -> str | None:
    found = [each for each in widget.findall("property") if each.get("name") == name]
    return "".join(found[0].itertext()).strip() if found else None


def _names(ui: ElementTree.Element) -> set[str]:
    return {widget.get("name") for widget in ui.iter("widget")}


def _panel_files() -> list[Path]:
    return sorted(PANEL.rglob("*.py"))


def test_the_predict_module_has_a_ui_file() -> None:
    assert PANEL_UI in UI_FILES


def test_the_outermost_widget_is_a_qmrml_widget(ui: ElementTree.Element) -> None:
    assert ui.find("widget").get("class") == "qMRMLWidget"


def test_widget_names_are_unique(ui: ElementTree.Element) -> None:
    names = [widget.get("name") for widget in ui.iter("widget")]
    assert len(names) == len(set(names))


def test_every_class_that_is_not_of_qt_is_declared(ui: ElementTree.Element) -> None:
    declared = {custom.findtext("class") for custom in ui.iter("customwidget")}
    used = {widget.get("class") for widget in ui.iter("widget") if not re.match(r"Q[A-Z]", widget.get("class"))}
    assert used == declared


def test_every_mrml_widget_is_told_of_the_scene(ui: ElementTree.Element) -> None:
    needing = {
        widget.get("name")
        for widget in ui.iter("widget")
        if widget.get("class", "").startswith("qMRML") and widget.get("class") != "qMRMLWidget"
    }
    connections = [
        connection
        for connection in ui.iter("connection")
        if connection.findtext("slot") == "setMRMLScene(vtkMRMLScene*)"
    ]
    for connection in connections:
        assert connection.findtext("sender") == ui.find("widget").get("name")
        assert connection.findtext("signal") == "mrmlSceneChanged(vtkMRMLScene*)"
    assert {connection.findtext("receiver") for connection in connections} == needing


def test_what_is_used_by_hand_says_what_it_does_and_can_be_reached_by_keyboard(ui: ElementTree.Element) -> None:
    used = [widget for widget in ui.iter("widget") if widget.get("class") in USED_BY_HAND]
    stops = [stop.text for stop in ui.iter("tabstop")]
    assert [widget.get("name") for widget in used if not _property(widget, "toolTip")] == []
    assert {widget.get("name") for widget in used} <= set(stops) <= _names(ui)
    assert len(stops) == len(set(stops))


def test_the_keyboard_goes_through_the_widgets_from_top_to_bottom(ui: ElementTree.Element) -> None:
    order = [widget.get("name") for widget in ui.iter("widget")]
    places = [order.index(stop.text) for stop in ui.iter("tabstop")]
    assert places == sorted(places)


def test_every_label_of_a_field_names_its_field(ui: ElementTree.Element) -> None:
    names = _names(ui)
    for label in (widget for widget in ui.iter("widget") if widget.get("class") == "QLabel"):
        if (_property(label, "text") or "").endswith(":"):
            assert _property(label, "buddy") in names, label.get("name")


def test_no_color_font_or_style_fights_the_theme(ui: ElementTree.Element) -> None:
    assert {each.get("name") for each in ui.iter("property")} & {"styleSheet", "palette", "font"} == set()
    for path in _panel_files():
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"setStyleSheet|styleSheet|QColor\(|setFont|QFont\(", text), path.name


def test_every_bound_parameter_exists_in_the_parameter_node_once() -> None:
    bound = [
        (widget, _property(widget, "SlicerParameterName"))
        for widget in ElementTree.parse(PANEL_UI).getroot().iter("widget")
        if _property(widget, "SlicerParameterName")
    ]
    tree = ast.parse((PANEL / "parameters.py").read_text(encoding="utf-8"))
    node = next(each for each in tree.body if getattr(each, "name", "") == "RadioGenomicsParameterNode")
    members = {statement.target.id: ast.unparse(statement.annotation) for statement in node.body[1:]}
    names = [name for _widget, name in bound]
    assert set(names) <= members.keys()
    assert len(names) == len(set(names))
    # The wrapper's connectors, by the widget's class: what it can hold.
    fits = {
        "qMRMLNodeComboBox": r"vtkMRML",
        "QComboBox": r"^[A-Z]\w+$",
        "QCheckBox": r"^bool$",
        "QPushButton": r"^bool$",
        "ctkSliderWidget": r"Annotated\[float, WithinRange",
    }
    for widget, name in bound:
        assert re.search(fits[widget.get("class")], members[name]), name


def test_every_widget_that_the_code_names_is_in_the_ui_file() -> None:
    names = _names(ElementTree.parse(PANEL_UI).getroot())
    named: dict[str, str] = {}
    for path in _panel_files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) in ("ui", "self.ui"):
                named[node.attr] = path.name
    assert {name: file for name, file in named.items() if name not in names} == {}
    assert len(named) > 30


def test_what_the_code_names_by_pattern_is_in_the_ui_file() -> None:
    names = _names(ElementTree.parse(PANEL_UI).getroot())
    sections = re.search(r"= (\"scan\".*)", (PANEL / "sections.py").read_text(encoding="utf-8"))[1]
    for key in ast.literal_eval(f"({sections})"):
        assert f"{key}CollapsibleButton" in names
    roles = re.search(r"ROLES = (\{.*\})", (PANEL / "choices.py").read_text(encoding="utf-8"))[1]
    for member in ast.literal_eval(roles).values():
        assert {f"{member}Label", f"{member}Selector"} <= names


def test_every_button_does_something() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (PANEL / "qt_view").glob("*.py"))
    for widget in ElementTree.parse(PANEL_UI).getroot().iter("widget"):
        # A checkable button follows the parameter node, or tells that it was toggled.
        if widget.get("class") == "QPushButton" and not _property(widget, "SlicerParameterName"):
            connects = f"connect(ui.{widget.get('name')}," if _property(widget, "checkable") else ""
            clicks = f"onClick(ui.{widget.get('name')},"
            assert (connects or clicks) in re.sub(r"onClick\(\s+", "onClick(", code), widget.get("name")
