"""How cost grows: patients, genes, voxels and processes, each on its own, measured on the product alone."""

from __future__ import annotations

import io
import math
import time
from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from RadioGenomicsLib.fan_out import Workers
from RadioGenomicsLib.fan_out import fan_out
from RadioGenomicsLib.imaging.grid import grid_of
from RadioGenomicsLib.imaging.grid import resample
from RadioGenomicsLib.imaging.normalize import normalize
from RadioGenomicsLib.imaging.volume import Volume
from RadioGenomicsLib.progress import Progress
from RadioGenomicsTrainLib.association.pairs import associate
from RadioGenomicsTrainLib.validation.correlation import parametric_p
from RadioGenomicsTrainLib.validation.correlation import pearson
from RadioGenomicsTrainLib.validation.gene_scores import score_genes
from RadioGenomicsTrainLib.validation.multiple_testing import adjust
from Testing.benchmarks.measurement import Measurement
from Testing.benchmarks.memory import peak_megabytes
from Testing.benchmarks.tables import duration

REPEATS = 3
ITEMS, TURNS = 8, 5
_MEMORY = (
    "What is kept and comes out grows with genes and voxels: r and p of every gene, a float32 copy of the genes for "
    "the association, and two float32 scans, the resampled and the normalized."
)

Call = Callable[[], object]


@dataclass(frozen=True)
class Curve:
    """Cost at several sizes.

    Attributes:
        work: what is done.
        unit: of the sizes.
        sizes: increasing.
        seconds: median at each size.
        megabytes: peak on top of the inputs at each size.
    """

    work: str
    unit: str
    sizes: Sequence[float]
    seconds: Sequence[float]
    megabytes: Sequence[float]

    @property
    def exponent(self) -> float:
        """The slope of log time on log size: 1 is in proportion, below 1 is better."""
        return float(np.polyfit(np.log(self.sizes), np.log(self.seconds), 1)[0])


def measure() -> Measurement:
    """Measure all curves; the picture of them stands beside the page."""
    curves = [
        _curve("figures of 5,000 genes", "patients", (50, 100, 200, 500), _figures),
        _curve("r, p and Holm-Sidak, 130 patients", "genes", (1_000, 4_000, 15_000, 60_000), _statistics),
        _curve("association, 200 features, 130 patients", "genes", (1_000, 4_000, 15_000, 60_000), _association),
        _curve("resample to voxels 1.4 times as wide, normalize", "voxels", (128**3, 256**3, 512**3), _volume),
    ]
    packages = ["numpy", "scipy", "SimpleITK", "distributed"]
    prose = "\n".join([*_table(curves), "", _MEMORY, "", "![cost by size](growth.svg)\n", *_processes()])
    return Measurement("How cost grows", packages, prose=prose, pictures={"growth.svg": drawn(curves)})


def drawn(curves: Sequence[Curve]) -> str:
    """Return the curves as SVG, time left and memory right, both axes logarithmic."""
    from matplotlib.figure import Figure

    figure = Figure((10, 4), layout="constrained")
    time_axes, memory_axes = figure.subplots(1, 2)
    for curve in curves:
        scale = np.array(curve.sizes) / curve.sizes[0]
        label = f"{curve.work} (from {curve.sizes[0]:,} {curve.unit}; exponent {curve.exponent:.2f})"
        time_axes.loglog(scale, np.array(curve.seconds) / curve.seconds[0], "o-", label=label)
        memory_axes.loglog(scale, np.maximum(curve.megabytes, 0.1), "o-")
    ends = [1.0, max(curve.sizes[-1] / curve.sizes[0] for curve in curves)]
    time_axes.loglog(ends, ends, "--", color="gray", label="in proportion")
    time_axes.set(xlabel="size, times the smallest", ylabel="time, times that of the smallest")
    memory_axes.set(xlabel="size, times the smallest", ylabel="memory on top of inputs (MB)")
    figure.legend(loc="outside lower center", fontsize=8)
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None})
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines()) + "\n"


def busy(count: int, _progress: Progress) -> float:
    """Work on one processor without memory, for the processes to share."""
    return sum(math.sqrt(number) for number in range(count))


def _curve(work: str, unit: str, sizes: Sequence[int], make: Callable[[int], Call]) -> Curve:
    seconds, megabytes = [], []
    make(sizes[0])()  # the first call of all imports packages
    for size in sizes:
        call = make(size)
        megabytes.append(peak_megabytes(call))
        seconds.append(_median_seconds(call))
    return Curve(work, unit, sizes, seconds, megabytes)


def _figures(patients: int) -> Call:
    rng = np.random.default_rng(0)
    y, deviation, mean = rng.normal(size=(3, patients, 5_000))
    mean /= 10
    return lambda: score_genes(y, deviation, mean, np.arange(patients) % 5)


def _statistics(genes: int) -> Call:
    rng = np.random.default_rng(0)
    y, predicted = rng.normal(size=(2, 130, genes))

    def call() -> np.ndarray:
        return adjust(parametric_p(pearson(y, predicted), len(y))).holm_sidak

    return call


def _association(genes: int) -> Call:
    rng = np.random.default_rng(0)
    features, expression, covariates = (rng.normal(size=(130, width)) for width in (200, genes, 3))
    return lambda: associate(features, expression, covariates)


def _volume(voxels: int) -> Call:
    edge = round(voxels ** (1 / 3))
    rng = np.random.default_rng(0)
    scan = Volume(rng.normal(100, 20, (edge, edge, edge)).astype(np.float32), np.diag([-0.8, -0.8, 0.8, 1.0]), "scan")
    grid = grid_of(scan, (1.12, 1.12, 1.12))
    region = grid.with_array(np.ones(grid.array.shape, np.uint8))
    return lambda: normalize(resample(scan, grid), region, clip=(-4.0, 6.0))


def _table(curves: Sequence[Curve]) -> list[str]:
    lines = ["| work | size | median | peak memory on top of the inputs (MB) | exponent |", "|---|---|---|---|---|"]
    for curve in curves:
        rows = zip(curve.sizes, curve.seconds, curve.megabytes, strict=True)
        for place, (size, seconds, megabytes) in enumerate(rows):
            first = place == 0
            lines.append(
                f"| {curve.work if first else ''} | {size:,} {curve.unit} | {duration(seconds)} "
                f"| {megabytes:,.0f} | {f'{curve.exponent:.2f}' if first else ''} |"
            )
    return lines


def _processes() -> list[str]:
    """Return the table of processes; the time includes that of starting them."""
    items = {f"item {number}": 30_000_000 for number in range(ITEMS)}
    seconds: dict[int, list[float]] = {1: [], 2: []}
    # In turn, for a virtual processor may be slower for a while.
    for _turn in range(TURNS):
        for jobs, times in seconds.items():
            start = time.perf_counter()
            done = dict(fan_out(busy, items, Workers(jobs)))
            times.append(time.perf_counter() - start)
            if len(set(done.values())) != 1:
                raise SystemExit(f"the items differ: {done}")
    alone = float(np.median(seconds[1]))
    lines = [f"| processes | {ITEMS} items of equal work | min to max | times as fast |", "|---|---|---|---|"]
    for jobs, times in seconds.items():
        median, spread = float(np.median(times)), f"{duration(min(times))} to {duration(max(times))}"
        lines.append(f"| {jobs} | {duration(median)} | {spread} | {alone / median:.2f} |")
    return lines


def _median_seconds(call: Call) -> float:
    times = []
    for _repeat in range(REPEATS):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return float(np.median(times))
