"""A storm of warnings is a line with a count; what is no warning is always written."""

from __future__ import annotations

import json

import pytest
import structlog

from labsvc.service.vitals import lograte
from labsvc.service.vitals.lograte import MOST_ALIKE, WINDOW_SECONDS, LogRate
from labsvc.service.vitals.logs import set_up_logs


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def written(rate: LogRate, method: str, **event: object) -> bool:
    try:
        rate(None, method, dict(event))
    except structlog.DropEvent:
        return False
    return True


def test_a_thousand_times_the_same_is_one_line_and_a_count() -> None:
    """Also when the time it took differs."""
    clock = Clock()
    rate = LogRate(clock)
    lines = [written(rate, "warning", event="source away", source="a", milliseconds=number)
             for number in range(1000)]  # fmt: skip
    assert lines.count(True) == 1
    assert rate.counts() == []
    clock.now += WINDOW_SECONDS
    (told,) = rate.counts()
    assert (told["event"], told["source"], told["repeated"]) == ("source away", "a", 999)
    assert rate.counts() == []


def test_a_storm_that_goes_on_is_one_line_a_minute() -> None:
    """The count is the line of its minute."""
    clock = Clock()
    rate, lines = LogRate(clock), 0
    for _ in range(600):
        lines += written(rate, "error", event="store failed", reason="full")
        clock.now += 1.0
        lines += len(rate.counts())
    assert lines == 1 + 10


def test_what_comes_again_after_a_while_is_written_at_once() -> None:
    """It is news again."""
    clock = Clock()
    rate = LogRate(clock)
    assert written(rate, "error", event="store failed")
    clock.now += WINDOW_SECONDS
    assert rate.counts() == []
    assert written(rate, "error", event="store failed")


def test_other_words_are_another_line_up_to_a_limit() -> None:
    """A thousand files refused, each with its name, are not a thousand lines in a minute."""
    clock = Clock()
    rate = LogRate(clock)
    lines = [written(rate, "warning", event="file refused", name=str(one)) for one in range(1000)]
    assert lines.count(True) == MOST_ALIKE
    clock.now += WINDOW_SECONDS
    assert rate.counts() == [
        {"event": "file refused", "alike": True, "repeated": 1000 - MOST_ALIKE}
    ]


def test_what_is_no_warning_is_never_held_back() -> None:
    """Each capture has its line."""
    rate = LogRate(Clock())
    assert all(written(rate, "info", event="capture filed", name="a") for _ in range(1000))


def test_what_is_remembered_of_lines_is_bounded() -> None:
    """However many different ones there are."""
    rate = LogRate(Clock())
    for number in range(3 * lograte.MOST_KNOWN):
        written(rate, "warning", event=f"event {number}")
    assert len(rate._kinds) <= lograte.MOST_KNOWN


def test_the_service_writes_its_counts_when_it_ends(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through the log as it is set up for the service."""
    monkeypatch.setattr(lograte, "RATE", LogRate())
    set_up_logs(limited=True)
    for _ in range(5):
        structlog.get_logger().warning("source away", source="a")
    lograte.write_counts(ending=True)
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(one["event"], one.get("repeated")) for one in lines] == [
        ("source away", None), ("source away", 4),
    ]  # fmt: skip
    set_up_logs()
