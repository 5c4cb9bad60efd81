"""From a request to what it asks for: the one way that every door of the product takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import overload

import numpy as np

from RadioGenomicsLib.errors import ChannelError
from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import RegionError
from RadioGenomicsLib.imaging.mask_loss import notes_on_place
from RadioGenomicsLib.imaging.tumor import tumor_from_mask
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.pipeline.agreement import contrast_is_swapped
from RadioGenomicsLib.pipeline.agreement import doubtful_channels
from RadioGenomicsLib.pipeline.agreement import mirrored_channels
from RadioGenomicsLib.pipeline.faults import told_plainly
from RadioGenomicsLib.pipeline.fitness import doubts_of_brain
from RadioGenomicsLib.pipeline.fitness import doubts_of_scans
from RadioGenomicsLib.pipeline.regions import check_drawn_on
from RadioGenomicsLib.pipeline.regions import notes_on_brain
from RadioGenomicsLib.pipeline.regions import scans_to_follow
from RadioGenomicsLib.pipeline.regions import tumor_in_place
from RadioGenomicsLib.pipeline.regions import warnings_of
from RadioGenomicsLib.pipeline.request import Box
from RadioGenomicsLib.pipeline.request import BrainRequest
from RadioGenomicsLib.pipeline.request import PredictionRequest
from RadioGenomicsLib.pipeline.request import Request
from RadioGenomicsLib.pipeline.request import TumorRequest
from RadioGenomicsLib.pipeline.result import Region
from RadioGenomicsLib.pipeline.result import Result
from RadioGenomicsLib.pipeline.steps import Steps
from RadioGenomicsLib.pipeline.versions import package_versions
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsLib.progress import within
from RadioGenomicsLib.report.facts import SYNTHETIC_HEAD

if TYPE_CHECKING:
    from RadioGenomicsLib.genes.panels import Panel
    from RadioGenomicsLib.model.bundle import Bundle
    from RadioGenomicsLib.model.predictor import Predictor
    from RadioGenomicsLib.model.study import Study


@dataclass(frozen=True, eq=False)
class _Outlined:
    """A study with its regions, each on the grid of the reference.

    Attributes:
        origins: how the regions were found, and which scan they were drawn on, as provenance has it.
        notes: what the user has to know of scans and regions, by what each is about.
    """

    predictor: Predictor
    study: Study
    brain: Volume | None
    tumor: Volume
    origins: Mapping[str, str]
    notes: Mapping[str, list[str]]


@overload
def run(request: PredictionRequest, steps: Steps | None = None, progress: Progress = silent) -> Result: ...


@overload
def run(request: TumorRequest | BrainRequest, steps: Steps | None = None, progress: Progress = silent) -> Region: ...


def run(request: Request, steps: Steps | None = None, progress: Progress = silent) -> Result | Region:
    """Do what is asked.

    Args:
        request: a prediction, or only the brain or the tumor.
        steps: the work between the doors; the real one if not given.
        progress: told a fraction (0-1) and a step; cancels by raising ``Canceled``.

    Raises:
        RadioGenomicsError: one of its kinds, naming what is wrong and how to mend it.
    """
    steps = steps or Steps()
    with told_plainly():
        if isinstance(request, PredictionRequest):
            return _predict(request, steps, progress)
        if isinstance(request, TumorRequest):
            return _outline_tumor(request, steps, progress)
        return _extract_brain(request, steps, progress)


def panels_with(wanted: str) -> dict[str, Panel]:
    """Return all marker panels by id.

    Raises:
        InputError: the wanted one is not among them.
    """
    from RadioGenomicsLib.genes.panels import load_panels

    panels = load_panels()
    if wanted not in panels:
        raise InputError(wanted, "there is no such marker panel", f"Choose one of: {', '.join(panels)}.")
    return panels


def _predict(request: PredictionRequest, steps: Steps, progress: Progress) -> Result:
    panel = panels_with(request.panel)[request.panel]
    outlined = _outlined(request, steps, within(progress, 0.0, 0.7))
    study, predictor = outlined.study, outlined.predictor
    progress(0.7, "Predicting the genes")
    prediction = predictor.predict(
        study,
        outlined.tumor,
        panel_genes=_symbols_in_model(panel, predictor.bundle),
        progress=within(progress, 0.7, 1.0),
    )
    synthetic = study.reference.name.startswith("synthetic")
    origins = {
        "study": request.study or (SYNTHETIC_HEAD if synthetic else ""),
        "synthetic": synthetic,
        "scans": {role: scan.source for role, scan in request.channels.items() if scan.source},
        **outlined.origins,
        **package_versions(),
    }
    return Result(
        prediction=replace(
            prediction,
            provenance={**prediction.provenance, **origins},
            warnings=[*prediction.warnings, *_doubts(study), *warnings_of(outlined.notes)],
        ),
        panel=panel,
        channels=dict(study.placed),
        reference_role=_role_of(study),
        brain=outlined.brain,
        tumor=outlined.tumor,
    )


def _outline_tumor(request: TumorRequest, steps: Steps, progress: Progress) -> Region:
    outlined = _outlined(request, steps, progress)
    return Region("tumor", outlined.tumor, _role_of(outlined.study), outlined.origins["tumor_from"])


def _extract_brain(request: BrainRequest, steps: Steps, progress: Progress) -> Region:
    # T1 is what every method reads; the scan may be of any contrast.
    mask, found_by = steps.brain({"T1": request.scan}, method=request.method, device=request.device, progress=progress)
    if mask is None:
        raise RegionError(request.scan.name, "there is no brain to find in it", "Choose a head MR scan.")
    return Region("brain", tumor_from_mask(mask, request.scan), "", found_by)


def _outlined(request: PredictionRequest | TumorRequest, steps: Steps, progress: Progress) -> _Outlined:
    if not request.channels:
        raise ChannelError("the study", "no scan was given", "Choose at least the scan that the model needs.")
    check_drawn_on(request)
    progress(0.02, "Loading the model")
    predictor = steps.load(request.model, request.device)
    brain_from = "mask"
    if isinstance(request.brain, str):
        brain, brain_from = steps.brain(
            request.channels, method=request.brain, device=request.device, progress=within(progress, 0.05, 0.5)
        )
    else:
        brain = request.brain
    progress(0.5, "Aligning the scans")
    study = steps.study(
        request.channels, predictor, brain=brain, brain_on=request.brain_on, follow=scans_to_follow(request)
    )
    reference_role = _role_of(study)
    origins, notes = {"brain_from": brain_from}, {role: list(scan.notes) for role, scan in request.channels.items()}
    for role, doubts in doubts_of_scans(request.channels).items():
        notes[role] += doubts
    if brain is not None:
        origins["brain_drawn_on"] = study.outline_on
        notes["The brain mask"] = [*study.outline.notes, *doubts_of_brain(brain)]
        if isinstance(request.brain, Volume):
            notes["The brain mask"] += notes_on_place(request.brain, study.outline, study.reference, request.channels)
        brain = tumor_from_mask(study.outline, study.reference)
    progress(0.65, "Outlining the tumor")
    given, drawn_on, told = tumor_in_place(request, study, reference_role)
    if given is not None:
        origins["tumor_drawn_on"], notes["The tumor region"] = drawn_on, told
    tumor, origins["tumor_from"] = _tumor(given, study, predictor, brain, steps, within(progress, 0.65, 1.0))
    # The very mask that is shown is the one predicted from, so that giving it back repeats the result.
    tumor = tumor_from_mask(tumor.with_array(tumor.array, "tumor"), study.reference)
    if isinstance(given, Volume):
        notes["The tumor region"] += notes_on_brain(tumor, brain)
    return _Outlined(predictor, study, brain, tumor, origins, notes)


def _tumor(
    given: Volume | np.ndarray | Box | None,
    study: Study,
    predictor: Predictor,
    brain: Volume | None,
    steps: Steps,
    progress: Progress,
) -> tuple[Volume, str]:
    """Return the tumor mask, and how it was found in words for the provenance."""
    if given is None:
        return predictor.propose_tumor(study, progress), "network outline"
    if isinstance(given, Volume):
        return given, "mask"
    region = steps.grow(study.reference, given, brain)
    if not isinstance(given, Box):
        return region, "points " + "; ".join(",".join(f"{value:.1f}" for value in seed) for seed in given)
    # A box holds healthy tissue too: what the network outlines in it is nearer to the tumor.
    try:
        outline = predictor.propose_tumor(study, progress)
    except RegionError:
        outline = region.with_array(np.zeros_like(region.array))
    inside = (outline.array > 0) & (region.array > 0)
    if inside.any():
        return region.with_array(inside.astype(np.uint8)), "network outline inside the box"
    return region, "the whole box" if brain is None else "all brain inside the box"


def _doubts(study: Study) -> list[str]:
    reference = _role_of(study)
    mirrored = mirrored_channels(study, reference)
    told = [f"{role} fits {reference} better with left and right exchanged: it may be mirrored." for role in mirrored]
    told += [
        f"{role} fits {reference} hardly better than another patient's scan would: check that both are of one patient."
        for role in doubtful_channels(study, reference)
        if role not in mirrored
    ]
    if contrast_is_swapped(study):
        told.append("T1 is brighter than T1c where contrast enhances: check that they are not exchanged.")
    return told


def _role_of(study: Study) -> str:
    return next(role for role, volume in study.placed.items() if volume is study.reference)


def _symbols_in_model(panel: Panel, bundle: Bundle) -> list[str]:
    """Return the panel's genes that the model has, by the symbols the model knows them by."""
    from RadioGenomicsLib.genes.symbols import find_genes

    places = find_genes(bundle.genes.symbol, [gene.symbol for gene in panel.genes])
    return [str(bundle.genes.symbol[place]) for place in places if place >= 0]
