"""The checks of the counting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from labsvc.core.assays.kinds import reduced
from labsvc.core.qc.checks import run_findings
from labsvc.core.qc.countchecks import COUNT_CHECKS, background_scatter
from labsvc.core.qc.measured import Measured
from labsvc.model.assay import Assay
from labsvc.model.protocol import Cited, Counting, Limits, QuenchSet
from labsvc.model.protocol import Reduction as Plan
from labsvc.model.result import Status
from labsvc.model.run import Quench
from tests.core.bench import COUNTS, PROTOCOL, SHEET, assay, placed, reading, readings

CURVE = QuenchSet("tSIE", ((200.0, 20.0), (400.0, 40.0), (600.0, 55.0), (800.0, 62.0)), "own set")


def plate(changed: Mapping[str, Mapping[str, Any]] | None = None, **more: Any) -> Assay:
    """The bench's plate; ``changed`` has more of some readings."""
    found = tuple(
        reading(one.position, one.channels[0].cpm, plate=1, order=one.order,
                **(changed or {}).get(one.position, {}))
        for one in readings(COUNTS)
    )  # fmt: skip
    return assay(found, **more)


def measured(name: str, of: Assay) -> Measured:
    return COUNT_CHECKS[name](of, reduced(of))


def test_the_counting_error_is_that_of_the_worst_control() -> None:
    """400 counts have a 2-sigma error of 10 %, 1600 one of 5 %."""
    counts = {"A01": 1600.0, "A02": 400.0, "A03": 1600.0, "A04": 1600.0}
    one = plate({well: {"channel_counts": n, "live_time_s": 60 * n / COUNTS[well]}
                 for well, n in counts.items()})  # fmt: skip
    found = measured("counting_error_percent", one)
    assert found.value == pytest.approx(10.0)
    assert "(A02)" in found.words


def test_without_counts_or_time_no_counting_error_is_made_up() -> None:
    found = measured("counting_error_percent", plate())
    assert (found.value, found.applies) == (None, False)


@pytest.mark.parametrize("name", ["LUM", "LumEx", "Lum %"])
def test_the_highest_luminescence_is_told_with_its_position(name: str) -> None:
    """As Tri-Carb and Beckman head it; ``<0.1`` is a figure too."""
    one = plate({"A01": {"extras": {name: "<0.1"}}, "C02": {"extras": {name: "12,5"}}})
    found = measured("luminescence_percent", one)
    assert (found.value, found.unit) == (12.5, " %")
    assert "C02" in found.words


def test_no_luminescence_printed_is_not_none_of_it() -> None:
    """A Hidex prints another thing: counts per second."""
    found = measured("luminescence_percent", plate({"A01": {"extras": {"LumiCPS": "900"}}}))
    assert (found.value, found.applies) == (None, False)


def quenched(values: Mapping[str, float], kind: str = "tSIE") -> Assay:
    counting = Counting(unit="dpm", quench=CURVE)
    more = {well: {"quench": Quench(kind, value)} for well, value in values.items()}
    return plate(more, protocol=replace(PROTOCOL, counting=counting))


def test_positions_beyond_the_quench_curve_are_counted_and_named() -> None:
    """On the outermost standard is inside."""
    found = measured("quench_outside", quenched({"A01": 200.0, "A02": 199.0, "C05": 900.0}))
    assert found.value == 2.0
    assert found.words.endswith("(3 looked at: A02, C05)")


def test_another_index_than_the_curve_s_cannot_be_held_against_it() -> None:
    """It is wanted and not had: it will warn."""
    found = measured("quench_outside", quenched({"A01": 300.0}, kind="SIS"))
    assert (found.value, found.applies) == (None, True)
    assert not measured("quench_outside", plate()).applies


def backgrounds(*cpms: float, **more: Any) -> Assay:
    off = [("", "background", cpm) for cpm in cpms]
    controls = [("", "total", 1000.0), ("", "nonspecific", 100.0)]
    one = placed(*controls, *off, response="percent_specific")  # type: ignore[arg-type]
    wells = tuple(
        well._replace(reading=well.reading._replace(live_time_s=60.0, **more))
        for well in one.wells
        if well.reading is not None
    )
    return replace(one, wells=wells)


def test_the_background_is_the_mean_as_counted() -> None:
    found = measured("background_cpm", backgrounds(20.0, 30.0))
    assert (found.value, found.unit) == (25.0, " cpm")
    assert not measured("background_cpm", plate()).applies


def test_the_scatter_of_the_background_is_held_against_counting() -> None:
    """By hand: 10 and 30 counts: chi^2 = 200 / 20 = 10 with 1 degree of freedom, p 0.00157."""
    assert measured("background_scatter_p", backgrounds(10.0, 30.0)).value == pytest.approx(
        0.0015654, rel=1e-4
    )
    assert measured("background_scatter_p", backgrounds(20.0, 20.0)).value == 1.0


def test_a_single_background_has_no_scatter() -> None:
    one = backgrounds(20.0)
    assert not background_scatter(one, reduced(one)).applies


def test_the_window_and_the_scatter_of_the_low_control() -> None:
    """900 cpm; 90, 100, 100 and 110 have an SD of 8.16 %."""
    assert measured("specific_window", plate()).value == pytest.approx(900.0)
    assert measured("nonspecific_cv_percent", plate()).value == pytest.approx(8.165, abs=1e-3)


def test_the_hot_concentration_is_held_against_the_nominal() -> None:
    """1.3 nM for 1 nM is 30 % more."""
    stated = Cited(1.3e-9, "M", "aliquot counted")
    found = measured("radioligand_concentration_percent",
                     plate(sheet=replace(SHEET, radioligand_concentration=stated)))  # fmt: skip
    assert found.value == pytest.approx(30.0)
    assert "1.3 nM against the nominal 1 nM" in found.words


def test_an_unmeasured_hot_concentration_is_not_taken_for_the_nominal() -> None:
    """Wanted and not had: it will warn. Where there is no nominal one it does not apply."""
    found = measured("radioligand_concentration_percent", plate())
    assert (found.value, found.applies) == (None, True)
    varied = replace(PROTOCOL.radioligand, concentration_m=None)
    saturation = plate(protocol=replace(PROTOCOL, radioligand=varied))
    assert not measured("radioligand_concentration_percent", saturation).applies


def test_counting_is_checked_in_every_kind_of_assay_and_windows_are_not() -> None:
    """A table of fractions has no window."""
    limits = {"background_cpm": Limits(warn_high=20.0), "specific_window": Limits(warn_low=1.0)}
    one = backgrounds(20.0, 30.0)
    table = replace(one.protocol, qc=limits, reduction=Plan("fraction_of_added"))
    of_table = replace(one, protocol=table)
    found = {one.check: one.status for one in run_findings(of_table, reduced(of_table))}
    assert found == {"background_cpm": Status.WARN, "specific_window": Status.NOT_APPLICABLE}
