"""The Scan section: choose scans by their names, or load a sample."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import slicer
from slicer.i18n import tr as _

from RadioGenomicsLib.panel.background import BackgroundCall
from RadioGenomicsLib.panel.choices import ROLES
from RadioGenomicsLib.scene.guessing import guessChannels
from RadioGenomicsLib.scene.studies import addStudy

if TYPE_CHECKING:
    from RadioGenomicsLib.panel.parameters import RadioGenomicsParameterNode
    from RadioGenomicsLib.panel.regions import Regions
    from RadioGenomicsLib.panel.run import Run
    from RadioGenomicsLib.panel.view_protocol import PanelView
    from RadioGenomicsLib.sample import SampleStudy


class Scans:
    """What happens in the section.

    Args:
        view: shows it.
        choices: returns the parameter node, or None while there is none.
        run: follows the loading of a sample.
        regions: takes the tumor of a sample.
    """

    def __init__(
        self,
        view: PanelView,
        choices: Callable[[], RadioGenomicsParameterNode | None],
        run: Run,
        regions: Regions,
    ) -> None:
        self._view = view
        self._choices = choices
        self._run = run
        self._regions = regions

    def guess(self, *, asked: bool = True) -> None:
        """Choose the scans by the names of the nodes, and say which.

        Args:
            asked: by the user, who is then told too that nothing was found.
        """
        parameters = self._choices()
        if parameters is None:
            return
        found, several = guessChannels()
        for role, node in found.items():
            setattr(parameters, ROLES[role], node)
        told = []
        if found:
            told.append(_("Chosen by name: {roles}.").format(roles=", ".join(found)))
        if several:
            told.append(_("Several scans look like {roles}: choose one.").format(roles=", ".join(several)))
        if told or asked:
            self._view.tellStatus(" ".join(told) or _("No name tells a channel: choose the scans."))

    def loadSample(self, name: str) -> None:
        """Fetch a sample study and choose its scans."""
        from RadioGenomicsLib.sample import load_sample

        self._run.start(lambda: BackgroundCall(lambda progress: load_sample(name, progress)), self._take)

    def _take(self, study: SampleStudy) -> str:
        nodes, tumor = addStudy(study.title, study.channels, study.tumor)
        parameters = self._choices()
        if parameters is not None:
            for role, member in ROLES.items():
                setattr(parameters, member, nodes.get(role))
            if tumor is not None:
                self._regions.chooseTumor(tumor)
            if slicer.app.layoutManager() is not None:
                slicer.util.setSliceViewerLayers(background=next(iter(nodes.values())), fit=True)
        loaded = _("Loaded: {title}.").format(title=study.title)
        return f"{loaded} {study.reason}." if study.reason else loaded
