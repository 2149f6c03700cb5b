"""Time courses: what is taken up with time, and until when it is a straight line."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from labsvc.core.analyse import conclude
from labsvc.core.assays.timecourse import curves, minutes_of, net
from labsvc.model.protocol import Reduction
from labsvc.model.result import Finding, Point, Result, Status
from tests.core.vials import Vial, counted, protocol

COURSE = protocol("time_course", "uptake", reduction=Reduction("uptake", minutes=5.0))
TIMES = (1.0, 2.0, 3.0, 5.0, 8.0, 12.0)
NOISE = (1.01, 0.99, 1.0)
FMOL = 0.4 * 2.22 * 80  # cpm of 1 fmol at 40 % and 80 Ci/mmol


def course(rate: float = 2.0, turn: float = 0.0, **group: str) -> list[Vial]:
    """``rate`` fmol a minute on top of a blank of 1 fmol; ``turn`` levels it off."""
    return [
        vial
        for at in TIMES
        for vial in (
            *(Vial("vehicle", (taken(at, rate, turn) * one + 1) * FMOL, None, None,
                   {"minutes": f"{at:g}", **group}) for one in NOISE),
            Vial("nonspecific", FMOL, None, None, {"minutes": f"{at:g}", **group}),
        )
    ]  # fmt: skip


def taken(at: float, rate: float, turn: float) -> float:
    return rate * at if turn == 0 else rate / turn * (1 - math.exp(-turn * at))


def named(result: Result, check: str) -> Finding:
    (one,) = (found for found in result.findings if found.check == check)
    return one


def test_the_blank_at_each_time_is_taken_off() -> None:
    """2 fmol a minute above a blank of 1: the first three are 2.02, 1.98, 2 fmol."""
    result = conclude(counted(COURSE, course()))
    assert [one.response for one in result.points[:3]] == pytest.approx([2.02, 1.98, 2.0])
    assert result.response_label == "Uptake (fmol)"
    (told,) = (one for one in result.operations if one.name == "non-specific")
    assert "(6 in all) at the same time" in told.sentence


def test_a_straight_course_is_linear_to_its_end_at_its_rate() -> None:
    """In fmol a minute, with the interval of the slope."""
    (curve,) = conclude(counted(COURSE, course())).curves
    assert curve.fit is not None
    slope = curve.fit.parameters["slope"]
    assert slope.value == pytest.approx(2.0, rel=1e-6)
    assert slope.unit == "fmol/min"
    assert curve.reportable == "Linear to 12 min, 2 fmol/min"


def test_a_course_that_levels_off_is_fitted_only_as_far_as_it_is_straight() -> None:
    """The points beyond the linear phase are not in the line."""
    (curve,) = conclude(counted(COURSE, course(turn=0.02))).curves
    assert curve.fit is not None
    assert curve.fit.n_points < 18
    assert not curve.reportable.startswith("Linear to 12 min")


def test_a_time_beyond_the_linear_phase_warns() -> None:
    """The protocol's uptake takes 5 min; this one bends before."""
    result = conclude(counted(COURSE, course(turn=0.6)))
    found = named(result, "linear phase: [3H]nisoxetine")
    assert (found.status, found.limits) == (Status.WARN, "at least 5 min")
    assert found.sentence.endswith("Uptake is to be linear for 5 min.")
    straight = conclude(counted(COURSE, course()))
    assert named(straight, "linear phase: [3H]nisoxetine").status is Status.PASS


def test_each_group_is_a_course_of_its_own() -> None:
    """Two kinds of cells; the time is no part of the name."""
    both = [*course(2.0, cells="hNET"), *course(1.0, cells="mock")]
    found = conclude(counted(COURSE, both)).curves
    assert [one.compound for one in found] == ["[3H]nisoxetine (hNET)", "[3H]nisoxetine (mock)"]


def at(role: str, minutes: str, response: float, cells: str = "hNET") -> Point:
    return Point("1", role, group={"minutes": minutes, "cells": cells}, response=response)


def test_a_blank_counts_for_its_own_group() -> None:
    """A blank of mock cells is none of transfected ones; one that names no cells is of all."""
    assert net([at("vehicle", "1", 5.0), at("nonspecific", "1", 2.0, "mock")])[0].response == 5.0
    assert net([at("vehicle", "1", 5.0), at("nonspecific", "1", 2.0, "")])[0].response == 3.0


def test_a_time_whose_blank_is_missing_is_left_out() -> None:
    """Not left as it is: half of the course with its blank would bend the other."""
    first, second, *_ = net([at("vehicle", "1", 5.0), at("vehicle", "2", 9.0),
                             at("nonspecific", "2", 2.0)])  # fmt: skip
    assert (first.response, second.response) == (None, 7.0)
    assert first.masked == (
        "no non-specific position at 1 min, as its group has at other times"
    )  # fmt: skip


@pytest.mark.parametrize("written", ["", "soon", "-1", "nan", "inf", "1e300"])
def test_what_is_no_time_is_no_time(written: str) -> None:
    """Such a position is in no course."""
    point = Point("1", "vehicle", group={"minutes": written}, response=1.0)
    assert minutes_of(point) is None
    assert curves(counted(COURSE, course()), [point], "fmol") == ()


def test_a_run_without_any_time_fails() -> None:
    """It must not pass as a good run of nothing."""
    timeless = [replace(one, group={}) for one in course()]
    found = named(conclude(counted(COURSE, timeless)), "time course")
    assert (found.status, found.value) == (Status.FAIL, 0.0)
    assert "minutes" in found.sentence


def test_too_few_times_give_no_line() -> None:
    """A line through two times fits anything."""
    two = [one for one in course() if one.group["minutes"] in ("1", "2")]
    (curve,) = conclude(counted(COURSE, two)).curves
    assert (curve.fit, curve.reportable) == (None, "no linear phase shown")
