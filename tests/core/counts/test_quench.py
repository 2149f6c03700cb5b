"""Efficiency from a quench index: read inside the standards, refused outside."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labsvc.core.counts.quench import efficiency, quench_curve
from labsvc.errors import ConfigError
from labsvc.model.protocol import QuenchSet
from labsvc.model.run import Quench

TRITIUM = QuenchSet(
    "tSIE",
    ((980, 65.5), (760, 61.2), (590, 56.0), (440, 49.2), (330, 42.0), (250, 34.5), (180, 26.2)),
    "own standards",
)


def at(value: float, kind: str = "tSIE", standards: QuenchSet = TRITIUM) -> float | None:
    return efficiency(quench_curve(standards), Quench(kind, value)).percent


def test_the_efficiency_is_read_on_a_cubic_through_the_standards() -> None:
    """Seven tritium standards, tSIE 400: 46.90266 % by least squares."""
    assert at(400) == pytest.approx(46.90265912340021, rel=1e-9)


def test_the_ends_of_the_curve_are_the_outermost_standards() -> None:
    """On them it is read; the order in which standards are written is of no matter."""
    assert at(180) is not None
    assert at(980) is not None
    turned = replace(TRITIUM, standards=TRITIUM.standards[::-1])
    assert at(400, standards=turned) == at(400)


@pytest.mark.parametrize("value", [150, 179.9, 980.1, 1005, float("nan")])
def test_nothing_is_extrapolated(value: float) -> None:
    """Outside: no number, and a sentence that names the range."""
    found = efficiency(quench_curve(TRITIUM), Quench("tSIE", value))
    assert found.percent is None
    assert found.why_not is not None
    assert "outside the quench curve (180 to 980)" in found.why_not


def test_a_curve_speaks_for_its_own_index() -> None:
    """A vial with another index, or with none, has no efficiency by it."""
    curve = quench_curve(TRITIUM)
    other = efficiency(curve, Quench("H#", 400))
    assert (other.percent, other.why_not) == (None, "its H# cannot be read on a curve of tSIE")
    assert efficiency(curve, None).why_not == "no quench index was printed for it"
    assert at(400, "TSIE") == at(400)


def test_h_number_rises_with_quench() -> None:
    """Its efficiency falls; the same standards called tSIE are refused, and the other way round."""
    beckman = QuenchSet("H#", ((20, 60.0), (60, 55.0), (110, 45.0), (170, 32.0), (240, 20.0)))
    low, high = at(40, "H#", beckman), at(200, "H#", beckman)
    assert low is not None
    assert high is not None
    assert low > 55 > 32 > high
    with pytest.raises(ConfigError, match="efficiency must rise as tSIE rises"):
        quench_curve(replace(beckman, index="tSIE"))
    with pytest.raises(ConfigError, match="efficiency must fall as H# rises"):
        quench_curve(replace(TRITIUM, index="H#"))


@pytest.mark.parametrize(
    ("standards", "words"),
    [
        (((980, 65.5), (180, 26.2)), "found 2 standards, expected 3 or more"),
        (((980, 65.5), (400, 46.0), (400, 47.0), (180, 26.2)), "tSIE 400 stands among"),
    ],
)
def test_too_few_standards_or_two_of_one_index_are_refused(
    standards: tuple[tuple[float, float], ...], words: str
) -> None:
    """Two points make any curve."""
    with pytest.raises(ConfigError, match=words):
        quench_curve(replace(TRITIUM, standards=standards))


def test_a_curve_that_turns_between_its_standards_is_refused() -> None:
    """As one mistyped standard makes it: 24.2 for 42.0."""
    wrong = tuple((x, 24.2 if x == 330 else y) for x, y in TRITIUM.standards)
    with pytest.raises(ConfigError, match="turns between them"):
        quench_curve(replace(TRITIUM, standards=wrong))


def test_three_standards_make_a_straight_line() -> None:
    """A cubic through three points is no fit."""
    few = replace(TRITIUM, standards=((200, 30.0), (400, 50.0), (600, 70.0)))
    assert at(500, standards=few) == pytest.approx(60.0)
