"""Sample scans: pinned public files, looked for on this machine first, or a synthetic head.

The network is used only by :func:`load_sample`, which runs only when the user asks for the sample.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import queue
import re
import shutil
import sys
import threading
import urllib.request
from dataclasses import dataclass
from dataclasses import replace
from http.client import HTTPResponse
from pathlib import Path
from urllib.error import HTTPError
from urllib.error import URLError

from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.imaging.mask_file import read_mask
from RadioGenomicsLib.imaging.phantom import head_phantom
from RadioGenomicsLib.imaging.reading import read_volume
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.progress import Progress
from RadioGenomicsLib.progress import silent
from RadioGenomicsLib.progress import within
from RadioGenomicsLib.report.facts import SYNTHETIC_HEAD
from RadioGenomicsLib.resources import resource_path
from RadioGenomicsLib.whole_outputs import file_written_whole

DEFAULT_SAMPLE = "glioma-mri"
TUMOR_ROLE = "tumor"
# A server that has answered may be slow; one that is out of reach is told of soon.
_ANSWER_S, _TIMEOUT_S = 5.0, 20.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SampleFile:
    """One public file: its role (a channel, or "tumor"), name, address and SHA-256."""

    role: str
    name: str
    url: str
    sha256: str


@dataclass(frozen=True)
class Sample:
    """A sample study as ``Resources/SampleData.json`` lists it."""

    id: str
    title: str
    modality: str
    source: str
    license: str
    local_folder: str
    files: tuple[SampleFile, ...]


@dataclass(frozen=True)
class SampleStudy:
    """A sample that was read: its title, channels by role, and the tumor mask where the source has one.

    ``reason`` says why a synthetic head stands in for the sample; empty where none does.
    """

    title: str
    channels: dict[str, Volume]
    tumor: Volume | None
    synthetic: bool
    reason: str = ""


def list_samples() -> dict[str, Sample]:
    """Return the samples by their id, in the order of the file."""
    return read_samples(resource_path("SampleData.json"))


def read_samples(path: Path) -> dict[str, Sample]:
    """Read a list of samples.

    Raises:
        InputError: it is damaged, or names a file outside the cache's folder.
    """
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))["samples"]
        files = [tuple(SampleFile(**file) for file in entry["files"]) for entry in entries]
        samples = [Sample(**{**entry, "files": own}) for entry, own in zip(entries, files, strict=True)]
        records = [*samples, *(file for own in files for file in own)]
        texts = [value for one in records for name, value in vars(one).items() if name != "files"]
        names = [one.id for one in samples] + [file.name for own in files for file in own]
        if not all(isinstance(text, str) for text in texts) or not all(map(_is_file_name, names)):
            raise ValueError("a text is missing, or a name leads elsewhere")
    # A RuntimeError is Python's word for JSON without end.
    except (OSError, ValueError, LookupError, TypeError, RuntimeError) as error:
        reason = f"it is no list of samples ({type(error).__name__}: {error})"
        raise InputError(path, reason, "Install RadioGenomics anew.") from error
    return {sample.id: sample for sample in samples}


def _is_file_name(name: str) -> bool:
    return bool(re.fullmatch(r"\w[\w.-]*", name, re.ASCII))


def load_sample(name: str = DEFAULT_SAMPLE, progress: Progress = silent) -> SampleStudy:
    """Read a sample, fetching it where it is neither in ``$RADIOGENOMICS_DATA`` nor in the cache.

    Without a network, the MRI sample is replaced by a synthetic head that says so in its title and names.

    Raises:
        InputError: the sample is unknown, a download is not the pinned file, or a CT cannot be fetched.
    """
    samples = list_samples()
    if name not in samples:
        raise InputError(name, "there is no sample of this name", f"Choose one of: {', '.join(samples)}.")
    sample = samples[name]
    folder = local_sample(sample)
    if folder is None:
        try:
            folder = _download(sample, progress)
        except OSError as error:
            reason = f"it could not be fetched ({_reason(error)})"
            if sample.modality != "MR":
                raise InputError(sample.title, reason, "Connect to the internet and try again.") from error
            _log.warning("%s: %s. A synthetic head is used.", sample.title, reason)
            return replace(synthetic_study(), reason=f"{sample.title}: {reason}")
    return _read(sample, folder)


def synthetic_study() -> SampleStudy:
    """Return the synthetic head as a study; its tumor is left for the pipeline to find."""
    return SampleStudy(SYNTHETIC_HEAD, head_phantom().channels, None, synthetic=True)


def local_sample(sample: Sample) -> Path | None:
    """Return the folder on this machine that holds the sample's pinned files, or None."""
    folders = [cache_folder() / sample.id]
    if os.environ.get("RADIOGENOMICS_DATA"):
        folders.insert(0, Path(os.environ["RADIOGENOMICS_DATA"]) / sample.local_folder)
    for folder in folders:
        if all(_is_pinned(folder / file.name, file.sha256) for file in sample.files):
            return folder
    return None


