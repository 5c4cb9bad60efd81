"""What the panel does with the user's choices: real scene, real logic; view and job are doubles."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import slicer

from RadioGenomicsLib.errors import DependencyError
from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.jobs.state import JobState
from RadioGenomicsLib.pipeline.result import Region
from RadioGenomicsLib.pipeline.run import run as run_pipeline
from RadioGenomicsLib.scene.logic import RadioGenomicsLogic
from RadioGenomicsLib.scene.segments import TUMOR
from RadioGenomicsLib.scene.segments import addSegment
from RadioGenomicsLib.scene.segments import addSegmentation
from RadioGenomicsLib.scene.stored_results import findResults
from RadioGenomicsLib.scene.volumes import nodeFromVolume
from Testing.panel_doubles import application_modules
from Testing.panel_doubles import choices
from Testing.panel_doubles import write_card
from Testing.scene.conftest import nodeIds


class View:
    """Remembers the last of everything it was told."""

    def __init__(self) -> None:
        self.sections, self.folded, self.errors, self.statuses, self.edited = {}, {}, [], [], []
        self.answer = True

    def __getattr__(self, name: str):
        if not name.startswith(("show", "set")):
            raise AttributeError(name)
        return lambda *told: setattr(self, f"told_{name}", told)

    def showSection(self, section) -> None:
        self.sections[section.key] = section

    def fold(self, key: str, folded: bool) -> None:
        self.folded[key] = folded

    def tellStatus(self, text: str) -> None:
        self.statuses.append(text)

    def tellError(self, error) -> None:
        self.errors.append(str(error))

    def openSegmentEditor(self, segment, scan) -> None:
        self.edited.append((segment, scan))

    def offerRestart(self, reason: str) -> None:
        self.restart = reason

    def confirm(self, question: str) -> bool:
        return self.answer

    def openFolder(self, folder) -> None:
        self.opened = folder

    def theme(self) -> str:
        return "dark"

    def chartWidth(self) -> float:
        return 400.0


class Job:
    """Works when it is asked for the second time, in this process."""

    log = "what it wrote"

    def __init__(self, request, steps) -> None:
        self.request, self._steps, self.canceled, self._asked = request, steps, False, 0

    def poll(self) -> JobState:
        self._asked += 1
        if self.canceled:
            return JobState("canceled")
        return JobState("running", 0.5, "Encoding") if self._asked == 1 else JobState("done", 1.0)

    def cancel(self) -> None:
        self.canceled = True

    def result(self):
        if hasattr(self.request, "scan"):
            return Region("brain", _ones(self.request.scan), "", "stand-in")
        return run_pipeline(self.request, self._steps, lambda _fraction, _step: None)


def _ones(volume: Volume) -> Volume:
    return volume.with_array(np.ones(volume.array.shape, np.uint8))


@pytest.fixture(autouse=True)
def application(scene, tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("models")
    write_card(folder / "tcga-lgg")
    monkeypatch.setenv("RADIOGENOMICS_MODELS", str(folder))
    with application_modules():
        yield


@pytest.fixture
def view() -> View:
    return View()


@pytest.fixture
def jobs() -> list[Job]:
    return []


@pytest.fixture
def presenter(view, steps, jobs):
    from RadioGenomicsLib.panel.presenter import PanelPresenter

    def start(request):
        jobs.append(Job(request, steps))
        return jobs[-1]

    return PanelPresenter(view, RadioGenomicsLogic(steps), start=start, ensure=lambda: None)


@pytest.fixture
def flair(scene, scan):
    return nodeFromVolume(scan, name="AX FLAIR")


def predict(presenter) -> None:
    presenter.predict()
    while presenter.run.busy:
        presenter.run.poll()


def test_scans_are_found_by_their_names_when_nothing_is_chosen(presenter, view, flair, scan):
    nodeFromVolume(scan, name="T1 post")
    nodeFromVolume(scan, name="T2 a")
    nodeFromVolume(scan, name="T2 b")
    chosen = choices()
    presenter.setParameters(chosen)
    assert chosen.flair is flair
    assert chosen.t1c.GetName() == "T1 post"
    assert chosen.t2 is None
    presenter.scans.guess()
    assert "T2" in view.statuses[-1]
    assert "choose one" in view.statuses[-1]


def test_what_was_chosen_is_not_guessed_again(presenter, flair, scan):
    other = nodeFromVolume(scan, name="something")
    chosen = choices(flair=other)
    presenter.setParameters(chosen)
    assert chosen.flair is other


def test_only_channels_that_the_model_reads_are_asked_for(presenter, view, flair):
    presenter.setParameters(choices())
    assert view.told_showChannels == (["FLAIR", "T1", "T1c"],)


def test_a_section_folds_when_it_becomes_complete_and_not_again(presenter, view, flair, scan):
    chosen = choices(flair=flair)
    presenter.setParameters(chosen)
    assert view.folded["scan"] is False
    chosen.t1 = chosen.t1c = nodeFromVolume(scan, name="other")
    presenter.update()
    assert view.folded["scan"] is True
    view.folded.clear()
    presenter.update()
    assert view.folded == {}


def test_predict_folds_over_its_result_and_opens_when_a_choice_changes(presenter, view, flair):
    chosen = choices(flair=flair)
    presenter.setParameters(chosen)
    assert view.folded["predict"] is False
    presenter.predict()
    assert view.folded["predict"] is False
    while presenter.run.busy:
        presenter.run.poll()
    assert (view.folded["predict"], view.folded["results"]) == (True, False)
    chosen.panel = "verhaak"
    presenter.update()
    assert view.folded["predict"] is False


def test_an_empty_scene_is_opened_without_a_word(presenter, view):
    presenter.setParameters(choices())
    assert view.statuses == []
    presenter.scans.guess()
    assert "choose the scans" in view.statuses[-1]


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


def test_the_chart_is_as_wide_as_the_panel_and_drawn_anew_when_the_module_is_opened(presenter, view, flair):
    chosen = choices()
    presenter.setParameters(chosen)
    predict(presenter)
    assert 'width="400"' in view.told_showChart[0]
    view.chartWidth = lambda: 500.0
    presenter.setParameters(chosen)
    assert 'width="500"' in view.told_showChart[0]


def test_predict_is_offered_only_when_nothing_is_missing(presenter, view, flair):
    from RadioGenomicsLib.panel.parameters import TumorSource

    chosen = choices()
    presenter.setParameters(chosen)
    assert view.told_showReady == ("", False)
    chosen.tumorSource = TumorSource.SEGMENT
    presenter.update()
    assert "segment" in view.told_showReady[0]
    chosen.flair = None
    presenter.update()
    assert "FLAIR" in view.told_showReady[0]


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


def test_a_result_is_found_again_in_a_loaded_scene(presenter, view, flair, scene, tmp_path):
    from RadioGenomicsLib.panel import exports

    presenter.setParameters(choices())
    predict(presenter)
    before = presenter.results.shown.rows()
    assert scene.WriteToMRB(str(tmp_path / "scene.mrb"))
    presenter.closeScene()
    scene.Clear(0)
    assert view.told_showSummary == ("",)
    scene.ReadFromMRB(str(tmp_path / "scene.mrb"))
    presenter.setParameters(choices())
    stored = presenter.results.shown
    for name, column in stored.rows().items():
        # Slicer's table files keep six digits.
        check = np.testing.assert_allclose if column.dtype.kind == "f" else np.testing.assert_array_equal
        check(column, before[name], **({"rtol": 1e-5} if column.dtype.kind == "f" else {}))
        assert column.dtype.kind == before[name].dtype.kind
    assert list(stored.scans) == ["FLAIR"]
    assert stored.attribution is not None
    assert stored.segmentId(TUMOR)
    exports.writeReport(presenter.results.shown, tmp_path / "report.html")
    assert "stand-in model" in (tmp_path / "report.html").read_text(encoding="utf-8")
    exports.writeAll(presenter.results.shown, tmp_path / "all")
    assert {"gene_table.csv", "report.html", "scene.mrb"} <= {path.name for path in (tmp_path / "all").iterdir()}


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


def test_a_removed_result_gives_way_to_what_is_left(presenter, flair, scene):
    presenter.setParameters(choices())
    predict(presenter)
    predict(presenter)
    scene.RemoveNode(presenter.results.shown.geneTable)
    presenter.nodesRemoved()
    assert presenter.results.count == 1
    scene.RemoveNode(presenter.results.shown.geneTable)
    presenter.nodesRemoved()
    assert presenter.results.shown is None


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


def test_a_proposal_becomes_a_segment_that_is_chosen(presenter, view, flair):
    from RadioGenomicsLib.panel.parameters import TumorSource

    chosen = choices()
    presenter.setParameters(chosen)
    presenter.regions.outlineTumor(marked=False)
    while presenter.run.busy:
        presenter.run.poll()
    assert view.errors == []
    assert chosen.tumorSource == TumorSource.SEGMENT
    assert chosen.tumorSegmentation.GetSegmentation().GetSegment(chosen.tumorSegmentID).GetName() == "Tumor"
    assert view.sections["tumor"].complete


def test_an_extracted_brain_becomes_a_segment_that_is_chosen(presenter, view, flair):
    from RadioGenomicsLib.panel.parameters import BrainSource

    chosen = choices()
    presenter.setParameters(chosen)
    presenter.regions.extractBrain()
    while presenter.run.busy:
        presenter.run.poll()
    assert view.errors == []
    assert chosen.brainSource == BrainSource.SEGMENT
    assert chosen.brainSegmentID


def test_a_box_lies_in_the_scan_and_points_are_placed_by_the_next_click(presenter, view, flair):
    from RadioGenomicsLib.panel.parameters import TumorSource

    chosen = choices()
    presenter.setParameters(chosen)
    presenter.regions.placeBox()
    bounds, inside = np.zeros(6), np.zeros(6)
    flair.GetRASBounds(bounds)
    chosen.tumorMarkups.GetRASBounds(inside)
    assert (bounds[::2] < inside[::2]).all()
    assert (inside[1::2] < bounds[1::2]).all()
    assert chosen.tumorSource == TumorSource.MARKUPS
    presenter.regions.placePoint()
    assert chosen.tumorMarkups.IsA("vtkMRMLMarkupsFiducialNode")
    assert slicer.modules.markups.logic().GetActiveListID() == chosen.tumorMarkups.GetID()
    interaction = slicer.app.applicationLogic().GetInteractionNode()
    assert interaction.GetCurrentInteractionMode() == interaction.Place
    points = chosen.tumorMarkups
    presenter.regions.placePoint()
    assert chosen.tumorMarkups is points


def test_the_segment_editor_opens_on_the_chosen_segment_or_on_a_new_one(presenter, view, flair, scan, lump):
    chosen = choices()
    presenter.setParameters(chosen)
    presenter.regions.editTumor()
    (node, segmentId), background = view.edited[-1]
    assert background is flair
    assert node.GetSegmentation().GetSegment(segmentId).GetName() == "Tumor"
    drawn = addSegmentation(scan, "drawn", volumeNode=flair)
    chosen.tumorSegmentation, chosen.tumorSegmentID = drawn, addSegment(drawn, lump, TUMOR)
    presenter.regions.editTumor()
    assert view.edited[-1][0] == (drawn, chosen.tumorSegmentID)


def test_nothing_is_begun_without_a_scan(presenter, view, jobs):
    presenter.setParameters(choices())
    view.statuses.clear()
    presenter.regions.extractBrain()
    presenter.regions.outlineTumor(marked=False)
    presenter.regions.placeBox()
    presenter.regions.editTumor()
    assert jobs == view.edited == []
    assert set(view.statuses) == {"Choose a scan first."}


def test_the_overlay_follows_the_choice_and_leaves_other_foregrounds_alone(presenter, flair, scene):
    composite = scene.AddNewNodeByClass("vtkMRMLSliceCompositeNode")
    chosen = choices(overlayOpacity=0.3)
    presenter.setParameters(chosen)
    predict(presenter)
    attribution = presenter.results.shown.attribution
    assert composite.GetForegroundVolumeID() == attribution.GetID()
    assert composite.GetBackgroundVolumeID() == flair.GetID()
    assert composite.GetForegroundOpacity() == pytest.approx(0.3)
    chosen.overlayShown = False
    presenter.update()
    assert composite.GetForegroundVolumeID() is None
    composite.SetForegroundVolumeID(flair.GetID())
    presenter.results.updateOverlay()
    assert composite.GetForegroundVolumeID() == flair.GetID()


def test_the_slices_go_to_the_tumor(presenter, flair, scene):
    sliceNode = scene.AddNewNodeByClass("vtkMRMLSliceNode")
    presenter.setParameters(choices())
    predict(presenter)
    matrix = slicer.util.arrayFromVTKMatrix(sliceNode.GetSliceToRAS())
    center = presenter.results.shown.segmentation.GetSegmentCenterRAS(presenter.results.shown.segmentId(TUMOR))
    np.testing.assert_allclose(matrix[:3, 3], center, atol=1e-6)


def test_genes_are_searched_and_sorted_and_the_chart_says_why_some_are_gray(presenter, view, flair):
    chosen = choices()
    presenter.setParameters(chosen)
    predict(presenter)
    presenter.results.search("IDH1")
    assert [row.cells[0] for row in view.told_showGenes[0].rows] == ["IDH1"]
    presenter.results.search("")
    chosen.reliableOnly = True
    presenter.update()
    assert all(row.reliable for row in view.told_showGenes[0].rows)
    svg, hints = view.told_showChart
    assert "IDH1" in svg
    assert "prefers-color-scheme" not in svg
    rows = presenter.results.shown.rows()
    # The first four genes are of the panel.
    assert {hint.partition(":")[0] for hint in hints} == set(rows["symbol"][:4][~rows["reliable"][:4]])


def test_coming_back_to_the_module_keeps_search_and_order(presenter, view, flair):
    chosen = choices()
    presenter.setParameters(chosen)
    predict(presenter)
    presenter.results.sortBy(0)
    presenter.results.search("GENE1")
    shown = view.told_showGenes
    presenter.setParameters(chosen)
    assert view.told_showGenes is shown


def test_the_summary_names_model_cohort_warnings_and_research_use(presenter, view, flair):
    presenter.setParameters(choices())
    predict(presenter)
    (html,) = view.told_showSummary
    for text in ("Stand-in model", "of none", "stand-in model", "Research use only", "Ran on: CPU"):
        assert text in html


def test_a_damaged_result_in_a_scene_is_no_result(scene, presenter, view):
    for text in ("{}", "[]", "no json", '{"schema": 1}'):
        scene.AddNewNodeByClass("vtkMRMLTableNode").SetAttribute("RadioGenomics.Result", text)
    presenter.setParameters(choices())
    assert presenter.results.count == 0


def test_a_report_of_what_is_no_longer_there_is_refused_in_plain_words(presenter, flair, scene, tmp_path):
    from RadioGenomicsLib.panel import exports

    presenter.setParameters(choices())
    predict(presenter)
    scene.RemoveNode(flair)
    with pytest.raises(InputError, match="no longer in the scene"):
        exports.writeReport(presenter.results.shown, tmp_path / "report.html")
    exports.writeGenes(presenter.results.shown, tmp_path / "genes.csv")
    assert (tmp_path / "genes.csv").read_text(encoding="utf-8").count("\n") == 41


def test_a_sample_is_loaded_and_chosen(presenter, view, monkeypatch, scan, lump):
    from RadioGenomicsLib import sample
    from RadioGenomicsLib.panel.parameters import TumorSource

    study = SimpleNamespace(title="P1: a study", channels={"FLAIR": scan.with_array(scan.array, "FLAIR")}, tumor=lump)
    monkeypatch.setattr(sample, "load_sample", lambda _name, _progress: study)
    chosen = choices()
    presenter.setParameters(chosen)
    presenter.scans.loadSample("glioma-mri")
    for _ in range(500):
        presenter.run.poll()
    assert chosen.flair.GetName() == "P1 FLAIR"
    assert chosen.tumorSource == TumorSource.SEGMENT
    assert "Loaded" in view.told_showRun[0].step
