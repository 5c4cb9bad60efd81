"""Kill batches of predictions at random moments for as long as asked, and look at what is left each time.

    python -m Testing.soak.run [--minutes 30] [--seed 0]

Two synthetic patients are predicted by ``radiogenomics batch``, in one process and in two by turns, which is killed
(SIGKILL) and started again up to four times. After every kill no process of it may be left and every patient's folder
must be whole or absent; in the end nothing hidden may lie beside the results and no temporary file elsewhere, and every
table must have the same bytes as without a kill. The exit code is 1 where one of this did not hold. Linux and macOS
only.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psutil

from RadioGenomicsLib.imaging.phantom import head_phantom
from RadioGenomicsLib.imaging.reading import write_volume

_COMMAND = [sys.executable, "-m", "RadioGenomicsLib.cli", "batch"]
_WHOLE = ("report.html", "gene_table.csv", "panels.csv", "prediction.json", "scene.mrb")
# What is the same in every round: the other files hold times and versions.
_SAME = ("gene_table.csv", "panels.csv")
_PATIENTS = 2
# In each round, at most.
_KILLS = 4
# The locks stay: who removed one could take it from another batch.
_STAYS = {".locks"}
# PyTorch's own, which it keeps for its next start.
_CACHES = {"torchinductor_root"}
# How long the processes of a killed batch may take to notice.
_GONE_S = 20.0


def main() -> int:
    """Run the command line, and print a row of the record."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30.0, help="how long (default %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of the moments of the kills (default %(default)s)")
    options = parser.parse_args()
    moments = random.Random(options.seed)
    counted: Counter[str] = Counter()
    faults: list[str] = []
    ends = time.monotonic() + 60 * options.minutes
    with tempfile.TemporaryDirectory(prefix="radiogenomics-soak-") as place:
        temporary = Path(place, "temporary")
        temporary.mkdir()
        os.environ["TMPDIR"] = str(temporary)  # of the batches; this process has asked for its own already
        command = [*_COMMAND, str(_write_patients(Path(place))), "--output"]
        started = time.monotonic()
        _ended_by_itself([*command, f"{place}/undisturbed"], None)
        needed = time.monotonic() - started
        expected = _digests(Path(place, "undisturbed"))
        while time.monotonic() < ends:
            output = Path(place, f"round-{counted['rounds']}")
            jobs = str(1 + counted["rounds"] % 2)
            # What is left to do shrinks with every start, and after the last kill nothing stops it.
            for limit in [*(moments.uniform(1.0, needed) for _ in range(_KILLS)), None]:
                if _ended_by_itself([*command, str(output), "--jobs", jobs], limit):
                    break
                counted["kills"] += 1
                faults += _half_done(output)
            counted["rounds"] += 1
            faults += _half_done(output) + _left_over(output)
            faults += [f"{path} was left" for path in temporary.iterdir() if path.name not in _CACHES]
            digests = _digests(output)
            faults += [f"{output / name} differs" for name in expected if digests[name] != expected[name]]
            shutil.rmtree(output)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    print("| rounds | kills | patients predicted | peak memory, GiB | faults |\n| --- | --- | --- | --- | --- |")
    print(
        f"| {counted['rounds']} | {counted['kills']} | {counted['rounds'] * _PATIENTS} | {peak:.1f} | {len(faults)} |"
    )
    print(*faults, sep="\n", file=sys.stderr)
    print(f"{counted['rounds'] + counted['kills']} passed, {len(faults)} failed")
    return 1 if faults else 0


def _write_patients(place: Path) -> Path:
    """Write the scans and a list of the patients, and return the list."""
    rows = []
    for number in range(_PATIENTS):
        phantom = head_phantom(seed=number)
        row = {"patient": f"patient-{number}", "roi": str(place / f"{number}-tumor.nii.gz")}
        write_volume(phantom.tumor, Path(row["roi"]))
        for role in ("T1", "FLAIR"):
            row[role] = str(place / f"{number}-{role}.nii.gz")
            write_volume(phantom.channels[role], Path(row[role]))
        rows.append(row)
    table = place / "patients.csv"
    with table.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return table


def _ended_by_itself(command: list[str], limit: float | None) -> bool:
    """Run a batch, kill it after ``limit`` seconds, and tell whether it ended before.

    Raises:
        RuntimeError: it failed by itself, or processes of it were left.
    """
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        children: list[psutil.Process] = []
        try:
            process.wait(limit)
        except subprocess.TimeoutExpired:
            children = psutil.Process(process.pid).children(recursive=True)
        finally:
            ended = process.poll() is not None
            process.kill()
            process.wait()
        _, left = psutil.wait_procs(children, _GONE_S)
        for one in left:
            one.kill()
        if left:
            raise RuntimeError(f"{len(left)} processes outlived their parent")
        if ended and process.returncode:
            log.seek(0)
            raise RuntimeError(log.read().decode(errors="replace"))
    return ended


def _half_done(output: Path) -> list[str]:
    folders = [path for path in output.glob("patient-*") if path.is_dir()]
    return [f"{folder} lacks {name}" for folder in folders for name in _WHOLE if not (folder / name).is_file()]


def _left_over(output: Path) -> list[str]:
    return [f"{path} was left" for path in output.iterdir() if path.name.startswith(".") and path.name not in _STAYS]


def _digests(output: Path) -> dict[str, str]:
    names = [f"patient-{number}/{name}" for number in range(_PATIENTS) for name in _SAME]
    return {name: hashlib.sha256((output / name).read_bytes()).hexdigest() for name in names}


if __name__ == "__main__":
    sys.exit(main())
