"""What the panel does from Predict to a result, and when that is canceled or fails; view and job are doubles."""

from __future__ import annotations

import pytest
import slicer

from RadioGenomicsLib.errors import DependencyError
from RadioGenomicsLib.scene.logic import RadioGenomicsLogic
from RadioGenomicsLib.scene.stored_results import findResults
from Testing.panel_doubles import choices
from Testing.scene.conftest import nodeIds
from Testing.scene.panel.doubles import predict


def test_what_is_wrong_with_the_choices_is_told_before_anything_is_installed(view, steps, flair):
    from RadioGenomicsLib.panel.parameters import TumorSource
    from RadioGenomicsLib.panel.presenter import PanelPresenter

    panel = PanelPresenter(view, RadioGenomicsLogic(steps), ensure=lambda: pytest.fail("it was installed"))
    points = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode")
    panel.setParameters(choices(flair=flair, tumorSource=TumorSource.MARKUPS, tumorMarkups=points))
    panel.predict()
    assert len(view.errors) == 1


def test_a_report_needs_the_packages_and_a_gene_table_does_not(view, steps, flair, presenter, tmp_path):
    from RadioGenomicsLib.panel import exports

    presenter.setParameters(choices())
    predict(presenter)

    def ensure() -> None:
        raise DependencyError("jinja2", "not installed", "Agree.")

    presenter._ensure = ensure
    presenter.export(exports.writeGenes, tmp_path / "genes.csv")
    assert (tmp_path / "genes.csv").is_file()
    with pytest.raises(DependencyError):
        presenter.export(exports.writeReport, tmp_path / "report.html")


def test_two_runs_make_two_results_and_the_newest_is_shown(presenter, view, jobs, flair):
    chosen = choices()
    presenter.setParameters(chosen)
    predict(presenter)
    first = chosen.result
    predict(presenter)
    assert view.errors == []
    assert [result.geneTable for result in findResults()] == [first, chosen.result]
    assert presenter.results.shown.geneTable is chosen.result
    assert len(view.told_showResultNames[0]) == 2
    assert "Done" in view.told_showRun[0].step
    assert jobs[0].request.channels.keys() == {"FLAIR"}


def test_canceling_in_the_middle_leaves_the_scene_as_it_was(presenter, view, jobs, flair, scene):
    presenter.setParameters(choices())
    before = nodeIds(scene)
    presenter.predict()
    presenter.run.poll()
    assert presenter.run.busy
    assert view.told_showReady == ("", True)
    presenter.run.cancel()
    assert jobs[0].canceled
    assert not presenter.run.busy
    assert view.errors == []
    assert nodeIds(scene) == before


def test_closing_the_scene_in_the_middle_ends_the_work(presenter, view, jobs, flair, scene):
    presenter.setParameters(choices())
    predict(presenter)
    presenter.predict()
    presenter.closeScene()
    scene.Clear(0)
    presenter.run.poll()
    assert jobs[1].canceled
    assert presenter.results.shown is None
    assert view.told_showGenes == (None,)
    presenter.setParameters(choices())
    assert view.sections["scan"].missing


def test_a_scan_that_was_removed_meanwhile_does_not_lose_the_result(presenter, view, flair, scene):
    presenter.setParameters(choices())
    presenter.predict()
    scene.RemoveNode(flair)
    while presenter.run.busy:
        presenter.run.poll()
    assert view.errors == []
    assert len(findResults()) == 1


def test_without_the_packages_nothing_is_started_and_a_restart_is_offered_where_it_helps(view, steps, flair):
    from RadioGenomicsLib.panel.presenter import PanelPresenter
    from RadioGenomicsLib.scene.dependencies import RestartNeeded

    for error in (DependencyError("torch", "not installed", "Agree."), RestartNeeded("torch", "old", "Restart.")):

        def ensure(error=error) -> None:
            raise error

        panel = PanelPresenter(
            view, RadioGenomicsLogic(steps), start=lambda _: pytest.fail("it was started"), ensure=ensure
        )
        panel.setParameters(choices())
        panel.predict()
        assert not panel.run.busy
    # Who is asked to restart gets no error window on top.
    assert view.errors == ["torch: not installed. Agree."]
    assert "Restart" in view.restart


def test_declining_the_installation_opens_no_second_window(view, steps, flair):
    from RadioGenomicsLib.panel.presenter import PanelPresenter
    from RadioGenomicsLib.scene.dependencies import InstallationDeclined
    from RadioGenomicsLib.scene.logic import RadioGenomicsLogic

    def declined() -> None:
        raise InstallationDeclined("torch", "not installed, as you chose", "Press Predict again when you are ready.")

    presenter = PanelPresenter(view, RadioGenomicsLogic(steps), ensure=declined)
    presenter.setParameters(choices(flair=flair))
    presenter.predict()
    assert not presenter.run.busy
    assert view.errors == []


def test_points_are_hidden_once_the_tumor_is_outlined(presenter, flair):
    from RadioGenomicsLib.panel.parameters import TumorSource
    from RadioGenomicsLib.scene.marking import addBox

    box = addBox("box", flair)
    presenter.setParameters(choices(flair=flair, tumorMarkups=box, tumorSource=TumorSource.MARKUPS))
    predict(presenter)
    assert not box.GetDisplayNode().GetVisibility()
