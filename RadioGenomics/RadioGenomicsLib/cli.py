"""The command line: ``radiogenomics predict|batch|models|panels|samples``."""

from __future__ import annotations

import argparse
import logging
import math
import re
import sys
from pathlib import Path

from RadioGenomicsLib.batch.patients import read_patients
from RadioGenomicsLib.batch.run import run_batch
from RadioGenomicsLib.console import console_progress
from RadioGenomicsLib.console import ends_in_order
from RadioGenomicsLib.console import python_warnings_logged
from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import RadioGenomicsError
from RadioGenomicsLib.fan_out import Workers
from RadioGenomicsLib.headless import ROLES
from RadioGenomicsLib.headless import Options
from RadioGenomicsLib.headless import find_volumes
from RadioGenomicsLib.headless import known_role
from RadioGenomicsLib.headless import predict_study
from RadioGenomicsLib.headless import read_channels
from RadioGenomicsLib.idle_threads import let_idle_threads_sleep
from RadioGenomicsLib.imaging.mask_file import read_mask
from RadioGenomicsLib.imaging.orientation import check_orientation
from RadioGenomicsLib.pipeline.request import check_pseudonym
from RadioGenomicsLib.report.facts import RESEARCH_USE
from RadioGenomicsLib.sample import DEFAULT_SAMPLE

