"""Samples: on this machine first, then the cache, then the network, then a head that says it is synthetic."""

from __future__ import annotations

import hashlib
import io
import json
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from RadioGenomicsLib import sample as samples
from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.resources import resource_path


@pytest.fixture(autouse=True)
def an_empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RADIOGENOMICS_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("RADIOGENOMICS_DATA", raising=False)
    return tmp_path / "cache"


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(url: str, **_: object) -> None:
        raise urllib.error.URLError("no network")

    monkeypatch.setattr(urllib.request, "urlopen", refuse)


@pytest.fixture
def a_quick_head(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "head_phantom", lambda: SimpleNamespace(channels={}))


@pytest.fixture
def a_public_file(monkeypatch: pytest.MonkeyPatch) -> samples.Sample:
    """A one-file sample whose address answers with its content."""
    content = b"a scan"
    monkeypatch.setattr(urllib.request, "urlopen", lambda url, **_: io.BytesIO(content))
    file = samples.SampleFile("FLAIR", "flair.nii.gz", "https://host/flair.nii.gz", hashlib.sha256(content).hexdigest())
    return samples.Sample("one", "One", "MR", "", "", "", (file,))


def test_every_address_is_pinned_to_a_commit_or_a_release() -> None:
    for sample in samples.list_samples().values():
        for file in sample.files:
            assert file.url.startswith("https://")
            assert "/ec93d958b5ce5a5cd68330005580f45a2ad720fc/" in file.url or "/releases/download/v1.0/" in file.url
            assert len(file.sha256) == 64


def test_the_pins_are_those_of_the_real_files(data_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RADIOGENOMICS_DATA", str(data_root))
    for sample in samples.list_samples().values():
        assert samples.local_sample(sample) == data_root / sample.local_folder


def test_the_ct_sample_comes_with_its_tumor_mask(data_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RADIOGENOMICS_DATA", str(data_root))
    study = samples.load_sample("lung-ct")
    assert list(study.channels) == ["CT"]
    assert study.tumor.array.any()
    assert not study.synthetic


def test_without_data_cache_and_network_the_head_is_synthetic_and_says_so(no_network: None) -> None:
    study = samples.load_sample()
    assert study.synthetic
    assert "ynthetic" in study.title
    assert all("synthetic" in volume.name for volume in study.channels.values())


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (urllib.error.URLError(socket.gaierror(-2, "Name or service not known")), "Name or service not known"),
        (urllib.error.HTTPError("https://host/x", 404, "Not Found", None, None), "HTTP Error 404: Not Found"),
        (TimeoutError("the read operation timed out"), "the read operation timed out"),
        (ConnectionResetError(104, "Connection reset by peer"), "Connection reset by peer"),
    ],
)
def test_a_head_that_stands_in_says_why(
    fault: OSError, words: str, a_quick_head: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_url: str, **_: object) -> None:
        raise fault

    monkeypatch.setattr(urllib.request, "urlopen", refuse)
    reason = samples.load_sample().reason
    assert reason == f"{samples.list_samples()['glioma-mri'].title}: it could not be fetched ({words})"


def test_a_network_that_never_answers_is_told_of_soon(a_quick_head: None, monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()
    monkeypatch.setattr(samples, "_ANSWER_S", 0.2)
    monkeypatch.setattr(urllib.request, "urlopen", lambda _url, **_: over.wait(60))
    started = time.monotonic()
    study = samples.load_sample()
    over.set()
    assert time.monotonic() - started < 20
    assert "no answer within 0.2 s" in study.reason


def test_there_is_no_synthetic_chest(no_network: None) -> None:
    with pytest.raises(InputError, match="could not be fetched"):
        samples.load_sample("lung-ct")


def test_an_unknown_sample_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(InputError, match="glioma-mri"):
        samples.load_sample("knee")


def test_a_download_is_kept_and_not_fetched_again(
    a_public_file: samples.Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = samples._download(a_public_file, lambda *_: None)
    monkeypatch.setattr(urllib.request, "urlopen", lambda *_, **__: pytest.fail("fetched again"))
    assert samples._download(a_public_file, lambda *_: None) == folder


def test_a_download_lands_in_the_cache(a_public_file: samples.Sample, an_empty_cache: Path) -> None:
    folder = samples._download(a_public_file, lambda *_: None)
    assert (folder / "flair.nii.gz").read_bytes() == b"a scan"
    assert samples.local_sample(a_public_file) == folder
    assert an_empty_cache in folder.parents


def test_another_file_than_the_pinned_one_is_refused_and_leaves_nothing(
    a_public_file: samples.Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(urllib.request, "urlopen", lambda url, **_: io.BytesIO(b"something else"))
    with pytest.raises(InputError, match="SHA-256"):
        samples._download(a_public_file, lambda *_: None)
    assert not [path for path in samples.cache_folder().rglob("*") if path.is_file()]


def test_downloads_can_be_removed(a_public_file: samples.Sample) -> None:
    samples._download(a_public_file, lambda *_: None)
    assert samples.remove_downloads() == len(b"a scan")
    assert samples.local_sample(a_public_file) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda entry: entry.pop("files"),
        lambda entry: entry.update(more=1),
        lambda entry: entry.update(title=3),
        lambda entry: entry.update(id="../elsewhere"),
        lambda entry: entry["files"][0].update(name="/etc/passwd"),
        lambda entry: entry["files"][0].pop("sha256"),
        lambda entry: entry.update(files=None),
    ],
)
def test_a_damaged_list_of_samples_is_refused(tmp_path: Path, change: Callable[[dict], object]) -> None:
    content = json.loads(resource_path("SampleData.json").read_text(encoding="utf-8"))
    path = tmp_path / "SampleData.json"
    path.write_text(json.dumps(content))
    assert samples.read_samples(path) == samples.list_samples()
    change(content["samples"][0])
    path.write_text(json.dumps(content))
    with pytest.raises(InputError, match="no list of samples"):
        samples.read_samples(path)
