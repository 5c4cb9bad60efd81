"""What the panel does with the user's choices, with nothing of Qt in it: choices in, work begun, nodes out."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import slicer
from slicer.i18n import tr as _

from RadioGenomicsLib.errors import Canceled
from RadioGenomicsLib.errors import RadioGenomicsError
from RadioGenomicsLib.panel import exports
from RadioGenomicsLib.panel import sections
from RadioGenomicsLib.panel.choices import ROLES
from RadioGenomicsLib.panel.choices import anatomyScan
from RadioGenomicsLib.panel.choices import chosenBrain
from RadioGenomicsLib.panel.choices import chosenScans
from RadioGenomicsLib.panel.choices import chosenTumor
from RadioGenomicsLib.panel.device_words import accelerator
from RadioGenomicsLib.panel.device_words import willRunOn
from RadioGenomicsLib.panel.models import Models
from RadioGenomicsLib.panel.regions import Regions
from RadioGenomicsLib.panel.regions import present
from RadioGenomicsLib.panel.results import Results
from RadioGenomicsLib.panel.run import Job
from RadioGenomicsLib.panel.run import Run
from RadioGenomicsLib.panel.scans import Scans
from RadioGenomicsLib.panel.short_titles import shortTitle
from RadioGenomicsLib.scene.dependencies import InstallationDeclined
from RadioGenomicsLib.scene.dependencies import RestartNeeded
from RadioGenomicsLib.scene.dependencies import ensureDependencies
from RadioGenomicsLib.scene.display import hideMarkups
from RadioGenomicsLib.scene.display import showSegment
from RadioGenomicsLib.scene.stored_results import referScans

if TYPE_CHECKING:
    from collections.abc import Iterator

    from RadioGenomicsLib.panel.parameters import RadioGenomicsParameterNode
    from RadioGenomicsLib.panel.view_protocol import PanelView
    from RadioGenomicsLib.pipeline.request import Request
    from RadioGenomicsLib.scene.logic import RadioGenomicsLogic
    from RadioGenomicsLib.scene.stored_results import StoredResult


def startJob(request: Request) -> Job:
    """Hand a request to a child process."""
    from RadioGenomicsLib.jobs.job import Job as ChildJob

    return ChildJob.start(request, Path(slicer.app.temporaryPath))


class PanelPresenter:
    """The panel's behavior.

    Args:
        view: shows it.
        logic: copies requests out of the scene and puts answers in.
        start: begins a request.
        ensure: sees to it that the packages of a prediction are there.
    """

    def __init__(
        self,
        view: PanelView,
        logic: RadioGenomicsLogic,
        *,
        start: Callable[[Request], Job] = startJob,
        ensure: Callable[[], None] = ensureDependencies,
    ) -> None:
        self._view = view
        self._logic = logic
        self._start = start
        self._ensure = ensure
        self._parameters: RadioGenomicsParameterNode | None = None
        self._complete: dict[str, bool] = {}
        self._predicted: tuple[object, ...] | None = None
        self.run = Run(view, self.update)
        self.models = Models(view, lambda: self._parameters)
        self.regions = Regions(view, logic, lambda: self._parameters, self._begin)
        self.scans = Scans(view, lambda: self._parameters, self.run, self.regions)
        self.results = Results(view, lambda: self._parameters, self.update)

    @property
    def parameters(self) -> RadioGenomicsParameterNode | None:
        """The choices; None while the scene is closed."""
        return self._parameters

    def setParameters(self, parameters: RadioGenomicsParameterNode) -> None:
        """Follow a set of choices; scans are guessed where none is chosen yet."""
        if self._parameters is not None and not self.run.busy:
            # What was said of another scene, or before the module was left.
            self._view.tellStatus("")
        self._parameters = parameters
        self.models.refresh()
        if not chosenScans(parameters):
            self.scans.guess(asked=False)
        self.results.refresh()
        # The panel may have another width or theme by now.
        self.results.drawPanel()
        self.update()

    def nodesChanged(self) -> None:
        """Look at the scene again: scans may have been loaded, results may have been added or removed."""
        parameters = self._parameters
        if parameters is None or self.run.busy:
            return
        if not chosenScans(parameters):
            self.scans.guess(asked=False)
        self.results.refresh()
        self.update()

    def closeScene(self) -> None:
        """Let go of everything in the scene: it closes."""
        self.run.drop()
        self._parameters = None
        self._complete = {}
        self._predicted = None
        self.results.forget()
        self._view.showSection(sections.resultsSection(0, ""))
        self._view.fold(sections.RESULTS, True)

    def update(self) -> None:
        """Show what is chosen and what is missing; a section that has become complete folds."""
        parameters = self._parameters
        if parameters is None:
            return
        model = self.models.chosen
        card = model.card if model is not None else None
        steps = [
            sections.scanSection(parameters, card),
            sections.brainSection(parameters),
            sections.tumorSection(parameters),
        ]
        flaw = model.flaw if model is not None else _("There is no model: add one.")
        predict = sections.predictSection(steps, shortTitle(model.title) if model is not None else "", flaw)
        results = sections.resultsSection(self.results.count, self.results.shown.name if self.results.shown else "")
        for section in (*steps, predict, results):
            self._view.showSection(section)
        folded = {section.key: section.complete for section in steps}
        # Done is what was predicted with these very choices; while work is under way, its button cancels it.
        folded[sections.PREDICT] = self._predicted == self._asked() and not self.run.busy
        folded[sections.RESULTS] = bool(results.missing)
        for key, complete in folded.items():
            if self._complete.get(key) != complete:
                self._view.fold(key, complete)
        self._complete = folded
        # What was chosen stays in sight, though the model may not read it.
        read = sections.modelChannels(card)[0]
        self._view.showChannels([role for role in ROLES if role in read or role in chosenScans(parameters)])
        self._view.showRegions(parameters, anatomyScan(parameters))
        self._view.showDevice(willRunOn(parameters.device, accelerator()))
        self._view.showReady(predict.missing, self.run.busy)
        self.results.followChoices()

    def addModel(self, source: Path) -> None:
        """Check a model's folder or zip file and take it into the user's folder."""
        from RadioGenomicsLib.panel.background import BackgroundCall

        def begin() -> Job:
            self._install()
            from RadioGenomicsLib.model.bundle_import import add_bundle

            return BackgroundCall(lambda _progress: add_bundle(source))

        self.run.start(begin, self._takeModel)

    def removeModel(self) -> None:
        """Delete the chosen model if it is the user's own."""
        with self._told():
            if removed := self.models.removeChosen():
                self._view.tellStatus(_("The model {title} was removed.").format(title=removed))
        self.update()

    def predict(self) -> None:
        """Predict with the present choices."""
        parameters = self._parameters
        if parameters is None:
            return
        scans, asked = chosenScans(parameters), self._asked()
        self._begin(
            lambda: self._logic.predictionRequest(
                scans,
                model=parameters.model,
                brain=chosenBrain(parameters),
                tumor=chosenTumor(parameters),
                panel=parameters.panel,
                device=parameters.device.value,
            ),
            lambda result: self._takeResult(result, scans, asked),
        )
        if self.run.busy:
            for key in (sections.SCAN, sections.BRAIN, sections.TUMOR):
                self._view.fold(key, True)

    def export(self, write: Callable[[StoredResult, Path], None], path: Path) -> None:
        """Write the shown result into files, one of the ways of :mod:`RadioGenomicsLib.panel.exports`.

        Raises:
            RadioGenomicsError: it cannot be written, or packages are missing that it needs.
        """
        if self.results.shown is not None:
            if write in (exports.writeReport, exports.writeAll):
                self._install()
            write(self.results.shown, path)

    def _asked(self) -> tuple[object, ...]:
        """Return all that a prediction depends on."""
        parameters = self._parameters
        assert parameters is not None
        return (
            *chosenScans(parameters).items(),
            chosenBrain(parameters),
            chosenTumor(parameters),
            parameters.model,
            parameters.panel,
            parameters.device,
        )

    def _begin(self, ask: Callable[[], Request], finish: Callable[[Any], str]) -> None:
        def begin() -> Job:
            # First: what is wrong with the choices is told before anything is downloaded.
            request = ask()
            self._install()
            return self._start(request)

        self.run.start(begin, finish)

    def _install(self) -> None:
        try:
            self._ensure()
        except RestartNeeded as error:
            self._view.offerRestart(str(error))
            # No error window over the one that asked, or over a Slicer that is about to restart.
            raise Canceled("the run") from error
        except InstallationDeclined as error:
            # The user has just said so: no second window tells it.
            self._view.tellStatus(str(error))
            raise Canceled("the run") from error

    def _takeModel(self, name: str) -> str:
        return self.models.added(name)

    def _takeResult(self, result: Any, scans: dict[str, Any], asked: tuple[object, ...]) -> str:
        nodes = self._logic.addResult(result, present(scans.get(result.reference_role)))
        referScans(nodes.geneTable, {role: present(node) for role, node in scans.items()})
        if self._parameters is not None:
            # The result has its own copy of what it was made from, and a filled one would hide the map.
            hideMarkups(self._parameters.tumorMarkups)
            for segment in (chosenBrain(self._parameters), chosenTumor(self._parameters)):
                if isinstance(segment, tuple):
                    showSegment(*segment, False)
            self._predicted = asked
            self._parameters.result = nodes.geneTable
            self.results.refresh()
            self.results.lookAtTumor()
        return _("Done. The result is in a folder of its own in the Data module.")

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell the user of an expected failure in its own words."""
        try:
            yield
        except RadioGenomicsError as error:
            self._view.tellError(error)