_EXIT_CODES = (
    "exit codes: 0 done; 1 a patient of a batch failed; 2 wrong options; 3 input; 4 geometry; 5 channel; "
    "6 brain or tumor region; 7 model bundle; 8 missing package, hardware or cluster; 9 output; 10 canceled; "
    "11 the work's process ended unexpectedly; 130 interrupted"
)


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code; expected failures are told in one line on stderr."""
    arguments = sys.argv[1:] if argv is None else argv
    options = build_parser().parse_args(join_negative_numbers(arguments))
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    let_idle_threads_sleep()
    try:
        with ends_in_order(), python_warnings_logged():
            return options.run(options)
    except RadioGenomicsError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


def join_negative_numbers(arguments: list[str]) -> list[str]:
    """Turn ``--seed -30,20,18`` into ``--seed=-30,20,18``, which argparse would take for an option."""
    joined: list[str] = []
    for argument in arguments:
        if joined and joined[-1] in ("--seed", "--box") and re.match(r"-[\d.]", argument):
            joined[-1] += f"={argument}"
        else:
            joined.append(argument)
    return joined


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="radiogenomics",
        description=f"Predict a glioma's gene expression from MRI. {RESEARCH_USE}",
        epilog=_EXIT_CODES,
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    predict = commands.add_parser("predict", help="predict one patient", epilog=_EXIT_CODES)
    source = predict.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--volume",
        action="append",
        metavar="[ROLE=]PATH",
        help="a channel: FLAIR=…, T1=…, T1c=…, T2=… or CT=…; a file (NIfTI, NRRD, MHA) or a DICOM folder. "
        "Without ROLE it is guessed from the name; a folder of files gives all its channels. Repeatable.",
    )
    source.add_argument(
        "--sample",
        nargs="?",
        const=DEFAULT_SAMPLE,
        metavar="NAME",
        help=f"a sample (default {DEFAULT_SAMPLE})",
    )
    region = predict.add_mutually_exclusive_group()
    region.add_argument("--roi", type=Path, metavar="MASK", help="tumor mask file; default: the model proposes it")
    region.add_argument("--seed", type=_point, metavar="R,A,S", help="a point in the tumor, RAS mm; it is grown")
    region.add_argument(
        "--box",
        type=_box,
        metavar="R,A,S,R,A,S",
        help="two opposite corners of a box, RAS mm; what the network outlines in it is the tumor, or all brain in it "
        "where that is nothing",
    )
    predict.add_argument(
        "--brain", default="auto", metavar="MASK|METHOD|none", help="brain mask file or method (default: by the scan)"
    )
    predict.add_argument(
        "--drawn-on",
        type=_role,
        default="",
        metavar="ROLE",
        help="the channel that --roi, --seed or --box, and a --brain mask whose grid is no channel's, were drawn on: "
        "they move with it where it is moved to fit the others (default: a mask belongs to the channel whose grid it "
        "has, a point or box to the channel that the model takes as reference)",
    )
    predict.add_argument("--output", type=Path, required=True, metavar="DIR", help="a folder that is new or empty")
    predict.add_argument(
        "--pseudonym", default="", metavar="TEXT", help="what the report calls the patient (default: nothing)"
    )
    _add_shared_options(predict)
    predict.set_defaults(run=_predict)

    batch = commands.add_parser("batch", help="predict many patients, several at a time", epilog=_EXIT_CODES)
    batch.add_argument(
        "patients",
        type=Path,
        metavar="FOLDER|CSV",
        help="a folder with one subfolder per patient, or a CSV with the columns patient, one per channel role "
        "(FLAIR, T1c, …) and, if wanted, roi, drawn_on (the channel that roi was drawn on) and pseudonym (what the "
        "report calls the patient); paths are relative to the CSV",
    )
    batch.add_argument(
        "--brain", default="auto", metavar="METHOD|none", help="brain extraction method (default: by the scan)"
    )
    batch.add_argument(
        "--output",
        type=Path,
        required=True,
        metavar="DIR",
        help="one subfolder per patient, and summary.csv; run again, it does what is missing, and several batches may "
        "share it",
    )
    where = batch.add_mutually_exclusive_group()
    where.add_argument(
        "--jobs", type=_count, default=1, metavar="N", help="patients at a time, each on one processor (default 1)"
    )
    where.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="a Dask cluster that predicts instead, as tcp://host:8786; its workers see the same files",
    )
    _add_shared_options(batch)
    batch.set_defaults(run=_batch)

    models = commands.add_parser("models", help="list the model bundles")
    models.set_defaults(run=_models)
    panels = commands.add_parser("panels", help="list the marker panels")
    panels.set_defaults(run=_panels)
    samples = commands.add_parser("samples", help="list the sample scans, or remove what was downloaded")
    samples.add_argument("--remove", action="store_true", help="delete the downloaded samples")
    samples.set_defaults(run=_samples)
    return parser


def _add_shared_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", default="tcga-lgg", help="a bundle's id or folder (default %(default)s)")
    parser.add_argument(
        "--panel", default="glioma", help="the panel that the attribution map explains (default %(default)s)"
    )
    parser.add_argument(
        "--orientation",
        type=_orientation,
        default="",
        metavar="RAS|LPS|…",
        help="where the axes i, j, k of scans and masks point to whose files do not tell left from right; without it "
        "such files are refused",
    )
    parser.add_argument("--device", default="auto", choices=["auto", "cpu", "cuda", "mps"])


def _options(options: argparse.Namespace) -> Options:
    return Options(options.brain, options.model, options.panel, options.device, options.orientation)


def _predict(options: argparse.Namespace) -> int:
    check_pseudonym(options.pseudonym)
    with console_progress() as progress:
        if options.sample:
            from RadioGenomicsLib.sample import load_sample

            study = load_sample(options.sample, progress)
            title, name, channels, tumor = study.title, study.title, study.channels, study.tumor
        else:
            paths = find_volumes(options.volume)
            channels = read_channels(paths, options.orientation)
            title, name, tumor = ", ".join(paths), "", None
        if options.roi:
            tumor = read_mask(options.roi, options.orientation)
        prediction = predict_study(
            channels,
            _options(options),
            options.output,
            tumor=options.seed or options.box or tumor,
            drawn_on=options.drawn_on,
            study=options.pseudonym or name,
            progress=progress,
        )
    print(f"{title}\n{RESEARCH_USE}")
    for role, source in prediction.provenance.get("scans", {}).items():
        print(f"{role}: {source}")
    for warning in prediction.warnings:
        print(f"warning: {warning}")
    print(f"{len(prediction.predicted_z)} genes predicted; tumor {prediction.tumor_ml:.1f} ml")
    print(f"Everything is in {options.output.resolve()}; start with report.html")
    return 0


def _batch(options: argparse.Namespace) -> int:
    workers = Workers(options.jobs, options.scheduler)
    with console_progress() as progress:
        patients = read_patients(options.patients, options.output)
        rows = run_batch(patients, _options(options), options.output, progress, workers)
    failed = [row for row in rows if row["status"] == "failed"]
    for row in failed:
        print(f"failed: {row['patient']}: {row['reason']}", file=sys.stderr)
    print(f"{len(rows) - len(failed)} of {len(rows)} patients done; see {options.output / 'summary.csv'}")
    print(RESEARCH_USE)
    return 1 if failed else 0


def _models(_options: argparse.Namespace) -> int:
    from RadioGenomicsLib import embedded
    from RadioGenomicsLib.model.bundle import list_bundles

    embedded.start()
    from RadioGenomicsLib.scene.dependencies import ensureDependencies

    ensureDependencies()
    for bundle in list_bundles():
        print(f"{bundle.id}\t{len(bundle.genes.symbol)} genes\t{bundle.path}")
    return 0


def _panels(_options: argparse.Namespace) -> int:
    from RadioGenomicsLib.genes.panels import load_panels

    for panel in load_panels().values():
        print(f"{panel.id}\t{len(panel.genes)} genes\t{panel.title}")
    return 0


def _samples(options: argparse.Namespace) -> int:
    from RadioGenomicsLib.sample import cache_folder
    from RadioGenomicsLib.sample import list_samples
    from RadioGenomicsLib.sample import local_sample
    from RadioGenomicsLib.sample import remove_downloads

    if options.remove:
        print(f"{remove_downloads() / 1e6:.1f} MB removed from {cache_folder()}")
        return 0
    for sample in list_samples().values():
        print(f"{sample.id}\t{local_sample(sample) or 'not downloaded'}\t{sample.title}")
    return 0


def _orientation(text: str) -> str:
    try:
        return check_orientation(text) if text else ""
    except InputError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _role(text: str) -> str:
    role = known_role(text) if text else ""
    if role is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no channel role; use one of {', '.join(ROLES)}")
    return role


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return int(text)


def _point(text: str) -> tuple[float, ...]:
    return _numbers(text, 3)


def _box(text: str) -> tuple[float, ...]:
    return _numbers(text, 6)


def _numbers(text: str, count: int) -> tuple[float, ...]:
    try:
        numbers = tuple(float(part) for part in text.split(","))
    except ValueError:
        numbers = ()
    if len(numbers) != count or not all(map(math.isfinite, numbers)):
        raise argparse.ArgumentTypeError(f"{text!r} is not {count} numbers with commas between them")
    return numbers


if __name__ == "__main__":
    sys.exit(main())
