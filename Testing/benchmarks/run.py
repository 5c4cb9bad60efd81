"""Measure the hot paths against what a user would take instead, each path in a process of its own.

    make benchmark                                        # everything, in an environment that holds the peers, too
    python -m Testing.benchmarks.run [PATH ...] [--output DIR]

A path is a file in ``Testing/benchmarks/paths`` whose ``measure()`` returns a ``Measurement``. Written are
``DIR/PATH.md`` (tables, remarks, profiles) and ``DIR/PATH.csv``; ``DIR/summary.md`` is made from all CSV files there.
Nothing else should run on the machine meanwhile.
"""

from __future__ import annotations

import argparse
import cProfile
import csv
import io
import pstats
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from unittest.mock import patch

from Testing.benchmarks.machine import machine
from Testing.benchmarks.measurement import Measurement
from Testing.benchmarks.summary import summary

HERE = Path(__file__).parent
PATHS = sorted(file.stem for file in (HERE / "paths").glob("[a-z]*.py"))


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", nargs="*", metavar="PATH", help=f"of: {', '.join(PATHS)} (default: all)")
    parser.add_argument("--output", type=Path, default=HERE / "results", help="default: %(default)s")
    options = parser.parse_args()
    unknown = sorted(set(options.path) - set(PATHS))
    if unknown:
        parser.error(f"no such path: {', '.join(unknown)}")
    options.output.mkdir(parents=True, exist_ok=True)
    if len(options.path) == 1:
        _measure(options.path[0], options.output)
        (options.output / "summary.md").write_text(summary(options.output), encoding="utf-8")
        return 0
    names = options.path or PATHS
    command = [sys.executable, "-m", "Testing.benchmarks.run", "--output", str(options.output)]
    failed = [name for name in names if subprocess.run([*command, name], check=False).returncode]
    print(f"{len(names) - len(failed)} paths measured, {len(failed)} failed {' '.join(failed)}")
    return 1 if failed else 0


def _measure(name: str, output: Path) -> None:
    print(f"{name} …", flush=True)
    measured: Measurement = import_module(f"Testing.benchmarks.paths.{name}").measure()
    parts = [f"# {measured.title}\n", machine(measured.packages) + "\n"]
    parts += [comparison.markdown() + "\n" for comparison in measured.comparisons]
    parts += [measured.prose + "\n"] if measured.prose else []
    parts += [
        f"## Where the time goes: {what}\n\n```\n{_profile(call)}```\n" for what, call in measured.profiled.items()
    ]
    (output / f"{name}.md").write_text("\n".join(parts), encoding="utf-8")
    for file, svg in measured.pictures.items():
        (output / file).write_text(svg, encoding="utf-8")
    rows = [row for comparison in measured.comparisons for row in comparison.rows(name)]
    if rows:
        with (output / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


def _profile(call: Callable[[], object], lines: int = 14) -> str:
    """Return the functions that take most of the time themselves, without the paths of this machine.

    What the call gives to pools of threads is done on the calling thread, the only one that the profile sees.
    """
    profile = cProfile.Profile()
    with patch.object(ThreadPoolExecutor, "submit", _submit_here):
        profile.runcall(call)
    text = io.StringIO()
    pstats.Stats(profile, stream=text).strip_dirs().sort_stats("tottime").print_stats(lines)
    return "\n".join(line.rstrip() for line in text.getvalue().strip().splitlines() if line.strip()) + "\n"


def _submit_here(_pool: object, function: Callable[..., object], /, *args: object, **named: object) -> Future[object]:
    done: Future[object] = Future()
    done.set_result(function(*args, **named))
    return done


if __name__ == "__main__":
    sys.exit(main())
