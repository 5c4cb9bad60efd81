"""Fetching from the Imaging Data Commons, with a double for its client."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from RadioGenomicsLib.errors import Canceled
from RadioGenomicsLib.errors import DependencyError
from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import OutputError
from RadioGenomicsTrainLib.cohort.idc import PlannedSeries
from RadioGenomicsTrainLib.cohort.idc_download import download


def planned(number: int, images: int = 3) -> PlannedSeries:
    return PlannedSeries(
        patient=f"TCGA-05-000{number}",
        role="CT",
        collection="tcga_luad",
        study_date="1999-01-01",
        modality="CT",
        description="CHEST",
        images=images,
        size_MB=images * 1000 / 1e6,
        licence="CC BY 3.0",
        doi="10.7937/x",
        study_uid=f"1.{number}",
        series_uid=f"1.{number}.1",
    )


SERIES = [planned(1), planned(2, images=5)]


class Bucket:
    """Stands for idc_index.IDCClient: lays files as it does, and breaks off after some if told to."""

    def __init__(self, breaks_after: int | None = None) -> None:
        self.asked: list[str] = []
        self.written = 0
        self.breaks_after = breaks_after

    def download_dicom_series(self, seriesInstanceUID: list[str], downloadDir: str, **options: Any) -> None:  # noqa: N803
        assert options["dirTemplate"] == "%collection_id/%PatientID/%StudyInstanceUID/%Modality_%SeriesInstanceUID"
        assert options["use_s5cmd_sync"]
        for uid in seriesInstanceUID:
            self.asked.append(uid)
            one = next(one for one in SERIES if one.series_uid == uid)
            place = Path(downloadDir, one.collection, one.patient, one.study_uid, f"CT_{uid}")
            place.mkdir(parents=True, exist_ok=True)
            for image in range(one.images):
                if self.breaks_after is not None and self.written >= self.breaks_after:
                    return
                if not (place / f"{image}.dcm").exists():
                    (place / f"{image}.dcm").write_bytes(b"0" * 1000)
                    self.written += 1


def test_series_are_laid_by_patient_and_progress_goes_by_size(tmp_path: Path) -> None:
    told: list[float] = []
    bucket = Bucket()
    assert download(SERIES, tmp_path, lambda fraction, _step: told.append(fraction), bucket) == 2
    assert told == pytest.approx([0, 3 / 8, 1])
    for one in SERIES:
        place = tmp_path / "tcga_luad" / one.patient / one.study_uid / f"CT_{one.series_uid}"
        assert len(list(place.glob("*.dcm"))) == one.images
    assert [file.name for file in tmp_path.iterdir()] == ["tcga_luad"]


def test_what_is_whole_is_not_fetched_again(tmp_path: Path) -> None:
    download(SERIES, tmp_path, client=Bucket())
    again = Bucket()
    assert download(SERIES, tmp_path, client=again) == 0
    assert again.asked == []


@pytest.mark.parametrize("damage", ["missing", "short"])
def test_a_series_that_lost_something_is_fetched_again(tmp_path: Path, damage: str) -> None:
    download(SERIES, tmp_path, client=Bucket())
    file = next((tmp_path / SERIES[1].place).iterdir())
    file.unlink() if damage == "missing" else file.write_bytes(b"0" * 999)
    again = Bucket()
    assert download(SERIES, tmp_path, client=again) == 1
    assert again.asked == [SERIES[1].series_uid]
    assert sum(file.stat().st_size for file in (tmp_path / SERIES[1].place).iterdir()) == 5000


def test_a_download_that_breaks_off_says_so_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"did not arrive whole \(2 of 5 images\)"):
        download(SERIES, tmp_path, client=Bucket(breaks_after=5))
    assert (tmp_path / SERIES[0].place).is_dir()
    assert not (tmp_path / SERIES[1].place).exists()
    rest = Bucket()
    assert download(SERIES, tmp_path, client=rest) == 1
    assert rest.written == 3


def test_canceling_leaves_whole_series_only(tmp_path: Path) -> None:
    def cancel(fraction: float, _step: str) -> None:
        if fraction > 0:
            raise Canceled

    with pytest.raises(Canceled):
        download(SERIES, tmp_path, cancel, Bucket())
    assert (tmp_path / SERIES[0].place).is_dir()
    assert not (tmp_path / SERIES[1].place).exists()


def test_too_little_space_and_a_bad_folder_are_told_before_anything_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = Bucket()
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written to"):
        download(SERIES, tmp_path / "file", client=bucket)
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage._replace(free=100))
    with pytest.raises(OutputError, match="are free"):
        download(SERIES, tmp_path, client=bucket)
    assert bucket.asked == []


def test_without_the_package_its_name_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "idc_index", None)
    with pytest.raises(DependencyError, match="pip install idc-index"):
        download(SERIES, tmp_path)
