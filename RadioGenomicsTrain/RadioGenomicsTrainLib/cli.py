"""``radiogenomics-train``: from the scans and expression of a cohort to a validated model bundle and its report."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path

from RadioGenomicsLib.console import console_progress
from RadioGenomicsLib.console import ends_in_order
from RadioGenomicsLib.console import python_warnings_logged
from RadioGenomicsLib.errors import InputError
from RadioGenomicsLib.errors import RadioGenomicsError
from RadioGenomicsLib.fan_out import Workers
from RadioGenomicsLib.idle_threads import let_idle_threads_sleep
from RadioGenomicsTrainLib.doors.request import DEVICES
from RadioGenomicsTrainLib.doors.request import HEADS
from RadioGenomicsTrainLib.doors.request import CohortRequest

RESEARCH_USE = "Research use only."
_AGAIN = "Stopped or failed, run the same command again: it goes on where it was."
_EXIT_CODES = (
    "exit codes: 0 done; 2 wrong options; 3 input; 6 brain or tumor region; 7 model or weights; 8 missing package, "
    "hardware or cluster; 9 output; 10 canceled; 11 a worker failed; 130 interrupted"
)


def main(arguments: list[str] | None = None, ready: Callable[[], None] = lambda: None) -> int:
    """Run a command and return its exit code; expected failures are told in one line on stderr.

    Args:
        arguments: of the command line; those of this process if not given.
        ready: called before the work but after the options were read: ``--help`` needs nothing to be installed.
    """
    options = build_parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    let_idle_threads_sleep()
    # Beside the first process of a torchrun, the others work in silence.
    if os.environ.get("RANK", "0") != "0":
        sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115 (as long as the process)
    try:
        with ends_in_order(), python_warnings_logged():
            ready()
            options.run(options)
    except RadioGenomicsError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print(f"interrupted. {_AGAIN}", file=sys.stderr)
        return 130
    print(RESEARCH_USE)
    return 0


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="radiogenomics-train",
        description=f"{__doc__.partition(': ')[2].capitalize()} {RESEARCH_USE}",
        epilog=f"{_AGAIN} Every COMMAND has its own --help. {_EXIT_CODES}",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    plan = _command(commands, "plan", _plan, "list which series of a collection to fetch, with sizes; fetches nothing")
    plan.add_argument("collection", help='a cohort that names its collection ("tcga-luad"), or a collection of IDC')
    plan.add_argument("--rule", help="by which series are taken: brain-mr, chest-ct, breast-mr; default: the cohort's")
    plan.add_argument("--patients", type=Path, metavar="FILE", help="take only these: one name a line")
    _add_work(plan)

    download = _command(commands, "download", _download, "fetch what the plan lists, from NCI's Imaging Data Commons")
    download.add_argument("collection", help="as it was planned")
    _add_work(download)
    _add_data(download)

    prepare = _command(commands, "prepare", _prepare, "take all scans through the steps of a prediction, and keep them")
    _add_cohort(prepare)

    train = _command(commands, "train", _train, "train the encoders, or with --head paper the published method")
    _add_cohort(train)
    _add_training(train)
    train.add_argument(
        "--refits",
        type=_count_or_zero,
        default=0,
        metavar="N",
        help="train the published method N times more on permuted patients, for its null; 19 are the least that can "
        "reach p = 0.05, and each takes as long as the method itself (default %(default)s)",
    )

    validate = _command(commands, "validate", _validate, "test every gene on patients left out, rung by rung")
    _add_cohort(validate)
    _add_encoder(validate)
    _add_device(validate)
    _add_validation(validate)
    validate.add_argument("--gene-sets", type=Path, metavar="GMT", help="test these too, such as MSigDB's hallmarks")

    associate = _command(commands, "associate", _associate, "test every image feature against every gene")
    _add_cohort(associate)
    associate.add_argument(
        "--covariates",
        default="",
        metavar="TRAITS",
        help="to take out of both, separated by commas, of: age, sex, grade; default: none",
    )
    associate.add_argument(
        "--permutations",
        type=_count_or_zero,
        metavar="N",
        help="of the patients, for the family-wise p; 0: Bonferroni's; default: 999 where they take about a minute at "
        "most, else 0",
    )
    associate.add_argument(
        "--plain-values",
        action="store_true",
        help="correlate the values themselves, where one outlier can make a pair; default: their normal scores",
    )

    report = _command(commands, "report", _report, "write the report of a validation")
    _add_work(report)
    report.add_argument(
        "--beside",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="work folder of another cohort, to show in one table with this one; repeatable",
    )

    bundle = _command(commands, "bundle", _bundle, "write a model bundle; trains what is not trained yet")
    _add_cohort(bundle)
    _add_training(bundle)
    _add_validation(bundle)
    bundle.add_argument(
        "--keep-encoder", type=Path, metavar="BUNDLE", help="take the encoder of this bundle; only fit the genes anew"
    )
    bundle.add_argument("--output", type=Path, required=True, metavar="DIR", help="new folder of the bundle")
    return parser


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, run: object, what: str
) -> argparse.ArgumentParser:
    description = f"{what[0].upper()}{what[1:]}. {RESEARCH_USE}"
    command = commands.add_parser(name, help=what, description=description, epilog=f"{_AGAIN} {_EXIT_CODES}")
    command.set_defaults(run=run)
    return command


def _add_cohort(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("cohort", help='a shipped cohort, such as "tcga-lgg", or a .toml that describes yours')
    _add_data(parser)
    _add_work(parser)
    where = parser.add_mutually_exclusive_group()
    # No default here: argparse takes a value that equals it for one that was not given.
    where.add_argument("--jobs", type=_count, metavar="N", help="processes at a time (default: one for each processor)")
    where.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="a Dask cluster that works instead, as tcp://host:8786; it sees the files",
    )


def _add_data(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, metavar="DIR", help="the data; default: $RADIOGENOMICS_DATA")


def _add_work(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--work", type=Path, required=True, metavar="DIR", help="folder of all that is made; kept for the next command"
    )


def _add_training(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--head",
        choices=HEADS,
        default=HEADS[0],
        help="kernel: descriptors and kernel ridge regression; paper: the published head, trained end to end "
        "(default %(default)s)",
    )
    _add_encoder(parser)
    _add_device(parser)


def _add_device(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--device", choices=DEVICES, default=DEVICES[0], help="default %(default)s")


def _add_encoder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--epochs", type=_count, metavar="N", help="of the encoder; fewer for a trial, the same for every command"
    )
    parser.add_argument(
        "--start-from",
        type=Path,
        metavar="FILE",
        help="weights that the encoders start from, such as pre-trained ones; the same for every command",
    )


def _add_validation(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--repeats", type=_count, metavar="N", help="of the cross-validation; predictions are averaged")
    parser.add_argument("--permutations", type=_count, metavar="N", help="of the patients, for the null distributions")


def _processors() -> int:
    return os.cpu_count() or 1


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return int(text)


def _count_or_zero(text: str) -> int:
    return 0 if text == "0" else _count(text)


def _request(options: argparse.Namespace) -> CohortRequest:
    asked = ("head", "device", "epochs", "start_from", "repeats", "permutations", "refits")
    return CohortRequest(
        cohort=options.cohort,
        work=options.work,
        data=options.data,
        workers=Workers(options.jobs or _processors(), options.scheduler),
        **{name: getattr(options, name) for name in asked if hasattr(options, name)},
    )


def _plan(options: argparse.Namespace) -> None:
    from RadioGenomicsTrainLib.doors.plan import PASSED_OVER
    from RadioGenomicsTrainLib.doors.plan import PLAN
    from RadioGenomicsTrainLib.doors.plan import plan

    patients = None if options.patients is None else _lines(options.patients)
    found = plan(options.collection, options.work, options.rule, patients)
    print(f"{found.patients} patients, {len(found.series)} series, {found.megabytes / 1000:.1f} GB ({found.rule})")
    print(f"{options.work / PLAN} lists them; why others are passed over is in {PASSED_OVER}")


def _download(options: argparse.Namespace) -> None:
    from RadioGenomicsTrainLib.doors.plan import download

    data = CohortRequest(options.collection, options.work, options.data).data_root
    with console_progress() as progress:
        count, folder = download(options.collection, options.work, data, progress)
    print(f"{count} series fetched into {folder}")


def _prepare(options: argparse.Namespace) -> None:
    from RadioGenomicsTrainLib.cohort.dropped import DROPPED
    from RadioGenomicsTrainLib.doors.prepare import prepare

    with console_progress() as progress:
        prepared = prepare(_request(options), progress)
    left_out = sum(one.kind == "patient" for one in prepared.dropped)
    print(f"{len(prepared.patients)} patients prepared, {left_out} left out: see {options.work / DROPPED}")


def _train(options: argparse.Namespace) -> None:
    from RadioGenomicsTrainLib.doors.train import train

    with console_progress() as progress:
        trained = train(_request(options), progress)
    made = f"predictions by the published method for {len(trained.paper)} tables" if trained.paper else "encoders"
    print(f"The {made}, of {len(trained.prepared.patients)} patients, are in {options.work}")


def _validate(options: argparse.Namespace) -> None:
    from RadioGenomicsTrainLib.doors.validate import validate

    with console_progress() as progress:
        record = validate(_request(options), progress, options.gene_sets)
    print(f"The figures are in {record}; make the report: radiogenomics-train report --work {options.work}")


def _associate(options: argparse.Namespace) -> None:
    from RadioGenomicsTrainLib.doors.associate import associate_cohort

    covariates = [name.strip() for name in options.covariates.split(",") if name.strip()]
    with console_progress() as progress:
        table, results = associate_cohort(_request(options), covariates, progress=progress, plain=options.plain_values)
    for one in results:
        print(
            f"{one.unit}, {one.patients} patients: {len(one.found.r):,} of {one.found.pairs:,} pairs hold family-wise; "
            f"{one.found.below_alpha:,} have p <= .05, {0.05 * one.found.pairs:,.0f} expected by chance"
        )
        print(f"  correlated: {one.values}; family-wise p: {one.family_wise}")
        if one.lacking:
            unknown = ", ".join(f"{name} of {count}" for name, count in one.unknown.items() if count)
            print(f"  {one.lacking} more patients are left out: unknown is {unknown}")
    print(f"The pairs are in {table}, what was left out and why in summary.json beside it")


def _report(options: argparse.Namespace) -> None:
    from RadioGenomicsTrainLib.doors.report import report

    print(f"The report is {report(options.work, options.beside)}")


def _bundle(options: argparse.Namespace) -> None:
    from RadioGenomicsTrainLib.doors.bundle import bundle

    with console_progress() as progress:
        made = bundle(_request(options), options.output, progress, options.keep_encoder)
    print(f"{made.path}: {len(made.genes):,} genes, {int(made.genes.reliable.sum()):,} reliable")
    print("Its validation is in model.json.")


def _lines(file: Path) -> list[str]:
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(file, f"it cannot be read ({error})", "Give a text file with one patient a line.") from error
    return [line.strip() for line in lines if line.strip()]


if __name__ == "__main__":
    sys.exit(main())
