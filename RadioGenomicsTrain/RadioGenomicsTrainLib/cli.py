"""``radiogenomics-train``: make a bundle from a cohort."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from RadioGenomicsLib.console import console_progress
from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import RadioGenomicsError


def main(arguments: list[str] | None = None) -> int:
    """Run a command and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except RadioGenomicsError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="radiogenomics-train", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    bundle = commands.add_parser("bundle", help="prepare, train, validate and write a model bundle")
    bundle.add_argument("cohort", help='a shipped cohort, such as "tcga-lgg", or a .toml that describes yours')
    bundle.add_argument("--data", type=Path, help="folder of the cohort's files; default $RADIOGENOMICS_DATA")
    bundle.add_argument("--output", type=Path, required=True, help="new folder of the bundle")
    bundle.add_argument("--work", type=Path, required=True, help="folder of intermediate results; kept for reruns")
    bundle.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="encoders trained at a time")
    bundle.add_argument(
        "--head",
        choices=("kernel", "paper"),
        default="kernel",
        help="kernel: descriptors and kernel ridge regression; paper: the published head, trained end to end",
    )
    bundle.add_argument("--epochs", type=int, help="of the encoder; fewer for a trial")
    bundle.set_defaults(run=_bundle)
    return parser


def _bundle(options: argparse.Namespace) -> int:
    from dataclasses import replace

    from RadioGenomicsTrainLib.cohort.manifest import load_cohort
    from RadioGenomicsTrainLib.training.build import BuildSettings
    from RadioGenomicsTrainLib.training.build import build_bundle
    from RadioGenomicsTrainLib.training.paper_training import PaperSettings

    data = options.data or os.environ.get("RADIOGENOMICS_DATA")
    if not data:
        raise InputError("--data", "the cohort's files were not pointed out", "Give --data or set RADIOGENOMICS_DATA.")
    settings = BuildSettings()
    if options.epochs is not None:
        settings = replace(settings, encoder=replace(settings.encoder, epochs=options.epochs))
    if options.head == "paper":
        settings = replace(settings, head=PaperSettings())
    with console_progress() as progress:
        cohort = load_cohort(options.cohort, Path(data))
        bundle = build_bundle(cohort, settings, options.work, options.output, jobs=options.jobs, progress=progress)
    print(f"{bundle.path}: {len(bundle.genes):,} genes, {int(bundle.genes.reliable.sum()):,} reliable")
    print("Its validation is in model.json. Research use only.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
