"""A summary written out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from labsvc.notify.summary import (
    MOST,
    FailedCheck,
    Item,
    ProtocolRow,
    Summary,
    Trend,
    for_summary,
)

DUE = datetime(2026, 3, 30, 5, 30, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
HOSTILE = "<script>alert(1)</script>\r\nBcc: thief@evil.example\u202e"
FULL = Summary(
    kind="daily",
    lab="Transporter lab",
    begins=(DUE - timedelta(days=1)).astimezone(BERLIN),
    ends=DUE.astimezone(BERLIN),
    rows=(ProtocolRow("net-binding", (9, 2, 1, 0)), ProtocolRow("sert-uptake", (3, 0, 0, 1))),
    failed=(FailedCheck("z_prime", 1, "Z' is 0.1."),),
    charted=2,
    trends=(Trend("pKi of imipramine", "net-binding", "7.2 (+3.4 SD)", ("Beyond 3 SD.",)),),
    waiting=(Item("held: NET-0416", "no run sheet", DUE.astimezone(BERLIN)),),
    troubles=("Source microbeta-1 is away: the share is gone",),
    index="/home/index.html",
)


def test_it_says_all_in_both_forms() -> None:
    """Runs, verdicts, troubles, what waits, checks, trends: by mail program or by terminal."""
    made = for_summary(FULL, DUE, at=DUE)
    for told in ("Transporter lab", "net-binding", "held: NET-0416", "the share is gone",
                 "pKi of imipramine", "Beyond 3 SD.", "z_prime", "2026-03-30 07:30 CEST",
                 "/home/index.html"):  # fmt: skip
        assert told in made.text
        assert told in made.html
    assert "Z&#39; is 0.1." in made.html


def test_the_subject_tells_the_days_work() -> None:
    assert for_summary(FULL, DUE, at=DUE).subject == (
        "[labsvc] Daily summary: 16 runs: 12 accepted, 2 review, 1 rejected, 1 held; "
        "1 wait for somebody"
    )


def test_an_empty_day_is_told_too() -> None:
    """A summary that does not come means that the service is off."""
    quiet = Summary("weekly", "lab", DUE - timedelta(days=7), DUE)
    made = for_summary(quiet, DUE, at=DUE)
    assert made.subject == "[labsvc] Weekly summary: no runs"
    assert "No chart has a new run." in made.text
    assert "Nothing." in made.text


def test_each_time_has_its_own_key_and_is_for_whom_it_was_asked() -> None:
    made = for_summary(FULL, DUE, at=DUE, to=("a@x.example", "b@x.example"))
    assert made.key == "summary:daily:2026-03-30T05:30:00+00:00"
    assert (made.addressed, made.severity) == ("a@x.example\nb@x.example", "info")


@pytest.mark.parametrize("part", ["text", "html", "subject"])
def test_hostile_names_are_harmless(part: str) -> None:
    """Of the lab, a protocol, a plate, a source; in each place."""
    bad = replace(
        FULL, lab=HOSTILE, rows=(ProtocolRow(HOSTILE, (1, 0, 0, 0)),), troubles=(HOSTILE,),
        waiting=(Item(HOSTILE, HOSTILE, None),), index=HOSTILE,
        failed=(FailedCheck(HOSTILE, 1, HOSTILE),),
        trends=(Trend(HOSTILE, HOSTILE, HOSTILE, (HOSTILE,)),),
    )  # fmt: skip
    said: str = getattr(for_summary(bad, DUE, at=DUE), part)
    assert "\r" not in said
    assert "\nBcc" not in said
    assert "\u202e" not in said
    assert "<script>" not in said or part == "text"


def test_ten_thousand_things_that_wait_are_counted() -> None:
    many = replace(FULL, waiting=tuple(Item("x" * 500, "y", None) for _ in range(10_000)))
    made = for_summary(many, DUE, at=DUE)
    assert f"and {10_000 - MOST} more." in made.text
    assert len(made.html) < 60_000
