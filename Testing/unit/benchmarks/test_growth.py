"""The curves of growing cost are what they say."""

from __future__ import annotations

import pytest

from RadioGenomicsLib.fan_out import fan_out
from RadioGenomicsLib.progress import silent
from Testing.benchmarks.paths.growth import Curve
from Testing.benchmarks.paths.growth import busy
from Testing.benchmarks.paths.growth import drawn


def _curve(power: float) -> Curve:
    sizes = [10, 20, 40, 80]
    return Curve(f"power {power}", "things", sizes, [2e-3 * size**power for size in sizes], [1.0, 1.0, 2.0, 4.0])


@pytest.mark.parametrize("power", [0.5, 1.0, 2.0])
def test_the_exponent_is_that_of_the_growth(power: float) -> None:
    assert _curve(power).exponent == pytest.approx(power, abs=1e-9)


def test_the_picture_is_svg_that_names_every_curve() -> None:
    pytest.importorskip("matplotlib")
    picture = drawn([_curve(1.0), _curve(2.0)])
    assert picture.lstrip().startswith("<?xml")
    assert picture.count("exponent") == 2


def test_the_items_of_the_processes_are_equal() -> None:
    assert dict(fan_out(busy, {"a": 50, "b": 50})) == {"a": busy(50, silent), "b": busy(50, silent)}
