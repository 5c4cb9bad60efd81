"""Train inside a Slicer without windows, with the commands and options of ``radiogenomics-train``.

>>> Slicer --no-splash --no-main-window --python-script Scripts/train.py prepare tcga-lgg --data data --work work
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
    from RadioGenomicsLib.errors import DependencyError
    from RadioGenomicsLib.scene.dependencies import ensureDependencies
    from RadioGenomicsLib.scene.processes import useRealPython
    from RadioGenomicsTrainLib.cli import main

    try:
        ensureDependencies(training=True)
        useRealPython()
        return main(sys.argv[1:])
    except DependencyError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except SystemExit as stop:  # argparse: wrong options, or --help
        return stop.code or 0


# Processes that it starts load it too, under another name.
if __name__ == "__main__":
    sys.exit(run())
