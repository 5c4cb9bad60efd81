"""``radiogenomics-train`` with a network and folds small enough for the synthetic cohort of the tests.

    python -m Testing.faults.small_training COMMAND …

With ``KILL_AT`` in the environment the process kills itself (SIGKILL) at the first step that this text is part of; with
``KILL_WRITING``, while it writes the first file that this text is part of the name of, half of which it leaves.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from RadioGenomicsLib.progress import Progress
from RadioGenomicsTrainLib import cli
from RadioGenomicsTrainLib.training import build
from RadioGenomicsTrainLib.training import cohort_validation
from RadioGenomicsTrainLib.training.build import BuildSettings
from RadioGenomicsTrainLib.training.encoder import EncoderSettings
from RadioGenomicsTrainLib.training.gene_validation import HeadSettings
from RadioGenomicsTrainLib.validation.cohort_data import ValidationSettings
from Testing.unit.training.small_cohort import NETWORK

SETTINGS = BuildSettings(
    network=NETWORK, encoder=EncoderSettings(tumor_slices=2, other_slices=1), head=HeadSettings(folds=2), folds=2
)


@contextmanager
def killing_progress() -> Iterator[Progress]:
    """Give a progress callable that ends this process at the step that was asked for."""
    wanted = os.environ.get("KILL_AT")

    def report(_fraction: float, step: str) -> None:
        print(step, file=sys.stderr, flush=True)
        if wanted is not None and wanted in step:
            os.kill(os.getpid(), signal.SIGKILL)

    yield report


def die_writing(wanted: str) -> None:
    """Have this process end in the middle of writing a file of such a name."""
    replace_file = Path.replace

    def replace_or_die(self: Path, target: Path) -> Path:
        if wanted in self.name and self.parent.suffix == ".part":
            os.truncate(self, self.stat().st_size // 2)
            os.kill(os.getpid(), signal.SIGKILL)
        return replace_file(self, target)

    Path.replace = replace_or_die


def main(arguments: list[str]) -> int:
    """Run a command, and return its exit code."""
    with pytest.MonkeyPatch.context() as patch:
        make_small(patch)
        return _main(arguments)


def make_small(patch: pytest.MonkeyPatch) -> None:
    """Put settings under which everything takes seconds in place of the default's."""
    patch.setattr(build, "BuildSettings", lambda: replace(SETTINGS))
    effort = partial(ValidationSettings, refit_permutations=5, null_draws=20_000, comparison_draws=20)
    patch.setattr(cohort_validation, "ValidationSettings", effort)


def _main(arguments: list[str]) -> int:
    cli.console_progress = killing_progress
    if "KILL_WRITING" in os.environ:
        die_writing(os.environ["KILL_WRITING"])
    return cli.main(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
