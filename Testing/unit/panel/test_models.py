from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from Testing.panel_doubles import choices
from Testing.panel_doubles import write_card


class View:
    def __init__(self) -> None:
        self.answer = True

    def showModels(self, models, current) -> None:  # noqa: N802
        self.models, self.current = models, current

    def showCard(self, html: str, removable: bool) -> None:  # noqa: N802
        self.html, self.removable = html, removable

    def confirm(self, question: str) -> bool:
        self.question = question
        return self.answer

    def openFolder(self, folder: Path) -> None:  # noqa: N802
        self.opened = folder


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder with a model in it."""
    monkeypatch.setenv("RADIOGENOMICS_MODELS", str(tmp_path / "own"))
    write_card(tmp_path / "own" / "mine", title="My model")
    return tmp_path / "own"


@pytest.fixture
def view() -> View:
    return View()


@pytest.fixture
def chosen():
    return choices(model="mine")


@pytest.fixture
def models(own, view, chosen):
    from RadioGenomicsLib.panel.models import Models

    models = Models(view, lambda: chosen)
    models.refresh()
    return models


def test_shipped_and_own_models_are_listed_with_the_card_of_the_chosen_one(models, view) -> None:
    assert {(model.name, model.own) for model in view.models} == {("tcga-lgg", False), ("mine", True)}
    assert view.models[view.current].title == "My model"
    assert "My model" in view.html
    assert view.removable


def test_choosing_shows_the_other_card_and_is_kept(models, view, chosen) -> None:
    models.choose("tcga-lgg")
    assert chosen.model == "tcga-lgg"
    assert not view.removable
    models.choose("no such model")
    assert chosen.model == "tcga-lgg"


def test_a_model_that_has_gone_gives_way_to_one_that_is_there(models, view, chosen) -> None:
    chosen.model = "gone"
    models.refresh()
    assert chosen.model in {model.name for model in view.models}
    assert view.current >= 0


def test_removing_asks_first_and_removes_only_the_users_own(models, view, chosen, own) -> None:
    view.answer = False
    models.removeChosen()
    assert (own / "mine").is_dir()
    view.answer = True
    models.removeChosen()
    assert not (own / "mine").exists()
    assert chosen.model == "tcga-lgg"
    view.question = ""
    models.removeChosen()
    assert view.question == ""


def test_a_damaged_model_is_listed_with_its_flaw(models, view, own) -> None:
    (own / "mine" / "model.json").write_text("{")
    models.refresh()
    assert "cannot be read" in models.chosen.flaw
    assert "cannot be read" in view.html
    assert view.removable


def test_the_users_folder_is_there_when_it_is_opened(models, view, own) -> None:
    shutil.rmtree(own)
    models.openFolder()
    assert view.opened == own
    assert own.is_dir()
