"""A panel on a real scene, with doubles of its view and jobs."""

from __future__ import annotations

import pytest

from RadioGenomicsLib.scene.logic import RadioGenomicsLogic
from RadioGenomicsLib.scene.volumes import nodeFromVolume
from Testing.panel_doubles import application_modules
from Testing.panel_doubles import write_card
from Testing.scene.panel.doubles import Job
from Testing.scene.panel.doubles import View


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
