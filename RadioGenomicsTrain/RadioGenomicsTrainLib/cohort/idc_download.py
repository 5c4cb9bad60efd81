"""Fetch planned series from the NCI Imaging Data Commons through the idc-index package, whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Any
from typing import Protocol

from RadioGenomicsLib.errors import DependencyError
from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import OutputError
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsTrainLib.cohort.idc import PlannedSeries

# As PlannedSeries.place, in idc-index's words.
_TEMPLATE = "%collection_id/%PatientID/%StudyInstanceUID/%Modality_%SeriesInstanceUID"
_UNFINISHED = ".unfinished"


class Client(Protocol):
    """What is used of idc_index.IDCClient."""

    def download_dicom_series(self, seriesInstanceUID: Any, downloadDir: Any, **options: Any) -> None:  # noqa: N803
        """Fetch series into a folder."""


def download(
    series: Collection[PlannedSeries], folder: Path | str, progress: Progress = silent, client: Client | None = None
) -> int:
    """Fetch series from IDC into ``folder/collection/patient/study/modality_series``.

    Each series is fetched aside and moved into place when it is whole; those in place are not fetched again, and one
    that was broken off goes on where it stopped.

    Args:
        series: of a plan.
        folder: to fetch into.
        progress: told before each series; the share is of the size.
        client: idc_index.IDCClient where not given.

    Returns:
        How many series were fetched.

    Raises:
        DependencyError: idc-index is not installed.
        InputError: a series did not arrive whole; those before it are kept.
        OutputError: the folder cannot be written to, or has no space.
    """
    folder = Path(folder)
    missing = [one for one in series if not _is_whole(folder / one.place, one)]
    total, done = sum(one.size_MB for one in missing), 0.0
    _require_space(folder, total)
    for one in missing:
        progress(done / total if total else 0.0, f"fetching {one.patient} {one.role} ({one.size_MB:.0f} MB)")
        client = client or _idc_client([one.series_uid for one in missing])
        _fetch(one, folder, client)
        done += one.size_MB
    shutil.rmtree(folder / _UNFINISHED, ignore_errors=True)
    progress(1.0, "everything is there")
    return len(missing)


def _is_whole(place: Path, series: PlannedSeries) -> bool:
    """Tell whether a series' folder holds all its files, by their number and their size to the byte."""
    sizes = [file.stat().st_size for file in place.glob("*.dcm")] if place.is_dir() else []
    return len(sizes) == series.images and abs(sum(sizes) - series.size_MB * 1e6) < 1.0


def _require_space(folder: Path, megabytes: float) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free / 1e6
    except OSError as error:
        raise OutputError(folder, f"it cannot be written to ({error})", "Choose another folder.") from error
    if free < megabytes:
        raise OutputError(folder, f"{megabytes:.0f} MB are needed, {free:.0f} MB are free", "Make space.")


def _idc_client(series_uids: list[str]) -> Client:
    try:
        from idc_index import IDCClient
    except ImportError as error:
        raise DependencyError("idc-index", "it is not installed", "Install it: pip install idc-index.") from error
    client = IDCClient()
    # idc-index goes through its whole table at each call: seconds, where the rows wanted take none.
    client.index = client.index[client.index["SeriesInstanceUID"].isin(series_uids)]
    return client


def _fetch(series: PlannedSeries, folder: Path, client: Client) -> None:
    unfinished = folder / _UNFINISHED
    try:
        unfinished.mkdir(exist_ok=True)
        client.download_dicom_series(
            [series.series_uid],
            str(unfinished),
            dirTemplate=_TEMPLATE,
            use_s5cmd_sync=True,
            show_progress_bar=False,
            quiet=True,
        )
        # idc-index logs a failed transfer and returns as if nothing had happened.
        if not _is_whole(unfinished / series.place, series):
            arrived = len(list((unfinished / series.place).glob("*.dcm")))
            reason = f"it did not arrive whole ({arrived} of {series.images} images)"
            mend = "Check the network and start again: what has arrived is kept."
            raise InputError(f"{series.patient} {series.series_uid}", reason, mend)
        place = folder / series.place
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(place, ignore_errors=True)
        os.replace(unfinished / series.place, place)
    except OSError as error:
        raise OutputError(
            folder, f"the series cannot be written ({error})", "Check the folder and the space."
        ) from error
