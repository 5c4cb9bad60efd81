"""What the user chose in the panel, kept in the scene."""

from __future__ import annotations

from enum import Enum
from typing import Annotated
from typing import Union

from slicer import vtkMRMLMarkupsFiducialNode
from slicer import vtkMRMLMarkupsROINode
from slicer import vtkMRMLScalarVolumeNode
from slicer import vtkMRMLSegmentationNode
from slicer import vtkMRMLTableNode
from slicer.i18n import tr as _
from slicer.parameterNodeWrapper import WithinRange
from slicer.parameterNodeWrapper import parameterNodeWrapper


class BrainSource(Enum):
    """Where the brain comes from. Scenes store the member's name: do not rename members."""

    EXTRACT = "auto"
    STRIPPED = "stripped"
    SEGMENT = "segment"
    NONE = "none"

    def label(self) -> str:
        """Return what the combo box shows."""
        return {
            BrainSource.EXTRACT: _("Extract it (skull stripping)"),
            BrainSource.STRIPPED: _("The scans are already stripped"),
            BrainSource.SEGMENT: _("A segment"),
            BrainSource.NONE: _("Not needed (not a head)"),
        }[self]


class TumorSource(Enum):
    """Where the tumor region comes from. Scenes store the member's name: do not rename members."""

    PROPOSAL = "proposal"
    SEGMENT = "segment"
    MARKUPS = "markups"

    def label(self) -> str:
        """Return what the combo box shows."""
        return {
            TumorSource.PROPOSAL: _("The model's own proposal"),
            TumorSource.SEGMENT: _("A segment"),
            TumorSource.MARKUPS: _("A box around it or points in it"),
        }[self]


class Device(Enum):
    """Where the network runs. Scenes store the member's name: do not rename members."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"
    MPS = "mps"

    def label(self) -> str:
        """Return what the combo box shows."""
        return {
            Device.AUTO: _("Automatic"),
            Device.CPU: _("CPU"),
            Device.CUDA: _("NVIDIA GPU (CUDA)"),
            Device.MPS: _("Apple GPU (MPS)"),
        }[self]


@parameterNodeWrapper
class RadioGenomicsParameterNode:
    """Names equal the ``SlicerParameterName`` properties in RadioGenomics.ui."""

    flair: vtkMRMLScalarVolumeNode
    t1: vtkMRMLScalarVolumeNode
    t1c: vtkMRMLScalarVolumeNode
    t2: vtkMRMLScalarVolumeNode
    ct: vtkMRMLScalarVolumeNode
    brainSource: BrainSource = BrainSource.EXTRACT
    brainSegmentation: vtkMRMLSegmentationNode
    brainSegmentID: str = ""
    tumorSource: TumorSource = TumorSource.PROPOSAL
    tumorSegmentation: vtkMRMLSegmentationNode
    tumorSegmentID: str = ""
    tumorMarkups: Union[vtkMRMLMarkupsROINode, vtkMRMLMarkupsFiducialNode, None]  # noqa: UP007 (the wrapper's form)
    model: str = "tcga-lgg"
    panel: str = "glioma"
    device: Device = Device.AUTO
    result: vtkMRMLTableNode
    overlayShown: bool = True
    overlayOpacity: Annotated[float, WithinRange(0.0, 1.0)] = 0.5
    surfacesShown: bool = True
    reliableOnly: bool = False
