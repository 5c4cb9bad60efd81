"""What the report says of a prediction and its model, in plain words and figures."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from RadioGenomicsLib.report.held_out import held_out_statement
from RadioGenomicsLib.report.numbers import UNKNOWN
from RadioGenomicsLib.report.numbers import plain

if TYPE_CHECKING:
    from RadioGenomicsLib.model.prediction import Prediction

RESEARCH_USE = "Research use only. Predicted mRNA levels, not measured ones, and no mutation status."
FAR = "far"
SYNTHETIC_HEAD = "Synthetic head (not a patient)"


@dataclass(frozen=True)
class Fact:
    """A figure with its label and one line on what it means."""

    label: str
    value: str
    meaning: str


@dataclass(frozen=True)
class Reliability:
    """How well a model predicts its genes in patients it had not seen."""

    genes: int
    reliable: int
    median_r: float
    median_r_reliable: float
    best_r: float


def reliability(prediction: Prediction) -> Reliability:
    """Count and summarize the cross-validated correlations of the model's genes."""
    genes = prediction.bundle.genes
    r = np.asarray(genes.cv_r, dtype=np.float64)
    sure = np.asarray(genes.reliable, dtype=bool)
    return Reliability(len(r), int(sure.sum()), _median(r), _median(r[sure]), float(np.nanmax(r, initial=-1.0)))


def headline(prediction: Prediction) -> list[Fact]:
    """Return the figures at the top of the report."""
    figures, card = reliability(prediction), prediction.bundle.card
    share = 100 * figures.reliable / max(figures.genes, 1)
    return [
        Fact(
            "Reliable genes",
            f"{figures.reliable:,} of {figures.genes:,}",
            f"{share:.0f} % pass the test for multiple genes; the others say nothing about this patient",
        ),
        Fact(
            "Cross-validated r",
            plain(figures.median_r),
            f"median over all genes; {plain(figures.median_r_reliable)} over the reliable ones",
        ),
        Fact("Trained on", f"{card['patients']} patients", f"of {card['cohort']}"),
        Fact(
            "Likeness to training",
            FAR if prediction.far else "typical",
            f"farther from its nearest training scans than {prediction.distance_percentile:.0f} % of these are "
            "from theirs",
        ),
        Fact("Tumor region", f"{prediction.tumor_ml:.1f} ml", "the outlined region that the prediction is made from"),
    ]


def statements(prediction: Prediction) -> list[tuple[str, str]]:
    """Return what a reader has to know, as heading and text."""
    figures, card = reliability(prediction), prediction.bundle.card
    patients, cohort = card["patients"], card["cohort"]
    return [
        (
            "Research use only",
            "This is not a medical device. It must not guide diagnosis or treatment, and it does not replace tissue.",
        ),
        (
            "Predicted, not measured",
            f"A model trained on {patients} patients of {cohort} predicts mRNA levels from the images. It says nothing "
            "about mutation, deletion, amplification, fusion or methylation, even of genes known for them.",
        ),
        (
            "The scale",
            "z is the distance from the training cohort's mean in standard deviations: 0 is the average patient of "
            f"{cohort}. log2 is given where the training data had absolute levels ({log2_unit(prediction)}). "
            "The percentile is the share of the cohort below the prediction.",
        ),
        (
            "The interval",
            "In patients the model had not seen, about 9 in 10 measured values fell inside the 90 % interval. "
            "Where it includes 0, the gene cannot be told from the cohort's average.",
        ),
        (
            "Which genes to look at",
            f"Only {figures.reliable:,} of {figures.genes:,} genes are predicted better than chance after correction "
            f"for multiple genes. The median cross-validated r is {plain(figures.median_r)}, the best "
            f"{plain(figures.best_r)}; r = 0.3 explains 9 % of the variation between patients. "
            "Genes marked “not reliable” should be read as unknown.",
        ),
        (
            "The attribution map",
            "It shows what each part of the tumor adds to the panel's mean predicted z: the prediction falls by this "
            "much when the part is left out. It explains the model; it does not show where a gene is expressed.",
        ),
        ("On held-out patients", held_out_statement(card)),
        *_expected(prediction),
        *(("Of this model", text) for text in card["limitations"]),
    ]


def _expected(prediction: Prediction) -> Iterator[tuple[str, str]]:
    """Say what r to expect in new patients, where the model's genes tell it."""
    expected = getattr(prediction.bundle.genes, "expected_r", None)
    if expected is not None and np.isfinite(expected).any():
        yield (
            "In new patients",
            f"The median r to be expected in new patients is {plain(_median(np.asarray(expected)))}. Large "
            "cross-validated r are partly chance, so every gene's expected r is drawn toward the mean of all genes.",
        )


def is_synthetic(prediction: Prediction) -> bool:
    """Tell whether the scans were made up, so that the figures say nothing of anybody."""
    return bool(prediction.provenance.get("synthetic"))


def log2_unit(prediction: Prediction) -> str:
    """Return the unit of the absolute levels, as "log2 RSEM"; "log2" where the model has none."""
    return next((str(unit) for unit in prediction.bundle.genes.unit if unit.startswith("log2")), "log2")


def flattened(entries: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Yield nested provenance as label and text."""
    for key, value in entries.items():
        label = f"{above}{key}".replace("_", " ")
        if isinstance(value, Mapping):
            yield from flattened(value, f"{label} · ")
        elif isinstance(value, list | tuple):
            yield label, ", ".join(str(part) for part in value) or UNKNOWN
        elif isinstance(value, bool):
            yield label, "yes" if value else "no"
        else:
            yield label, UNKNOWN if value in (None, "") else str(value)


def _median(values: np.ndarray) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else float("nan")
