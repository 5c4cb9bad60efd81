"""Train inside a Slicer without windows, with the commands and options of ``radiogenomics-train``.

>>> Slicer --no-splash --no-main-window --python-script Scripts/train.py -- --help
>>> Slicer --no-splash --no-main-window --python-script Scripts/train.py -- prepare tcga-lgg --data data --work work

Behind ``--``, Slicer takes no option for its own.
"""

from __future__ import annotations

import sys
from pathlib import Path


def run() -> int:
    """Make the packages importable from a source checkout, then hand over to the command line."""
    root = Path(__file__).resolve().parents[1]
    for package in ("RadioGenomics", "RadioGenomicsTrain"):
        try:
            __import__(f"{package}Lib")
        except ImportError:
            sys.path.insert(0, str(root / package))
    from RadioGenomicsTrainLib.cli import main

    arguments = sys.argv[1:]
    try:
        return main(arguments[1:] if arguments[:1] == ["--"] else arguments, _make_ready)
    except SystemExit as stop:  # argparse: wrong options, or --help
        return stop.code or 0


def _make_ready() -> None:
    from RadioGenomicsLib.scene.dependencies import ensureDependencies
    from RadioGenomicsLib.scene.processes import useRealPython

    ensureDependencies(training=True)
    useRealPython()


# Processes that it starts load it too, under another name.
if __name__ == "__main__":
    sys.exit(run())
