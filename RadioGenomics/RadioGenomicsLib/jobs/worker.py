"""One request in a process of its own: ``python -m RadioGenomicsLib.jobs.worker REQUEST_FOLDER RESULT_FOLDER``.

Progress and the final error go to stdout, one JSON object a line; the log goes to stderr. The exit code tells the
kind of failure (see :mod:`RadioGenomicsLib.errors`). The result folder appears when it is whole, or not at all.
"""

from __future__ import annotations

import importlib
import logging
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from RadioGenomicsLib.errors import RadioGenomicsError
from RadioGenomicsLib.errors import WorkError
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.jobs.messages import progress_to
from RadioGenomicsLib.jobs.messages import write_error
from RadioGenomicsLib.jobs.parent import end_with_parent
from RadioGenomicsLib.pipeline.faults import told_plainly
from RadioGenomicsLib.pipeline.files import read_request
from RadioGenomicsLib.pipeline.files import write_result
from RadioGenomicsLib.pipeline.request import PredictionRequest
from RadioGenomicsLib.pipeline.request import TumorRequest
from RadioGenomicsLib.pipeline.run import run
from RadioGenomicsLib.pipeline.steps import Steps
from RadioGenomicsLib.progress import within

log = logging.getLogger(__name__)

# MONAI's optional packages for plots, tables and ultrasound.
_NOT_NEEDED = ("matplotlib", "pandas", "scipy.signal", "scipy.stats", "tensorboardX")


def main(arguments: list[str], steps: Steps | None = None) -> int:
    """Do what the request folder asks, write the result folder, and return the exit code.

    Args:
        arguments: the request folder and the result folder.
        steps: the work of the pipeline; the real one if not given.
    """
    end_with_parent()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    logging.getLogger("RadioGenomicsLib").setLevel(logging.INFO)
    request_folder, result_folder = map(Path, arguments)
    with _own_stdout() as lines:
        progress = progress_to(lines)
        try:
            with told_plainly():
                request = read_request(request_folder)
                if isinstance(request, PredictionRequest | TumorRequest) and not isinstance(request.tumor, Volume):
                    _import_network_blocks()
                result = run(request, steps, within(progress, 0.0, 0.97))
                progress(0.97, "Handing over the result")
                write_result(result, result_folder)
        except RadioGenomicsError as error:
            log.info("%s", error, exc_info=error.__cause__)
            write_error(lines, error)
            return error.exit_code
        except Exception as error:
            log.exception("Unexpected")
            reason = f"it ended unexpectedly ({type(error).__name__}: {error})"
            write_error(lines, WorkError("the work", reason, "Please report it, with the log."))
            return WorkError.exit_code
        progress(1.0, "Done")
    return 0


def _import_network_blocks() -> None:
    """Import the blocks of the network that outlines tumors without what MONAI loads for other work, half of the time.

    In this process alone: another that uses MONAI may want all of it.
    """
    hidden = [name for name in _NOT_NEEDED if name not in sys.modules]
    # None makes an import fail, which MONAI takes for "not installed".
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        with suppress(ImportError):  # the one who needs it says so
            importlib.import_module("monai.networks.blocks")
    finally:
        for name in hidden:
            del sys.modules[name]


def _own_stdout() -> TextIO:
    """Return stdout for our lines alone; what libraries print goes to stderr from now on."""
    sys.stdout.flush()
    lines = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)
    return lines


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
