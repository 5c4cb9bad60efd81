"""Predict inside a Slicer without windows, with the options of ``radiogenomics predict``.

>>> Slicer --no-splash --no-main-window --python-script Scripts/predict.py -- --help
>>> Slicer --no-splash --no-main-window --python-script Scripts/predict.py -- --volume FLAIR=flair.nii.gz --output out

Behind ``--``, Slicer takes no option for its own.
"""

from __future__ import annotations

import sys
from pathlib import Path


def run() -> int:
    """Make the package importable from a source checkout, then hand over to the command line."""
    try:
        import RadioGenomicsLib  # noqa: F401
    except ImportError:
        sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "RadioGenomics"))
    from RadioGenomicsLib.cli import main

    arguments = sys.argv[1:]
    try:
        return main(["predict", *(arguments[1:] if arguments[:1] == ["--"] else arguments)])
    except SystemExit as stop:  # argparse: wrong options, or --help
        return stop.code or 0


if __name__ == "__main__":
    sys.exit(run())
