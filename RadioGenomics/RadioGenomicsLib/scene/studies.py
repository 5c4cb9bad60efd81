"""A study that was read from files, as nodes in a folder of its own."""

from __future__ import annotations

from collections.abc import Mapping

import slicer

from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.scene.folders import addFolder
from RadioGenomicsLib.scene.folders import putInFolder
from RadioGenomicsLib.scene.segments import TUMOR
from RadioGenomicsLib.scene.segments import addSegment
from RadioGenomicsLib.scene.segments import addSegmentation
from RadioGenomicsLib.scene.transaction import undoneOnFailure
from RadioGenomicsLib.scene.volumes import nodeFromVolume


def addStudy(
    title: str,
    channels: Mapping[str, Volume],
    tumor: Volume | None = None,
    *,
    scene: slicer.vtkMRMLScene | None = None,
) -> tuple[dict[str, slicer.vtkMRMLScalarVolumeNode], tuple[slicer.vtkMRMLSegmentationNode, str] | None]:
    """Add the scans of a study and the outline of its tumor, where it has one.

    Args:
        title: the folder's name; of the part before a colon the nodes are named.
        channels: scans by role.
        tumor: mask on the grid of the first scan, or None.
        scene: the application's scene if not given.

    Returns:
        The volume nodes by role, and the tumor's segmentation node and segment id, or None.
    """
    scene = scene or slicer.mrmlScene
    subject = title.partition(":")[0]
    with undoneOnFailure(scene):
        folder = addFolder(title, scene=scene)
        nodes = {
            # A made-up scan keeps its name, which says so.
            role: nodeFromVolume(volume, name=f"{subject} {role}" if volume.name == role else volume.name, scene=scene)
            for role, volume in channels.items()
        }
        putInFolder(folder, nodes.values())
        if tumor is None:
            return nodes, None
        role, reference = next(iter(channels.items()))
        segmentation = addSegmentation(reference, f"{subject} tumor", volumeNode=nodes[role], scene=scene)
        segmentId = addSegment(segmentation, tumor, TUMOR)
        putInFolder(folder, [segmentation])
    return nodes, (segmentation, segmentId)
