"""The checks of how well controls stand apart."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labsvc.core.assays.reduce import Reduction, Window, reduce
from labsvc.core.assays.replicates import Spread
from labsvc.core.qc.separationchecks import SEPARATION_CHECKS, z_samples
from labsvc.model.result import Point
from tests.core.bench import PROTOCOL, assay

SCREEN = replace(PROTOCOL, kind="primary_screen")
APART = Window(Spread(1000.0, 40.0, 4), Spread(100.0, 30.0, 4))


@pytest.mark.parametrize(
    ("name", "value"),
    [("ssmd", 18.0), ("signal_to_noise", 30.0), ("signal_window", 17.25)],
)
def test_each_looks_at_the_controls_of_the_run(name: str, value: float) -> None:
    """1000 +- 40 and 100 +- 30, by hand."""
    found = SEPARATION_CHECKS[name](assay(), Reduction((), APART, ()))
    assert found.value == pytest.approx(value)
    assert found.applies


@pytest.mark.parametrize("name", ["ssmd", "signal_to_noise", "signal_window"])
def test_a_single_control_well_says_what_is_needed(name: str) -> None:
    """Wanted and not had: it will warn."""
    lonely = Window(Spread(1000.0, None, 1), Spread(100.0, None, 1))
    found = SEPARATION_CHECKS[name](assay(), Reduction((), lonely, ()))
    assert (found.value, found.applies) == (None, True)
    assert "two or more positions of each control" in found.words


def test_z_of_a_screen_is_of_its_samples() -> None:
    """Samples 900, 1000, 1100 against 100 +- 30: 1 - 3 (100 + 30) / 900."""
    samples = tuple(Point(f"C0{n}", "sample", cpm=900.0 + 100 * n) for n in range(3))
    found = z_samples(assay(protocol=SCREEN), Reduction(samples, APART, ()))
    assert found.value == pytest.approx(1 - 390 / 900)
    assert not z_samples(assay(), Reduction(samples, APART, ())).applies


def test_z_without_samples_is_not_made_up() -> None:
    plate = assay(protocol=SCREEN)
    controls = tuple(one for one in reduce(plate).points if one.role != "sample")
    found = z_samples(plate, Reduction(controls, APART, ()))
    assert (found.value, found.applies) == (None, True)
