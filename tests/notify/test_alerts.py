"""What is worth a message, and its words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from labsvc.model.filing import Alert
from labsvc.model.result import Finding, Result, Status, Verdict
from labsvc.notify import alerts

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
FINDINGS = (
    Finding("cv", Status.WARN, 17.0, "<= 15 %", "CV of totals is 17 %; expected at most 15 %."),
    Finding("z_prime", Status.FAIL, 0.12, ">= 0.4", "Z' is 0.12; expected at least 0.4."),
    Finding("depletion", Status.PASS, 4.0, "<= 10 %", "Depletion is 4 %; expected below 10 %."),
)


def result(**changes: object) -> Result:
    plain = Result(
        run_id="f3a9c1",
        verdict=Verdict.REJECTED,
        title="NET: nisoxetine binding",
        protocol="net-nisoxetine-binding",
        protocol_version="3",
        protocol_digest="0" * 64,
        runsheet="NET-0414.yaml",
        runsheet_digest="1" * 64,
        instrument="Wallac MicroBeta",
        run_key="k",
        plate=1,
        plate_id="NET-0414",
        counted_at_text="Mon  2-Mar-2026 11:40",
        findings=FINDINGS,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def alert(made: Result, revision: int = 1, figure: bytes | None = None) -> Alert:
    owed = alerts.for_result(
        made,
        revision,
        report_path="archive/2026/report.html",
        at=NOON,
        figure_png=figure,
        raw_name="A16_235.txt",
        alerting=set(Verdict),
    )
    assert owed is not None
    return owed


def test_a_failed_run_says_what_failed_in_its_subject() -> None:
    """Enough to decide from the list of messages."""
    assert alert(result()).subject == (
        "[labsvc] QC failed: NET-0414 net-nisoxetine-binding: Z' is 0.12; expected at least 0.4"
    )


def test_failures_come_before_warnings_and_what_passed_is_left_out() -> None:
    """The reader's first sentence is the one that matters."""
    words = alert(result()).text
    assert words.index("Z' is 0.12") < words.index("CV of totals")
    assert "Depletion" not in words


def test_the_way_to_the_report_and_the_raw_file_is_in_every_body() -> None:
    """With the run's id, so that it can be named on the command line."""
    owed = alert(result())
    for words in ("archive/2026/report.html", "A16_235.txt", "f3a9c1, revision 1"):
        assert words in owed.text
        assert words in owed.html


def test_a_held_run_says_why_and_what_releases_it() -> None:
    """In the result's own words."""
    held = alert(
        result(
            verdict=Verdict.HELD,
            findings=(),
            held_because="No run sheet claims plate NET-0414.",
            released_by="Drop a run sheet for NET-0414 into runsheets/.",
        )
    )
    assert held.kind == "run-held"
    assert held.subject.endswith("No run sheet claims plate NET-0414")
    assert "Drop a run sheet for NET-0414 into runsheets/." in held.text


@pytest.mark.parametrize(
    ("verdict", "owed"),
    [
        (Verdict.REJECTED, True),
        (Verdict.HELD, True),
        (Verdict.REVIEW, False),
        (Verdict.ACCEPTED, False),
    ],
)
def test_by_default_only_rejected_and_held_runs_are_told(verdict: Verdict, owed: bool) -> None:
    """A lab that wants more says so."""
    made = alerts.for_result(result(verdict=verdict), 1, report_path="r", at=NOON, figure_png=None)
    assert (made is not None) is owed


def test_one_run_is_told_once_for_each_revision() -> None:
    """The key is what makes it once."""
    assert alert(result()).key == alert(result()).key == "qc-failed:f3a9c1:1"
    assert alert(result(), 2).key == "qc-failed:f3a9c1:2"


def test_a_simulated_run_is_marked_in_subject_and_bodies() -> None:
    """Nobody may take it for a measurement."""
    owed = alert(result(simulated=True))
    assert "(simulated)" in owed.subject
    assert "SIMULATED" in owed.text
    assert "SIMULATED" in owed.html


def test_the_figure_is_shown_only_when_there_is_one() -> None:
    """No broken picture."""
    assert "cid:figure" in alert(result(), figure=b"png").html
    assert "cid:figure" not in alert(result()).html


def test_hostile_names_neither_break_lines_nor_run() -> None:
    """A plate's name is whatever somebody typed."""
    owed = alert(result(plate_id="P1\r\nBcc: x@y.example", title="<script>1</script>"))
    assert "\n" not in owed.subject
    assert "\r" not in owed.subject
    assert "<script>" not in owed.html
    assert len(alert(result(plate_id="P" * 400)).subject) <= 150


def test_set_aside_bytes_are_told_once() -> None:
    """Same bytes, same key; the reason is the parser's own sentence."""
    reason = "line 12: found '1,23x', expected a number."
    owed = alerts.for_quarantine("A16.txt", "counter-1", "ab" * 32, reason, at=NOON)
    assert owed.key == "quarantine:" + "ab" * 32
    assert reason in owed.text
    assert "A16.txt" in owed.subject


def test_a_run_that_fails_carries_what_its_route_goes_by() -> None:
    """How grave, of which source and protocol, of which run; and whom the protocol names."""
    owed = alerts.for_result(
        result(), 1, report_path="r", at=NOON, figure_png=None, source="microbeta-1",
        to=("pi@lab.example", "a@lab.example\nBcc: thief@evil.example"),
    )  # fmt: skip
    assert owed is not None
    assert (owed.severity, owed.source, owed.thread) == ("error", "microbeta-1", "f3a9c1")
    assert owed.topic == "qc-failed:net-nisoxetine-binding:microbeta-1"
    assert owed.addressed == "pi@lab.example\na@lab.example Bcc: thief@evil.example"


def test_the_key_to_acknowledge_it_by_is_in_the_mail() -> None:
    """Not in one that needs no answer."""
    assert "qc-failed:f3a9c1:1" in alert(result()).text
    assert "qc-passed:f3a9c1:1" not in alert(result(verdict=Verdict.ACCEPTED, findings=())).text


def test_a_trouble_and_its_end_are_of_one_topic() -> None:
    trouble = alerts.for_trouble("Disk", "home", "5 % left.", key="k", advice="Free some.", at=NOON,
                                 topic="disk", severity="critical")  # fmt: skip
    over = alerts.for_trouble_over("Room again", "home", "30 %.", key="k", at=NOON, topic="disk")
    assert trouble.topic == over.topic == "disk"
    assert (trouble.severity, over.severity) == ("critical", "info")
