"""Fuzz one reader, or all of them one after the other, by coverage (atheris).

    python -m Testing.fuzz.run TARGET [--seconds 120] [--corpus DIR]
    python -m Testing.fuzz.run all --seconds 60

A target runs in a process of its own. The exit code is 1 where a reader raised what is none of our errors, hung for
20 s, took more than 2 GB or ended the process; the bytes that did it are kept in the corpus folder as ``crash-*``.
"""

from __future__ import annotations

import argparse
import logging
import os
import re
import shutil
import sys
import tempfile
import time
import warnings
from pathlib import Path

import atheris

# What is watched for coverage.
_WATCHED = ["RadioGenomicsLib", "RadioGenomicsTrainLib"]
_MEMORY_MB, _HANG_S = 2048, 20

with atheris.instrument_imports(include=_WATCHED):
    from Testing.fuzz.targets import TARGETS


def main() -> int:
    """Run the command line, and print a row of the record for each target."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", nargs="+", choices=[*TARGETS, "all"], metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=int, default=120, help="for each target (default %(default)s)")
    parser.add_argument("--corpus", type=Path, default=Path(tempfile.gettempdir(), "radiogenomics-fuzz"))
    options = parser.parse_args()
    names = list(TARGETS) if "all" in options.target else options.target
    print("| target | minutes | inputs | blocks reached | fault |\n| --- | --- | --- | --- | --- |")
    failed = [name for name in names if not _run(name, options.corpus / name, options.seconds)]
    print(f"{len(names) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


def _run(name: str, corpus: Path, seconds: int) -> bool:
    """Fuzz in a child, which libFuzzer ends, and print one row."""
    (corpus / "inputs").mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(TARGETS[name].seeds()):
        (corpus / "inputs" / f"seed-{number:03d}").write_bytes(seed)
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(dir=memory if os.access(memory, os.W_OK) else None))
    sys.stdout.flush()
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        log = os.open(corpus / "log.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(log, 1)
        os.dup2(log, 2)
        _fuzz(name, corpus, seconds, folder)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    shutil.rmtree(folder, ignore_errors=True)
    log = (corpus / "log.txt").read_text("utf-8", "replace")
    tried = re.findall(r"^#(\d+)", log, re.MULTILINE)
    covered = re.findall(r"cov: (\d+)", log)
    fault = re.search(r"(?<== Uncaught Python exception: ===\n).*|==\d+== ?ERROR: .*", log)
    what = "none" if code == 0 else fault[0][:160] if fault else f"exit code {code}"
    minutes = (time.monotonic() - started) / 60
    print(f"| {name} | {minutes:.1f} | {tried[-1] if tried else 0} | {covered[-1] if covered else 0} | {what} |")
    return code == 0


def _fuzz(name: str, corpus: Path, seconds: int, folder: Path) -> None:
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    arguments = [
        str(corpus / "inputs"),
        f"-max_total_time={seconds}",
        f"-rss_limit_mb={_MEMORY_MB}",
        f"-timeout={_HANG_S}",
        "-max_len=60000",
        f"-artifact_prefix={corpus}/",
    ]
    atheris.Setup([sys.argv[0], *arguments], lambda data: TARGETS[name](data, folder))
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
