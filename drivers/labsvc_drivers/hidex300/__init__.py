"""Hidex 300 SL: the full export of a run with its spectra, or its list."""

from __future__ import annotations

from collections.abc import Sequence

from labsvc.driver import (
    Capture,
    CountRun,
    Driver,
    Files,
    Instrument,
    ParseError,
    Recognition,
    Record,
    head_text,
    report_text,
    whole_lines,
)
from labsvc_drivers.hidex300.listed import run_of
from labsvc_drivers.hidex300.listing import REQUIRED, header_line, read_listing
from labsvc_drivers.hidex300.readings import END_TIME, moment, readings, warnings
from labsvc_drivers.hidex300.report import FIRST_KEY, START, Report, read_report
from labsvc_drivers.hidex300.simulate import FAULTS, write_report

__all__ = ["Hidex300"]

HEAD_BYTES = 4096


class Hidex300(Driver):
    """One block a counted vial; no end mark, so the file must be quiet before it is taken."""

    title = "Hidex 300 SL, full export with spectra; its list, as a draft"
    maturity = "beta"
    files = Files(("*.csv",), quiet_seconds=30.0)
    locale = ("decimal", "dates", "encoding")
    faults = FAULTS

    def recognises(self, capture: Capture) -> Recognition:
        try:
            text = head_text(capture, HEAD_BYTES)
        except ParseError as error:
            return Recognition.no(str(error))
        head, listed = text.split("\n"), header_line(text)
        if START not in head and listed:
            return Recognition.yes(f"line {listed} names the columns {', '.join(REQUIRED)} and CPM")
        if START not in head:
            return Recognition.no(
                f"no line {START!r} in the first {HEAD_BYTES} bytes, and none that names the "
                f"columns {', '.join(REQUIRED)} and CPM",
                1,
            )
        at = head.index(START) + 1
        if not "".join(head[at : at + 1]).startswith(f"{FIRST_KEY};"):
            return Recognition.no(f"{START!r} is not followed by {FIRST_KEY!r}", at)
        return Recognition.yes(f"{START!r} is followed by {FIRST_KEY!r}")

    def parse(self, capture: Capture) -> Sequence[Record]:
        text, dates = report_text(capture), capture.locale.dates
        if f"\n{START}\n" not in text and (listed := header_line(text)):
            return (run_of(read_listing(text, listed), capture.locale),)
        report = read_report(text)
        found = readings(report, capture.locale)
        first = min(report.blocks, key=lambda one: moment(one.cells[END_TIME], one.line, dates))
        when = first.cells[END_TIME]
        return (
            CountRun(
                run_key=_run_key(report),
                instrument=Instrument("Hidex"),
                readings=found,
                counted_at=moment(when, first.line, dates),
                counted_at_text=when,
                warnings=tuple(warnings(found, dates)),
                extras=_extras(report),
            ),
        )

    def begun(self, capture: Capture) -> Sequence[Record]:
        """The whole rows of a list. The full export is written when all is counted."""
        whole = whole_lines(capture)
        return self.parse(whole) if header_line(report_text(whole)) else ()

    def simulate(self, records: Sequence[Record], *, fault: str | None = None) -> bytes:
        return write_report(records, fault)


def _run_key(report: Report) -> str:
    """The title is typed, the start has no date: with the first block's time they are one run."""
    return f"hidex300 {report.header.title} {report.blocks[0].cells[END_TIME]}"


def _extras(report: Report) -> dict[str, str]:
    header = report.header
    extras = {"title": header.title, **header.rois}
    if header.start_time is not None:
        extras["Start Time"] = header.start_time
    if header.counting_type is not None:
        extras["Counting type"] = header.counting_type
    return extras | {f"header line {n}": line for n, line in enumerate(header.remarks, 1)}
