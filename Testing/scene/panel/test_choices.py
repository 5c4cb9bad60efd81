"""What the panel makes of scans and choices: real scene, real logic; view and job are doubles."""

from __future__ import annotations

from RadioGenomicsLib.scene.volumes import nodeFromVolume
from Testing.panel_doubles import choices


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


def test_nothing_is_begun_without_a_scan(presenter, view, jobs):
    presenter.setParameters(choices())
    view.statuses.clear()
    presenter.regions.extractBrain()
    presenter.regions.outlineTumor(marked=False)
    presenter.regions.placeBox()
    presenter.regions.editTumor()
    assert jobs == view.edited == []
    assert set(view.statuses) == {"Choose a scan first."}


def test_a_sample_is_loaded_and_chosen(presenter, view, monkeypatch, scan, lump):
    from RadioGenomicsLib import sample
    from RadioGenomicsLib.panel.parameters import TumorSource
    from RadioGenomicsLib.sample import SampleStudy

    channels = {"FLAIR": scan.with_array(scan.array, "FLAIR")}
    study = SampleStudy("P1: a study", channels, lump, synthetic=True, reason="P2: it could not be fetched (offline)")
    monkeypatch.setattr(sample, "load_sample", lambda _name, _progress: study)
    chosen = choices()
    presenter.setParameters(chosen)
    presenter.scans.loadSample("glioma-mri")
    for _ in range(500):
        presenter.run.poll()
    assert chosen.flair.GetName() == "P1 FLAIR"
    assert chosen.tumorSource == TumorSource.SEGMENT
    assert view.told_showRun[0].step == "Loaded: P1: a study. P2: it could not be fetched (offline)."


def test_scans_that_are_loaded_while_the_panel_is_open_are_guessed(presenter, scan):
    chosen = choices()
    presenter.setParameters(chosen)
    assert chosen.flair is None
    node = nodeFromVolume(scan, name="AX FLAIR")
    presenter.nodesChanged()
    assert chosen.flair is node


def test_a_line_of_the_scene_before_does_not_stay(presenter, view):
    presenter.setParameters(choices())
    presenter.scans.guess()
    assert view.statuses[-1]
    presenter.setParameters(choices())
    assert view.statuses[-1] == ""
