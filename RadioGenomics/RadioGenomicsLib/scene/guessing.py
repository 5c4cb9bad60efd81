"""Which scan of the scene is which channel, by the names of the nodes."""

from __future__ import annotations

import slicer

from RadioGenomicsLib.imaging.roles import guess_role
from RadioGenomicsLib.scene.attribution import isAttribution


def guessChannels(
    scene: slicer.vtkMRMLScene | None = None,
) -> tuple[dict[str, slicer.vtkMRMLScalarVolumeNode], list[str]]:
    """Return the scans by the role that their name tells, and the roles that several names tell.

    A role that several scans could have is left to the user. Label maps and attribution maps are no scans.
    """
    scene = scene or slicer.mrmlScene
    found: dict[str, list[slicer.vtkMRMLScalarVolumeNode]] = {}
    for n in range(scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode")):
        node = scene.GetNthNodeByClass(n, "vtkMRMLScalarVolumeNode")
        role = guess_role(node.GetName() or "")
        if role and node.GetClassName() == "vtkMRMLScalarVolumeNode" and not isAttribution(node):
            found.setdefault(role, []).append(node)
    alone = {role: nodes[0] for role, nodes in found.items() if len(nodes) == 1}
    return alone, sorted(role for role, nodes in found.items() if len(nodes) > 1)
