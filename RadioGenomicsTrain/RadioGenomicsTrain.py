"""The RadioGenomicsTrain module: retraining, without a panel. The work is done in RadioGenomicsTrainLib."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.ScriptedLoadableModule import ScriptedLoadableModule
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleLogic

from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsTrainLib.doors.request import CohortRequest

if TYPE_CHECKING:
    from RadioGenomicsLib.model.bundle import Bundle
    from RadioGenomicsTrainLib.association.files import NamedAssociations
    from RadioGenomicsTrainLib.cohort.idc import Plan
    from RadioGenomicsTrainLib.doors.prepare import Prepared
    from RadioGenomicsTrainLib.doors.train import Trained


class RadioGenomicsTrain(ScriptedLoadableModule):
    """Metadata of the module. It is hidden: training runs headless."""

    def __init__(self, parent: object) -> None:
        super().__init__(parent)
        self.parent.title = _("RadioGenomics Train")
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Quantification")]
        self.parent.dependencies = ["RadioGenomics"]
        self.parent.contributors = ["RadioGenomics contributors"]
        self.parent.helpText = _(
            "Train and validate a RadioGenomics model on a cohort of one's own, headless: by RadioGenomicsTrainLogic "
            "in the Python console, by Scripts/train.py, or by the command radiogenomics-train. Research use only."
        )
        self.parent.acknowledgementText = _(
            "Follows the design of studies that predict RNA expression from images of a tumor; see the README."
        )
        self.parent.hidden = True


class RadioGenomicsTrainLogic(ScriptedLoadableModuleLogic):
    """The doors of ``radiogenomics-train`` for Slicer's Python console; packages that are missing come in first.

    Each can be taken again: what is in the work folder already is used. With more than one job the work is done in
    processes beside Slicer; the console waits for it either way.

    Example:
        >>> from RadioGenomicsTrain import RadioGenomicsTrainLogic, CohortRequest
        >>> logic = RadioGenomicsTrainLogic()
        >>> cohort = CohortRequest("tcga-lgg", work=Path("work"), data=Path("data"))
        >>> logic.validate(cohort, progress=print)
        >>> logic.report(cohort.work)
    """

    def plan(self, collection: str, work: Path, *, rule: str | None = None, patients: list[str] | None = None) -> Plan:
        """List which series of a collection to fetch; see :func:`RadioGenomicsTrainLib.doors.plan.plan`."""
        from RadioGenomicsTrainLib.doors.plan import plan

        self._makeReady()
        return plan(collection, work, rule, patients)

    def download(self, collection: str, work: Path, data: Path, *, progress: Progress = silent) -> tuple[int, Path]:
        """Fetch what the plan lists; see :func:`RadioGenomicsTrainLib.doors.plan.download`."""
        from RadioGenomicsTrainLib.doors.plan import download

        self._makeReady(progress)
        return download(collection, work, data, progress)

    def prepare(self, request: CohortRequest, *, progress: Progress = silent) -> Prepared:
        """Prepare all scans; see :func:`RadioGenomicsTrainLib.doors.prepare.prepare`."""
        from RadioGenomicsTrainLib.doors.prepare import prepare

        self._makeReady(progress)
        return prepare(request, progress)

    def train(self, request: CohortRequest, *, progress: Progress = silent) -> Trained:
        """Train the encoders; see :func:`RadioGenomicsTrainLib.doors.train.train`."""
        from RadioGenomicsTrainLib.doors.train import train

        self._makeReady(progress)
        return train(request, progress)

    def validate(self, request: CohortRequest, *, geneSets: Path | None = None, progress: Progress = silent) -> Path:
        """Validate the cohort; see :func:`RadioGenomicsTrainLib.doors.validate.validate`."""
        from RadioGenomicsTrainLib.doors.validate import validate

        self._makeReady(progress)
        return validate(request, progress, geneSets)

    def associate(
        self,
        request: CohortRequest,
        *,
        covariates: Sequence[str] = (),
        alpha: float = 0.05,
        plain: bool = False,
        progress: Progress = silent,
    ) -> tuple[Path, list[NamedAssociations]]:
        """Test features against genes; see :func:`RadioGenomicsTrainLib.doors.associate.associate_cohort`."""
        from RadioGenomicsTrainLib.doors.associate import associate_cohort

        self._makeReady(progress)
        return associate_cohort(request, covariates, alpha, progress, plain=plain)

    def report(self, work: Path, beside: Sequence[Path] = ()) -> Path:
        """Write the report of a validation; see :func:`RadioGenomicsTrainLib.doors.report.report`."""
        from RadioGenomicsTrainLib.doors.report import report

        self._makeReady()
        return report(work, beside)

    def bundle(self, request: CohortRequest, output: Path, *, progress: Progress = silent) -> Bundle:
        """Write a model bundle; see :func:`RadioGenomicsTrainLib.doors.bundle.bundle`."""
        from RadioGenomicsTrainLib.doors.bundle import bundle

        self._makeReady(progress)
        return bundle(request, output, progress)

    def _makeReady(self, progress: Progress = silent) -> None:
        from RadioGenomicsLib.scene.dependencies import ensureDependencies
        from RadioGenomicsLib.scene.processes import useRealPython

        ensureDependencies(progress, training=True)
        useRealPython()
