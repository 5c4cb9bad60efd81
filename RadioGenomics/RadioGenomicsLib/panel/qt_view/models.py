"""The models: list, card, and where they come from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import qt
import slicer
from slicer.i18n import tr as _

from RadioGenomicsLib.panel.models import ListedModel
from RadioGenomicsLib.panel.qt_view.lists import fill
from RadioGenomicsLib.panel.short_titles import shortTitles


class ModelsView:
    """Part of the panel's view; ``ui`` holds the child widgets of RadioGenomics.ui."""

    ui: object

    def showModels(self, models: list[ListedModel], current: int) -> None:
        """List the models."""
        titles = [model.title for model in models]
        entries = [
            (model.name, _("{title} (yours)").format(title=title) if model.own else title)
            for model, title in zip(models, shortTitles(titles), strict=True)
        ]
        fill(self.ui.modelComboBox, entries, current, titles)

    def showCard(self, html: str, removable: bool) -> None:
        """Show the card of the chosen model."""
        self.ui.cardTextBrowser.setHtml(html)
        self.ui.removeModelButton.enabled = removable
        self.ui.removeModelButton.toolTip = (
            _("Delete this model from the computer.") if removable else _("Only models that you added can be removed.")
        )

    def showDevice(self, text: str) -> None:
        """Say where the network will run."""
        self.ui.deviceLabel.text = text

    def confirm(self, question: str) -> bool:
        """Ask before something is deleted."""
        return slicer.util.confirmYesNoDisplay(question, windowTitle=_("RadioGenomics"))

    def openFolder(self, folder: Path) -> None:
        """Show a folder in the file manager."""
        qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(str(folder)))

    def askModelFolder(self, add: Callable[[Path], None]) -> None:
        """Let the user choose a model's folder."""
        chosen = qt.QFileDialog.getExistingDirectory(
            slicer.util.mainWindow(), _("Folder of the model (it holds model.json)")
        )
        if chosen:
            add(Path(chosen))

    def askModelZip(self, add: Callable[[Path], None]) -> None:
        """Let the user choose a model's zip file."""
        chosen = qt.QFileDialog.getOpenFileName(
            slicer.util.mainWindow(), _("Zip file of the model"), "", _("Zip files (*.zip)")
        )
        if chosen:
            add(Path(chosen))
