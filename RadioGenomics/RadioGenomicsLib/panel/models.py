"""The models: the list, the card of the chosen one, adding and removing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from typing import Protocol

from slicer.i18n import tr as _

from RadioGenomicsLib.errors import BundleError
from RadioGenomicsLib.model.user_models import bundle_folders
from RadioGenomicsLib.model.user_models import is_users_own
from RadioGenomicsLib.model.user_models import read_card
from RadioGenomicsLib.model.user_models import remove_bundle
from RadioGenomicsLib.model.user_models import user_models_folder
from RadioGenomicsLib.panel.model_card import cardHtml


@dataclass(frozen=True)
class ListedModel:
    """A model in the list.

    Attributes:
        name: what it is chosen by.
        title: for people.
        own: whether the user added it.
        card: its ``model.json``; None where it cannot be used.
        flaw: why not; empty where it can.
    """

    name: str
    title: str
    own: bool
    card: dict[str, Any] | None
    flaw: str = ""


class ModelsView(Protocol):
    """What the models need of the view."""

    def showModels(self, models: list[ListedModel], current: int) -> None: ...

    def showCard(self, html: str, removable: bool) -> None: ...

    def confirm(self, question: str) -> bool: ...

    def openFolder(self, folder: Path) -> None: ...


class Models:
    """What happens with the models.

    Args:
        view: shows them.
        choices: returns the parameter node, or None while there is none.
    """

    def __init__(self, view: ModelsView, choices: Callable[[], object | None]) -> None:
        self._view = view
        self._choices = choices
        self._models: list[ListedModel] = []

    @property
    def chosen(self) -> ListedModel | None:
        """The chosen model; None while none is."""
        name = self._choices().model if self._choices() is not None else ""
        return next((model for model in self._models if model.name == name), None)

    def refresh(self) -> None:
        """List what is there now; the first model is chosen where the chosen one has gone."""
        self._models = [_listed(name, folder) for name, folder in bundle_folders().items()]
        parameters = self._choices()
        if parameters is not None and self.chosen is None and self._models:
            parameters.model = self._models[0].name
        place = self._models.index(self.chosen) if self.chosen is not None else -1
        self._view.showModels(self._models, place)
        self._showCard()

    def choose(self, name: str) -> None:
        """Take another model."""
        if self._choices() is not None and any(model.name == name for model in self._models):
            self._choices().model = name
            self._showCard()

    def added(self, name: str) -> str:
        """List and choose a model that was added, and return what to tell of it."""
        self.refresh()
        self.choose(name)
        self.refresh()
        return _("The model {name} was checked and added.").format(name=name)

    def removeChosen(self) -> str:
        """Delete the chosen model, if it is the user's and the user agrees, and return its title; empty where not.

        Raises:
            BundleError: it cannot be deleted.
        """
        model = self.chosen
        if (
            model is not None
            and model.own
            and self._view.confirm(
                _("Delete the model {title} from this computer? It would have to be added again.").format(
                    title=model.title
                )
            )
        ):
            remove_bundle(model.name)
            self.refresh()
            return model.title
        return ""

    def openFolder(self) -> None:
        """Show the folder of the user's own models in the file manager."""
        folder = user_models_folder()
        folder.mkdir(parents=True, exist_ok=True)
        self._view.openFolder(folder)

    def _showCard(self) -> None:
        model = self.chosen
        if model is None:
            self._view.showCard(_("There is no model: add one."), False)
        else:
            self._view.showCard(cardHtml(model.card) if model.card else model.flaw, model.own)


def _listed(name: str, folder: Path) -> ListedModel:
    own = is_users_own(folder)
    try:
        card = read_card(folder)
        return ListedModel(name, str(card["title"]), own, card)
    except BundleError as error:
        return ListedModel(name, name, own, None, str(error))
