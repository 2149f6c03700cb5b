"""Plates of one run whose controls are taken together: all of them, or none is analysed yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from labsvc.core.analyse import analyse
from labsvc.core.matching.match import plates_of, pools
from labsvc.model.assay import BenchEvent, Unit
from labsvc.model.protocol import Limits, Protocol, Recognise, Reduction
from labsvc.model.result import Masking, Result, Status, Verdict
from labsvc.model.runsheet import Mask, RunSheet
from tests.core.bench import (
    COUNTS,
    NONSPECIFICS,
    PROTOCOL,
    RECEIVED,
    SHEET,
    TOTALS,
    counted_run,
    readings,
    units_of,
)

ALONE = replace(PROTOCOL, recognise=Recognise(drivers=("microbeta",)))
POOLING = replace(ALONE, reduction=Reduction("percent_specific", controls="run"))
NAME = "three plates.txt"


def scaled(factor: float) -> Mapping[str, float]:
    """The standard plate with its totals and non-specific wells this many times as high."""
    return {well: cpm * (factor if well in {**TOTALS, **NONSPECIFICS} else 1.0)
            for well, cpm in COUNTS.items()}  # fmt: skip


def plates(*factors: float) -> list[Unit]:
    """A run of so many plates, named P1, P2 ... by the counter."""
    found = [
        one
        for number, factor in enumerate(factors, start=1)
        for one in readings(scaled(factor), plate=number, plate_id=f"P{number}")
    ]
    return units_of(counted_run(found), NAME)


def sheet(number: int, **more: object) -> RunSheet:
    return replace(SHEET, name=f"day-{number}", plate_id=f"P{number}", **more)  # type: ignore[arg-type]


SHEETS = [sheet(number) for number in (1, 2, 3)]


def result(unit: Unit, *, protocol: Protocol = POOLING, sheets: list[RunSheet] = SHEETS) -> Result:
    return analyse(unit, [protocol], sheets, [])


def mean_told(found: Result, name: str = "total") -> float | str | None:
    return next(one.inputs["mean_cpm"] for one in found.operations if one.name == name)


def said(found: Result, name: str) -> str:
    return next(one.sentence for one in found.operations if one.name == name)


def test_the_controls_of_all_plates_set_the_responses_of_each() -> None:
    """Totals of 1000, 1200 and 800 have the mean 1000 on every plate; alone each has its own."""
    found = plates(1.0, 1.2, 0.8)
    assert [mean_told(result(one)) for one in found] == pytest.approx([1000.0] * 3)
    alone = [mean_told(result(one, protocol=ALONE)) for one in found]
    assert alone == pytest.approx([1000.0, 1200.0, 800.0])


def test_explain_lists_the_controls_plate_by_plate() -> None:
    """The plate's own first; how many positions each brought."""
    told = said(result(plates(1.0, 1.2, 0.8)[1]), "controls of the run")
    assert "the run's 3 plates are taken together" in told
    assert "total P2 (this plate) 1200.0 (4), P1 1000.0 (4), P3 800.0 (4)" in told
    assert "nonspecific P2 (this plate) 120.0 (4), P1 100.0 (4), P3 80.0 (4)" in told


def test_a_plate_alone_in_its_run_has_its_own() -> None:
    """And nothing is said of pooling."""
    (one,) = plates(1.0)
    found = result(one)
    assert mean_told(found) == 1000.0
    assert all(each.name != "controls of the run" for each in found.operations)


def test_checks_are_of_the_plates_own_controls() -> None:
    """Plates that differ by a fifth have good controls each; pooled their Z' would be poor."""
    judged = replace(POOLING, qc={"z_prime": Limits(fail_low=0.5, source="x")})
    found = result(plates(1.0, 1.2, 0.8)[0], protocol=judged)
    (z_prime,) = [one for one in found.findings if one.check == "z_prime"]
    assert z_prime.value == pytest.approx(1 - 3 * (81.64966 + 8.164966) / 900)


