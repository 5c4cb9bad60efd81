"""Plan what to fetch of a collection of the NCI Imaging Data Commons, and fetch it."""

from __future__ import annotations

import csv
from collections.abc import Collection
from dataclasses import asdict
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import OutputError
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsLib.resources import resource_path
from RadioGenomicsLib.whole_outputs import file_written_whole
from RadioGenomicsTrainLib.cohort.dropped import Dropped
from RadioGenomicsTrainLib.work_folder import faults_told

if TYPE_CHECKING:
    from RadioGenomicsTrainLib.cohort.idc import Plan
    from RadioGenomicsTrainLib.cohort.sources import ImageTree

PLAN, PASSED_OVER = "plan.csv", "plan_passed_over.csv"


@faults_told()
def plan(collection: str, work: Path, rule: str | None = None, patients: Collection[str] | None = None) -> Plan:
    """Choose the series of a collection by a written rule, and list them with their sizes; nothing is fetched.

    Args:
        collection: a cohort that names its collection ("tcga-luad", or a .toml), or a collection of IDC.
        work: folder for ``plan.csv``, from which rows may be taken out by hand, and ``plan_passed_over.csv``, which
            gives the reason for everything else.
        rule: name of the rule; the cohort's own where None.
        patients: only these; all where None.

    Raises:
        AccessError: the scans are given out on application only (TCGA-GBM, TCGA-LGG).
        InputError: there is no such collection or rule, or nothing to take.
        DependencyError: idc-index is not installed.
        OutputError: the lists cannot be written.
    """
    from RadioGenomicsTrainLib.cohort import idc
    from RadioGenomicsTrainLib.cohort.series_rules import BRAIN_MR
    from RadioGenomicsTrainLib.cohort.series_rules import RULES
    from RadioGenomicsTrainLib.cohort.series_rules import find_rule

    tree = _tree(collection, Path())
    rule = rule or (tree.rule if tree else None)
    if rule is None and collection.lower().replace("-", "_") in idc.CONTROLLED:
        rule = BRAIN_MR.id
    if rule is None:
        mend = f"Give --rule: {', '.join(RULES)}."
        raise InputError(collection, "no rule says which of its series to take", mend)
    found = idc.plan(tree.collection if tree and tree.collection else collection, find_rule(rule), patients)
    try:
        work.mkdir(parents=True, exist_ok=True)
        _write_passed_over(found.dropped, work / PASSED_OVER)
    except OSError as error:
        raise OutputError(work, f"the plan cannot be written ({error})", "Choose another folder.") from error
    idc.write_plan(found, work / PLAN)
    return found


@faults_told()
def download(collection: str, work: Path, data: Path, progress: Progress = silent) -> tuple[int, Path]:
    """Fetch what the plan lists; what is there whole is not fetched again.

    Args:
        collection: as it was planned; a cohort says where under the data folder its series go.
        work: folder of the plan.
        data: folder of the data.
        progress: told of every series.

    Returns:
        How many series were fetched, and into which folder.

    Raises:
        InputError: there is no plan, or a series did not arrive whole.
        DependencyError: idc-index is not installed.
        OutputError: the folder cannot be written to, or has no space.
    """
    from RadioGenomicsTrainLib.cohort import idc
    from RadioGenomicsTrainLib.cohort import idc_download

    if not (work / PLAN).is_file():
        raise InputError(work / PLAN, "there is no plan", f"Run first: radiogenomics-train plan {collection}")
    tree = _tree(collection, data)
    folder = tree.folder if tree else data
    return idc_download.download(idc.read_plan(work / PLAN), folder, progress), folder


def _tree(collection: str, data: Path) -> ImageTree | None:
    """Return where a cohort's series are; None for what is no cohort, or one with images of another kind."""
    from RadioGenomicsTrainLib.cohort.description import read_description
    from RadioGenomicsTrainLib.cohort.sources import ImageTree

    if not collection.endswith(".toml") and not resource_path("Cohorts", f"{collection}.toml").is_file():
        return None
    images = read_description(collection, data).images
    return images if isinstance(images, ImageTree) else None


def _write_passed_over(dropped: Collection[Dropped], path: Path) -> None:
    with file_written_whole(path) as aside, aside.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Dropped)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(one) for one in dropped)
