"""What the panel does with the user's choices, without Qt: widgets are recorded, the logic is a stand-in."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from types import SimpleNamespace
from unittest.mock import MagicMock

import pytest
import slicer

from RadioGenomicsLib.errors import Canceled
from RadioGenomicsLib.errors import InputError


@pytest.fixture
def panelRoom(monkeypatch):
    """The panel's modules, loaded against the least of what only the application has."""
    wrapper = ModuleType("slicer.parameterNodeWrapper")
    wrapper.parameterNodeWrapper = lambda kind: kind
    i18n = ModuleType("slicer.i18n")
    i18n.tr = lambda text: text
    bundles = ModuleType("RadioGenomicsLib.model.bundle")
    bundles.list_bundles = lambda: [SimpleNamespace(id="tcga-lgg")]
    fakes = {
        "slicer.parameterNodeWrapper": wrapper,
        "slicer.i18n": i18n,
        "RadioGenomicsLib.model.bundle": bundles,
    }
    for name, fake in fakes.items():
        monkeypatch.setitem(sys.modules, name, fake)
    monkeypatch.setattr(slicer.util, "errorDisplay", MagicMock())
    rooms = ["parameters", "summary", "widget"]
    yield SimpleNamespace(**{room: importlib.import_module(f"RadioGenomicsLib.panel.{room}") for room in rooms})
    for room in rooms:
        sys.modules.pop(f"RadioGenomicsLib.panel.{room}", None)


@pytest.fixture
def parameters(panelRoom):
    Source, Device = panelRoom.parameters.TumorSource, panelRoom.parameters.Device
    return SimpleNamespace(
        flair="flair node",
        t1=None,
        t1c=None,
        t2=None,
        tumorSource=Source.PROPOSAL,
        tumorSegmentation=None,
        tumorSegmentID="",
        tumorMarkups=None,
        model="tcga-lgg",
        panel="glioma",
        device=Device.AUTO,
        connectGui=MagicMock(),
        disconnectGui=MagicMock(),
        parameterNode=MagicMock(),
    )


@pytest.fixture
def ui():
    ui = MagicMock()
    ui.outputFolderPathLineEdit.currentPath = ""
    ui.panelComboBox.findData.return_value = ui.modelComboBox.findData.return_value = 0
    return ui


@pytest.fixture
def panel(panelRoom, parameters, ui):
    panel = panelRoom.widget.RadioGenomicsPanel(ui, MagicMock())
    panel.setParameterNode(parameters)
    return panel


def click(panel, ui) -> None:
    connected = {call.args[0]: call.args[1] for call in ui.predictButton.connect.call_args_list}
    connected["clicked(bool)"](True)


def test_predict_is_offered_only_when_nothing_is_missing(panelRoom, panel, parameters, ui):
    assert ui.predictButton.enabled is True
    parameters.tumorSource = panelRoom.parameters.TumorSource.SEGMENT
    panel._update()
    assert ui.predictButton.enabled is False
    assert "segment" in ui.predictButton.toolTip
    parameters.tumorSource, parameters.flair = panelRoom.parameters.TumorSource.PROPOSAL, None
    panel._update()
    assert "scan" in ui.predictButton.toolTip


def test_the_choices_reach_the_logic(panel, ui):
    panel._logic.predict.side_effect = Canceled("test")
    click(panel, ui)
    (volumes,), options = panel._logic.predict.call_args
    assert volumes == {"FLAIR": "flair node"}
    assert options["tumor"] is None
    assert options["outputFolder"] is None
    assert (options["model"], options["panel"], options["device"]) == ("tcga-lgg", "glioma", "auto")


def test_a_second_click_while_it_runs_cancels(panel, ui):
    def run(_volumes, *, progress, **_options):
        progress(0.1, "working")
        click(panel, ui)
        progress(0.2, "still working")

    panel._logic.predict.side_effect = run
    click(panel, ui)
    assert "Canceled" in ui.statusLabel.text
    assert ui.predictButton.text == "Predict"
    assert ui.progressBar.visible is False


def test_an_expected_failure_is_told_in_its_own_words(panel, ui):
    panel._logic.predict.side_effect = InputError("flair", "it has no image data", "Load the scan again.")
    click(panel, ui)
    slicer.util.errorDisplay.assert_called_once()
    assert "Load the scan again." in ui.statusLabel.text
    assert ui.predictButton.text == "Predict"
    assert panel._result is None


def test_the_summary_names_warnings_and_research_use(panelRoom, steps, scan):
    from RadioGenomicsLib.progress import silent

    study = steps.study({"FLAIR": scan}, steps.predictor, brain=None)
    tumor = steps.predictor.propose_tumor(study)
    summary = panelRoom.summary.summaryOf(steps.predictor.predict(study, tumor, panel_genes=[], progress=silent))
    assert "stand-in model" in summary
    assert "Research use only" in summary