@pytest.mark.parametrize(
    ("factors", "status"), [((1.0, 1.05, 0.95), Status.PASS), ((1.5, 1.0, 1.0), Status.WARN)]
)
def test_a_plate_far_from_its_run_warns(factors: tuple[float, ...], status: Status) -> None:
    """Always looked at: a plate's curves move with the distance of its controls."""
    found = result(plates(*factors)[0])
    (one,) = [each for each in found.findings if each.check == "run_controls_percent"]
    assert one.status is status
    assert "own controls (100 % control" in one.sentence
    assert "4 positions, the run's" in one.sentence


def test_a_plate_without_controls_uses_those_of_the_run() -> None:
    """Masked ones: its checks are then of the controls of the run, and it says so."""
    masks = tuple(Mask(well, "spilt") for well in (*TOTALS, *NONSPECIFICS))
    found = result(plates(1.0, 1.2)[0], sheets=[sheet(1, masks=masks), sheet(2)])
    assert mean_told(found) == pytest.approx(1200.0)
    (one,) = [each for each in found.findings if each.check == "run_controls_percent"]
    assert one.status is Status.NOT_APPLICABLE
    assert "has no 100 % and no 0 % control of its own" in one.sentence


def test_all_wait_while_one_plate_is_held() -> None:
    """A mean over some of the controls would be another number when the run sheet comes."""
    for one in plates(1.0, 1.2, 0.8)[:2]:
        found = result(one, sheets=SHEETS[:2])
        assert found.verdict is Verdict.HELD
        assert found.held_because is not None
        assert "P3 is held: no run sheet for plate P3 yet" in found.held_because
        assert found.waits_for == ("P3",)


def test_a_plate_of_another_protocol_takes_no_part() -> None:
    """It is told, and holds nobody up."""
    other = replace(ALONE, name="other-binding")
    sheets = [*SHEETS[:2], replace(SHEETS[2], protocol="other-binding")]
    found = analyse(plates(1.0, 1.2, 0.8)[0], [POOLING, other], sheets, [])
    assert mean_told(found) == pytest.approx(1100.0)
    assert said(found, "plates of other protocols").startswith("Of the run's other plates P3")


def test_what_people_masked_on_the_other_plates_is_left_out() -> None:
    """As it is on the plate itself."""
    one, _ = plates(1.0, 1.2)
    masks = tuple(Masking(well, "spilt", "A", RECEIVED) for well in TOTALS)
    found = result(replace(one, masks_beside={2: masks}))
    assert mean_told(found) == 1000.0
    assert mean_told(found, "nonspecific") == pytest.approx(110.0)


def test_the_bench_events_of_every_plate_are_asked_for() -> None:
    """The filter of another plate may have lain turned, which moves its controls."""
    turned = BenchEvent("P2", "harvest", RECEIVED, "log", orientation="rotated_180")
    found = analyse(plates(1.0, 1.0)[0], [POOLING], SHEETS, [turned])
    assert found.verdict is Verdict.HELD
    assert found.held_because is not None
    assert "P2 is held" in found.held_because


def test_only_a_run_that_may_be_of_such_a_protocol_asks_for_the_other_plates() -> None:
    """A home with such a protocol pays nothing for the runs of others, nor for single plates."""
    one, *_ = plates(1.0, 1.2)
    assert pools(one, [ALONE, POOLING], [])
    elsewhere = replace(POOLING, name="other", recognise=Recognise(drivers=("tricarb",)))
    assert not pools(one, [ALONE, elsewhere], [])
    assert not pools(plates(1.0)[0], [POOLING], [])
    named = sheet(1, count_file="three*", plate=1, protocol="other")
    assert pools(one, [ALONE, elsewhere], [named])
    assert plates_of(one, [ALONE, elsewhere], SHEETS) == {"P1"}
    assert plates_of(one, [POOLING], SHEETS) == {"P1", "P2"}
