"""The logic of the module in the application: that of the scene, with the module's parameter node."""

from __future__ import annotations

from slicer.ScriptedLoadableModule import ScriptedLoadableModuleLogic

from RadioGenomicsLib.panel.parameters import RadioGenomicsParameterNode
from RadioGenomicsLib.scene.logic import RadioGenomicsLogic as SceneLogic


class RadioGenomicsLogic(SceneLogic, ScriptedLoadableModuleLogic):
    """Predict gene expression from scans in the scene; see :class:`RadioGenomicsLib.scene.logic.RadioGenomicsLogic`.

    Example:
        >>> from RadioGenomics import RadioGenomicsLogic
        >>> nodes = RadioGenomicsLogic().predict({"FLAIR": getNode("FLAIR"), "T1c": getNode("T1c")})
    """

    def __init__(self) -> None:
        ScriptedLoadableModuleLogic.__init__(self)
        SceneLogic.__init__(self)

    def getParameterNode(self) -> RadioGenomicsParameterNode:
        """Return the choices kept in the scene."""
        return RadioGenomicsParameterNode(super().getParameterNode())
