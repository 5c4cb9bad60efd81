"""Scans between MRML volume nodes and :class:`~RadioGenomicsLib.imaging.volume.Volume`."""

from __future__ import annotations

import numpy as np
import slicer
import vtk
from vtk.util import numpy_support

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.imaging.itk import check_geometry
from RadioGenomicsLib.imaging.labels import inside_of
from RadioGenomicsLib.imaging.volume import Volume


def volumeFromNode(node: slicer.vtkMRMLScalarVolumeNode) -> Volume:
    """Copy a scan out of the scene, placed in world RAS.

    A linear parent transform goes into the affine, so no voxel is resampled; a non-linear one is
    hardened on a copy. The node itself stays as it is.

    Args:
        node: a scalar volume; voxels are copied as float32 ``[k, j, i]``.

    Raises:
        InputError: not a scan, no image data, several components, or values that are not finite.
        GeometryError: the axes are not at right angles in world space, or the voxel size is implausible.
    """
    _refuseWhatIsNoScan(node)
    voxels, affine = _voxelsInWorld(node)
    # What float32 cannot hold becomes infinite, and is refused as such.
    with np.errstate(over="ignore"):
        array = voxels.astype(np.float32)
    if not np.isfinite(array).all():
        raise InputError(
            node.GetName(),
            "it has voxels that are not finite numbers",
            "Replace them first, for example with the Mask Volume or Simple Filters module.",
        )
    return check_geometry(Volume(array, affine, node.GetName()))


def maskFromVolumeNode(node: slicer.vtkMRMLScalarVolumeNode) -> Volume:
    """Copy a mask out of the scene (uint8, 1 inside), placed in world RAS; notes say what was assumed.

    Args:
        node: a label map with one label, or a scalar volume with one value above zero or probabilities from 0 to 1.

    Raises:
        InputError: no image data, several labels, or values that are neither labels nor probabilities.
        GeometryError: as for :func:`volumeFromNode`.
        RegionError: nothing is inside.
    """
    _refuseWhatHasNoVoxels(node)
    voxels, affine = _voxelsInWorld(node)
    try:
        inside, notes = inside_of(voxels, node.GetName())
    except InputError as error:
        mend = "Import it as a segmentation, and choose the segment."
        raise InputError(error.subject, error.reason, mend) from error
    if not inside.any():
        raise RegionError(node.GetName(), "it is empty", "Draw it, or choose another region.")
    return check_geometry(Volume(inside.astype(np.uint8), affine, node.GetName(), notes))


def nodeFromVolume(
    volume: Volume,
    *,
    name: str | None = None,
    scene: slicer.vtkMRMLScene | None = None,
) -> slicer.vtkMRMLScalarVolumeNode:
    """Add a scan to a scene as a new scalar volume node.

    Args:
        volume: the scan, in world RAS.
        name: the node's name, made unique in the scene; the volume's own name if not given.
        scene: the application's scene if not given.
    """
    scene = scene or slicer.mrmlScene
    node = scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", scene.GenerateUniqueName(name or volume.name or "Volume"))
    node.SetIJKToRASMatrix(slicer.util.vtkMatrixFromArray(volume.affine))
    node.SetAndObserveImageData(imageDataFromArray(volume.array))
    node.CreateDefaultDisplayNodes()
    return node


def arrayFromImageData(image: vtk.vtkImageData) -> np.ndarray:
    """Return a view ``[k, j, i]`` of the voxels of a one-component image."""
    return numpy_support.vtk_to_numpy(image.GetPointData().GetScalars()).reshape(image.GetDimensions()[::-1])


def imageDataFromArray(array: np.ndarray, image: vtk.vtkImageData | None = None) -> vtk.vtkImageData:
    """Copy ``[k, j, i]`` voxels into a VTK image (a new one if none is given)."""
    image = vtk.vtkImageData() if image is None else image
    image.SetDimensions(*array.shape[::-1])
    scalars = numpy_support.numpy_to_vtk(np.ascontiguousarray(array).ravel(), deep=True)
    scalars.SetName("ImageScalars")
    image.GetPointData().SetScalars(scalars)
    return image


def _refuseWhatIsNoScan(node: slicer.vtkMRMLNode | None) -> None:
    if node is None or not node.IsA("vtkMRMLScalarVolumeNode"):
        subject = "the input" if node is None else node.GetName()
        raise InputError(subject, "it is not a scalar volume", "Choose a scan (a scalar volume node).")
    if node.IsA("vtkMRMLLabelMapVolumeNode"):
        raise InputError(node.GetName(), "it is a label map, not a scan", "Choose the scan it was drawn on.")
    _refuseWhatHasNoVoxels(node)


def _refuseWhatHasNoVoxels(node: slicer.vtkMRMLScalarVolumeNode) -> None:
    image = node.GetImageData()
    if image is None or image.GetNumberOfPoints() == 0 or image.GetPointData().GetScalars() is None:
        raise InputError(node.GetName(), "it has no image data", "Load the scan again.")
    if image.GetNumberOfScalarComponents() != 1:
        raise InputError(
            node.GetName(),
            f"it has {image.GetNumberOfScalarComponents()} components for each voxel",
            "Take one component of it as a scalar volume first.",
        )


def _voxelsInWorld(node: slicer.vtkMRMLScalarVolumeNode) -> tuple[np.ndarray, np.ndarray]:
    """Return a view of the voxels ``[k, j, i]`` and their affine to world RAS, parent transforms applied."""
    source = _hardenedCopy(node) if _hasNonLinearTransform(node) else node
    ijkToRAS = vtk.vtkMatrix4x4()
    source.GetIJKToRASMatrix(ijkToRAS)
    affine = slicer.util.arrayFromVTKMatrix(ijkToRAS)
    if source is node and node.GetParentTransformNode() is not None:
        toWorld = vtk.vtkMatrix4x4()
        node.GetParentTransformNode().GetMatrixTransformToWorld(toWorld)
        affine = slicer.util.arrayFromVTKMatrix(toWorld) @ affine
    return arrayFromImageData(source.GetImageData()), affine


def _hasNonLinearTransform(node: slicer.vtkMRMLVolumeNode) -> bool:
    transformNode = node.GetParentTransformNode()
    return transformNode is not None and not transformNode.IsTransformToWorldLinear()


def _hardenedCopy(node: slicer.vtkMRMLScalarVolumeNode) -> slicer.vtkMRMLScalarVolumeNode:
    copy = slicer.vtkMRMLScalarVolumeNode()
    copy.CopyOrientation(node)
    copy.SetAndObserveImageData(node.GetImageData())
    toWorld = vtk.vtkGeneralTransform()
    node.GetParentTransformNode().GetTransformToWorld(toWorld)
    copy.ApplyTransform(toWorld)
    return copy
