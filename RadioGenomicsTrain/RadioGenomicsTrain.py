"""The RadioGenomicsTrain module: retraining, without a panel. The work is done in RadioGenomicsTrainLib."""

from __future__ import annotations

from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.ScriptedLoadableModule import ScriptedLoadableModule


class RadioGenomicsTrain(ScriptedLoadableModule):
    """Metadata of the module. It is hidden: training runs headless, by the command ``radiogenomics-train``."""

    def __init__(self, parent: object) -> None:
        super().__init__(parent)
        self.parent.title = _("RadioGenomics Train")
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Quantification")]
        self.parent.dependencies = ["RadioGenomics"]
        self.parent.contributors = ["RadioGenomics contributors"]
        self.parent.helpText = _(
            "Train and validate a RadioGenomics model on a cohort of one's own, headless, by the command "
            "radiogenomics-train. Research use only."
        )
        self.parent.acknowledgementText = _(
            "Follows the design of studies that predict RNA expression from images of a tumor; see the README."
        )
        self.parent.hidden = True