def cache_folder() -> Path:
    """Return where downloaded samples are kept: the user's cache, never the installation."""
    if os.environ.get("RADIOGENOMICS_CACHE"):
        return Path(os.environ["RADIOGENOMICS_CACHE"]) / "samples"
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return base / "RadioGenomics" / "samples"


def remove_downloads() -> int:
    """Delete every downloaded sample and return how many bytes that freed."""
    folder = cache_folder()
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    shutil.rmtree(folder, ignore_errors=True)
    return size


def _read(sample: Sample, folder: Path) -> SampleStudy:
    paths = {file.role: folder / file.name for file in sample.files}
    tumor = read_mask(paths.pop(TUMOR_ROLE)) if TUMOR_ROLE in paths else None
    channels = {role: read_volume(path, role) for role, path in paths.items()}
    return SampleStudy(sample.title, channels, tumor, synthetic=False)


def _download(sample: Sample, progress: Progress) -> Path:
    """Fetch the files that the cache lacks; each is written aside and renamed once its hash is right."""
    folder = cache_folder() / sample.id
    folder.mkdir(parents=True, exist_ok=True)
    for n, file in enumerate(sample.files):
        step = within(progress, n / len(sample.files), (n + 1) / len(sample.files))
        step(0.0, f"Downloading {file.name}")
        target = folder / file.name
        if _is_pinned(target, file.sha256):
            continue
        with file_written_whole(target) as aside:
            with _opened(file.url) as response, aside.open("wb") as out:
                shutil.copyfileobj(response, out)
            if not _is_pinned(aside, file.sha256):
                raise InputError(
                    file.url,
                    "what came is not the pinned file (SHA-256 differs)",
                    "Report it; do not use the file.",
                )
    return folder


def _opened(url: str) -> HTTPResponse:
    """Return the server's answer.

    Raises:
        OSError: there is none within :data:`_ANSWER_S`. The system itself looks for a name for half a minute.
    """
    answers: queue.SimpleQueue[HTTPResponse | BaseException] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(urllib.request.urlopen(url, timeout=_TIMEOUT_S))
        except BaseException as error:
            answers.put(error)

    threading.Thread(target=ask, daemon=True, name="RadioGenomics sample").start()
    try:
        answer = answers.get(timeout=_ANSWER_S)
    except queue.Empty:
        raise TimeoutError(f"no answer within {_ANSWER_S:g} s") from None
    if isinstance(answer, BaseException):
        raise answer
    return answer


def _reason(error: OSError) -> str:
    """Return in words why a file did not come: "Name or service not known", "HTTP Error 404: Not Found"."""
    cause = error.reason if isinstance(error, URLError) and not isinstance(error, HTTPError) else error
    return (isinstance(cause, OSError) and not isinstance(cause, HTTPError) and cause.strerror) or str(cause)


def _is_pinned(path: Path, sha256: str) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256
