"""Write the report of a validation: one HTML file that loads nothing, its figures as SVG and its tables as CSV."""

from __future__ import annotations

import shutil
from pathlib import Path

from RadioGenomicsLib import report as report_of_a_prediction
from RadioGenomicsLib.errors import OutputError
from RadioGenomicsLib.pipeline.folders import replaced_whole
from RadioGenomicsLib.report.facts import RESEARCH_USE
from RadioGenomicsTrainLib.report.content import Section
from RadioGenomicsTrainLib.report.sections.calibration import calibration
from RadioGenomicsTrainLib.report.sections.cohorts import cohorts
from RadioGenomicsTrainLib.report.sections.distribution import distribution
from RadioGenomicsTrainLib.report.sections.flow import flow
from RadioGenomicsTrainLib.report.sections.gene_sets import gene_sets
from RadioGenomicsTrainLib.report.sections.headline import headline
from RadioGenomicsTrainLib.report.sections.headline import key_figures
from RadioGenomicsTrainLib.report.sections.ladder import ladder
from RadioGenomicsTrainLib.report.sections.nested import nested
from RadioGenomicsTrainLib.report.sections.nulls import nulls
from RadioGenomicsTrainLib.report.sections.panels import panels
from RadioGenomicsTrainLib.report.sections.power import power
from RadioGenomicsTrainLib.report.sections.provenance import limitations
from RadioGenomicsTrainLib.report.sections.provenance import provenance
from RadioGenomicsTrainLib.report.sections.subtypes import subtypes
from RadioGenomicsTrainLib.report.validation_record import Record
from RadioGenomicsTrainLib.report.validation_record import read_record
from RadioGenomicsTrainLib.validation.record_card import not_whole

# In reading order: what an oncologist wants to know, then what a statistician checks.
SECTIONS = (
    headline,
    nested,
    distribution,
    ladder,
    nulls,
    gene_sets,
    subtypes,
    calibration,
    panels,
    power,
    flow,
    cohorts,
    limitations,
    provenance,
)
# The style sheet of a prediction's report serves here, too.
_TEMPLATES = (Path(__file__).parent / "templates", Path(report_of_a_prediction.__file__).parent / "templates")


def write_report(record_folder: Path, output: Path) -> Path:
    """Write the report of a record; nothing is computed anew.

    Args:
        record_folder: as :func:`RadioGenomicsTrainLib.validation.record.write_record` wrote it.
        output: new or empty folder, or one that holds the report of this very record, which is made anew. It gets
            ``report.html``, ``figures/*.svg``, and in ``tables/`` the record itself.

    Returns:
        The path of ``report.html``.

    Raises:
        InputError: there is no whole record.
        OutputError: the folder holds anything else, or cannot be written.
    """
    import jinja2

    record = read_record(record_folder)
    try:
        sections = [section(record) for section in SECTIONS]
        page = report_html(record, sections)
    except KeyError as error:
        raise not_whole(record_folder, f"it lacks {error}") from error
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, jinja2.TemplateError) as error:
        raise not_whole(record_folder, f"a value in it is not what it should be: {error!r}") from error
    _refuse_others(record_folder, output)
    with replaced_whole(output) as folder:
        for name in ("figures", "tables"):
            (folder / name).mkdir()
        for figure in (figure for section in sections for figure in section.figures):
            _write(folder / "figures" / f"{figure.name}.svg", figure.svg)
        for source in (record_folder / "record.json", *sorted(record_folder.glob("*.csv"))):
            shutil.copyfile(source, folder / "tables" / source.name)
        _write(folder / "report.html", page)
    return output / "report.html"


def report_html(record: Record, sections: list[Section]) -> str:
    """Return the report as one page."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("validation.html.j2").render(
        research_use=RESEARCH_USE,
        cohort=record.card["cohort"],
        provenance=record.card["provenance"],
        figures=key_figures(record),
        sections=sections,
    )


def _refuse_others(record_folder: Path, output: Path) -> None:
    """Refuse to write over anything but the report of the same record."""
    old, new = output / "tables" / "record.json", record_folder / "record.json"
    try:
        same = old.is_file() and old.read_bytes() == new.read_bytes()
        used = output.exists() and not (output.is_dir() and not any(output.iterdir()))
    except OSError as error:
        raise OutputError(output, f"it cannot be read ({error.strerror})", "Remove it.") from error
    if used and not same:
        mend = "It may be the report of an older record: move it away or delete it, and start again."
        raise OutputError(output, "the folder is not empty", mend)


def _write(path: Path, content: str) -> None:
    path.write_text(content, encoding="utf-8", newline="\n")
