"""What a run shows of itself, and the conditions of protocols."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from labsvc.core.matching.recognition import (
    fits,
    grounds,
    like,
    plate_identity,
    rule_of,
    shown,
    why_not,
)
from labsvc.model.protocol import Recognise, Rule
from labsvc.model.run import Program
from tests.core.bench import COUNTS, PROTOCOL, reading, unit


def said(recognise: Recognise, **run: Any) -> str | None:
    return why_not(shown(unit(**run)), replace(PROTOCOL, recognise=recognise))


def test_a_run_of_another_source_is_refused() -> None:
    """Two counters of one make, two assays: the source tells them apart."""
    assert said(Recognise(sources=("counter",))) is None
    assert said(Recognise(sources=("counter-2", "counter-3"))) == (
        "it takes runs of source counter-2 or counter-3, found source counter"
    )


@pytest.mark.parametrize(
    ("first", "last", "inside"),
    [
        (date(2026, 3, 2), date(2026, 3, 2), True),
        (date(2026, 1, 1), None, True),
        (None, date(2026, 12, 31), True),
        (date(2026, 3, 3), None, False),
        (None, date(2026, 3, 1), False),
    ],
)
def test_a_protocol_may_be_for_a_time(first: date | None, last: date | None, inside: bool) -> None:
    """Both days belong to it; the run was counted on 2 March 2026."""
    assert (said(Recognise(counted_from=first, counted_until=last)) is None) == inside


def test_out_of_time_is_told_with_the_days() -> None:
    """And a run without a date of the counter's is in no such time."""
    window = Recognise(counted_from=date(2026, 4, 1), counted_until=date(2026, 6, 30))
    told = "it is for runs counted from 2026-04-01 until 2026-06-30, found "
    assert said(window) == f"{told}2026-03-02"
    assert said(window, counted_at=None) == f"{told}no date of the counter"


def test_the_grounds_name_every_condition_that_held() -> None:
    """As found in the run."""
    wanted = Recognise(("microbeta",), "16", sources=("counter",), counted_from=date(2026, 1, 1))
    assert grounds(shown(unit()), replace(PROTOCOL, recognise=wanted)) == (
        "recognised by driver microbeta, source counter, counter program 16, counted on 2026-03-02"
    )
    bare = replace(PROTOCOL, recognise=Recognise())
    assert grounds(shown(unit()), bare) == "recognised by no condition"


def test_the_plate_is_named_by_the_file_where_the_report_does_not() -> None:
    """By the group of the protocol's pattern."""
    assert plate_identity(shown(unit()), PROTOCOL) == "NET-0147"


def test_patterns_of_people_are_no_expressions() -> None:
    """A star and a question mark alone mean something."""
    assert fits("H3 [NISOXETINE]", "h3*[nis*]")
    assert fits("A1", "a?")
    assert not fits("AB", "A.")


RULE = Rule("net-binding", Recognise(drivers=("microbeta",), program_number="16"), "A. Miller",
            date(2026, 3, 2))  # fmt: skip


def test_a_rule_recognises_what_the_protocol_does_not() -> None:
    """And says whose rule it is, and by what it holds."""
    strange = replace(PROTOCOL, recognise=Recognise(drivers=("wizard2",)), always=(RULE,))
    seen = shown(unit())
    assert why_not(seen, strange) is None
    assert grounds(seen, strange) == (
        "always used, as A. Miller said on 2026-03-02, for driver microbeta, counter program 16"
    )
    other = shown(unit(program=Program("17", "OTHER")))
    assert rule_of(other, strange) is None
    assert why_not(other, strange) is not None


def test_what_is_like_a_run_holds_of_it_and_not_of_other_programs() -> None:
    """A plate's positions are counted; the vials of a rack vary from run to run."""
    plate, rack = shown(unit()), shown(unit([reading("1", rack="1")]))
    assert like(plate).readings == len(COUNTS)
    assert like(rack).readings is None
    rule = replace(PROTOCOL, always=(replace(RULE, when=like(plate)),))
    assert rule_of(plate, rule) is not None
    assert rule_of(shown(unit(program=Program("16", "SERT"))), rule) is None
