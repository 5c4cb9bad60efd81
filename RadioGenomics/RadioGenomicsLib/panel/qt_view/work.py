"""The work under way: button, progress, step, log."""

from __future__ import annotations

from collections.abc import Callable

import qt
import slicer
from slicer.i18n import tr as _

from RadioGenomicsLib.errors import RadioGenomicsError
from RadioGenomicsLib.panel.qt_view.slots import connect
from RadioGenomicsLib.panel.run import RunState

_POLL_MS = 200


class WorkView:
    """Part of the panel's view; ``ui`` holds the child widgets of RadioGenomics.ui."""

    ui: object

    def setUpWork(self, poll: Callable[[], None]) -> None:
        """Prepare the timer that looks after the work."""
        self._timer = qt.QTimer()
        self._timer.setInterval(_POLL_MS)
        connect(self._timer, "timeout()", poll)
        self.ui.progressBar.setVisible(False)

    def setPolling(self, polling: bool) -> None:
        """Look after the work every now and then, or no more."""
        if polling:
            self._timer.start()
        else:
            self._timer.stop()

    def showRun(self, state: RunState) -> None:
        """Show how the work stands."""
        ui = self.ui
        ui.progressBar.setVisible(state.running)
        ui.progressBar.value = round(100 * state.fraction)
        ui.statusLabel.text = _("Canceling: {step}").format(step=state.step) if state.canceling else state.step
        if state.log != ui.logTextEdit.plainText:
            ui.logTextEdit.setPlainText(state.log)

    def showReady(self, missing: str, busy: bool) -> None:
        """Offer to predict, to cancel, or say what is missing."""
        ui = self.ui
        ui.predictButton.text = _("Cancel") if busy else _("Predict")
        ui.predictButton.enabled = busy or not missing
        ui.predictButton.toolTip = (
            _("Stop the work. The scene stays as it is.")
            if busy
            else missing or _("Predict gene expression from these scans.")
        )
        for choices in (ui.scanWidget, ui.brainWidget, ui.tumorWidget, ui.modelWidget):
            choices.enabled = not busy

    def tellStatus(self, text: str) -> None:
        """Show one line beside the progress."""
        self.ui.statusLabel.text = text

    def tellError(self, error: RadioGenomicsError) -> None:
        """Show an expected failure in its own words."""
        slicer.util.errorDisplay(str(error), windowTitle=_("RadioGenomics"))

    def offerRestart(self, reason: str) -> None:
        """Ask whether Slicer may be started anew, and do so."""
        question = _("{reason}\n\nRestart Slicer now? What is not saved will be lost.").format(reason=reason)
        if slicer.util.confirmYesNoDisplay(question, windowTitle=_("RadioGenomics - Restart")):
            slicer.util.restart()
