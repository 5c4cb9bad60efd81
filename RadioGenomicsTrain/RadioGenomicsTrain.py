"""The RadioGenomicsTrain module: retraining, without a panel. RadioGenomicsTrainLib does the work when it is needed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.ScriptedLoadableModule import ScriptedLoadableModule
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleLogic
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest

if TYPE_CHECKING:
    from RadioGenomicsLib.model.bundle import Bundle
    from RadioGenomicsLib.progress import Progress
    from RadioGenomicsTrainLib.association.files import NamedAssociations
    from RadioGenomicsTrainLib.cohort.idc import Plan
    from RadioGenomicsTrainLib.doors.prepare import Prepared
    from RadioGenomicsTrainLib.doors.request import CohortRequest
    from RadioGenomicsTrainLib.doors.train import Trained


def __getattr__(name: str) -> object:
    """Return ``CohortRequest``, whose import would hold up the start of Slicer, once it is asked for."""
    if name == "CohortRequest":
        from RadioGenomicsTrainLib.doors.request import CohortRequest

        return CohortRequest
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class RadioGenomicsTrain(ScriptedLoadableModule):
    """Metadata of the module. It is hidden: training runs headless."""

    def __init__(self, parent: object) -> None:
        super().__init__(parent)
        self.parent.title = _("RadioGenomics Train")
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Quantification")]
        self.parent.dependencies = ["RadioGenomics"]
        self.parent.contributors = ["RadioGenomics contributors"]
        self.parent.helpText = _(
            "<p>Train and validate a RadioGenomics model on your own cohort. <b>Research use only.</b> "
            "The module has no panel; start it in one of three ways:</p>"
            "<ul>"
            "<li>in the Python console, with RadioGenomicsTrainLogic;</li>"
            "<li>without a window: Slicer --no-main-window --python-script Scripts/train.py -- --help;</li>"
            "<li>outside Slicer: radiogenomics-train --help.</li>"
            "</ul>"
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

    def download(
        self, collection: str, work: Path, data: Path, *, progress: Progress | None = None
    ) -> tuple[int, Path]:
        """Fetch what the plan lists; see :func:`RadioGenomicsTrainLib.doors.plan.download`."""
        from RadioGenomicsTrainLib.doors.plan import download

        progress = self._makeReady(progress)
        return download(collection, work, data, progress)

    def prepare(self, request: CohortRequest, *, progress: Progress | None = None) -> Prepared:
        """Prepare all scans; see :func:`RadioGenomicsTrainLib.doors.prepare.prepare`."""
        from RadioGenomicsTrainLib.doors.prepare import prepare

        progress = self._makeReady(progress)
        return prepare(request, progress)

    def train(self, request: CohortRequest, *, progress: Progress | None = None) -> Trained:
        """Train the encoders; see :func:`RadioGenomicsTrainLib.doors.train.train`."""
        from RadioGenomicsTrainLib.doors.train import train

        progress = self._makeReady(progress)
        return train(request, progress)

    def validate(
        self, request: CohortRequest, *, geneSets: Path | None = None, progress: Progress | None = None
    ) -> Path:
        """Validate the cohort; see :func:`RadioGenomicsTrainLib.doors.validate.validate`."""
        from RadioGenomicsTrainLib.doors.validate import validate

        progress = self._makeReady(progress)
        return validate(request, progress, geneSets)

    def associate(
        self,
        request: CohortRequest,
        *,
        covariates: Sequence[str] = (),
        alpha: float = 0.05,
        plain: bool = False,
        progress: Progress | None = None,
    ) -> tuple[Path, list[NamedAssociations]]:
        """Test features against genes; see :func:`RadioGenomicsTrainLib.doors.associate.associate_cohort`."""
        from RadioGenomicsTrainLib.doors.associate import associate_cohort

        progress = self._makeReady(progress)
        return associate_cohort(request, covariates, alpha, progress, plain=plain)

    def report(self, work: Path, beside: Sequence[Path] = ()) -> Path:
        """Write the report of a validation; see :func:`RadioGenomicsTrainLib.doors.report.report`."""
        from RadioGenomicsTrainLib.doors.report import report

        self._makeReady()
        return report(work, beside)

    def bundle(self, request: CohortRequest, output: Path, *, progress: Progress | None = None) -> Bundle:
        """Write a model bundle; see :func:`RadioGenomicsTrainLib.doors.bundle.bundle`."""
        from RadioGenomicsTrainLib.doors.bundle import bundle

        progress = self._makeReady(progress)
        return bundle(request, output, progress)

    def _makeReady(self, progress: Progress | None = None) -> Progress:
        """See to it that the packages are there, and return whom to tell of the progress."""
        from RadioGenomicsLib.progress import silent
        from RadioGenomicsLib.scene.dependencies import ensureDependencies
        from RadioGenomicsLib.scene.processes import useRealPython

        progress = progress or silent
        ensureDependencies(progress, training=True)
        useRealPython()
        return progress


class RadioGenomicsTrainTest(ScriptedLoadableModuleTest):
    """Self-test in the application: the module is installed whole. Training itself is tested outside Slicer."""

    def runTest(self) -> None:
        """Run every test; one that cannot be run here does not hold up the others."""
        from unittest import SkipTest

        for name in (name for name in dir(self) if name.startswith("test_")):
            self.delayDisplay(name.replace("_", " "))
            try:
                getattr(self, name)()
            except SkipTest as reason:
                self.delayDisplay(f"skipped: {reason}")

    def test_the_help_needs_no_package_that_is_not_bundled(self) -> None:
        """Every command is listed before anything is installed."""
        from RadioGenomicsTrainLib.cli import build_parser

        text = build_parser().format_help()
        assert all(command in text for command in ("prepare", "train", "validate", "associate", "report", "bundle"))

    def test_a_report_of_nothing_is_refused_with_its_folder(self) -> None:
        """An expected failure keeps its own words."""
        from tempfile import TemporaryDirectory

        from RadioGenomicsLib.errors import InputError
        from RadioGenomicsTrainLib.doors.report import report

        told = ""
        with TemporaryDirectory() as folder:
            try:
                report(Path(folder))
            except InputError as error:
                told = str(error)
        assert folder in told

    def test_a_shipped_cohort_can_be_read(self) -> None:
        """The data files were installed too."""
        from unittest import SkipTest

        from RadioGenomicsLib.scene.dependencies import missingPackages
        from RadioGenomicsTrainLib.cohort.description import read_description

        if missing := missingPackages(training=True):
            raise SkipTest(f"not installed: {', '.join(missing)}")
        assert read_description("tcga-lgg", Path()).images is not None
