"""MicroBeta plate counter (1450 workstation, ``C:\\mbw``): the text report of a run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from labsvc.driver import (
    Capture,
    CountRun,
    Driver,
    Files,
    Instrument,
    ParseError,
    Program,
    Recognition,
    Record,
    decode,
    head_text,
    report_text,
)
from labsvc_drivers.microbeta.readings import check_is_possible, readings
from labsvc_drivers.microbeta.report import Header, Report, last_line, read_report
from labsvc_drivers.microbeta.simulate import FAULTS, write_report

__all__ = ["MicroBeta"]

HEAD_BYTES = 4096
HEAD_LINES = 12
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DATE = re.compile(r"^(\w{3}) +(\d{1,2})-(\w{3})-(\d{4}) +(\d{1,2}):(\d\d)$")


class MicroBeta(Driver):
    """One report a run: header, list, plate grids, total, END."""

    title = "MicroBeta (1450), text report"
    maturity = "beta"
    files = Files(("*.txt",))
    locale = ("encoding",)
    faults = FAULTS

    def recognises(self, capture: Capture) -> Recognition:
        try:
            head = head_text(capture, HEAD_BYTES).split("\n")[:HEAD_LINES]
        except ParseError as error:
            return Recognition.no(str(error))
        if "RUN INFORMATION:" not in (line.strip() for line in head):
            return Recognition.no(f"no line 'RUN INFORMATION:' in the first {HEAD_LINES}", 1)
        if not any(line.startswith("Counting protocol no:") for line in head):
            return Recognition.no("no line starting 'Counting protocol no:' after RUN INFORMATION")
        return Recognition.yes("'RUN INFORMATION:' is followed by 'Counting protocol no:'")

    def parse(self, capture: Capture) -> Sequence[Record]:
        report = read_report(report_text(capture))
        header = report.header
        counted_at = _moment(header.counted_at_text)
        return (
            CountRun(
                run_key=_run_key(header),
                instrument=Instrument("Wallac / PerkinElmer"),
                readings=readings(report),
                program=Program(header.program, header.name),
                counted_at=counted_at,
                counted_at_text=header.counted_at_text,
                warnings=tuple(_warnings(report, counted_at)),
                extras=_extras(report),
            ),
        )

    def simulate(self, records: Sequence[Record], *, fault: str | None = None) -> bytes:
        return write_report(records, fault)

    def ends(self, content: bytes) -> bool:
        try:
            return last_line(decode(content))[1].rstrip() == "END"
        except ParseError:
            return False


def _run_key(header: Header) -> str:
    """File names repeat and are typed over: program, date and the path of line 1 stay."""
    when = " ".join(header.counted_at_text.split())
    return f"microbeta {header.program} {when} {header.path}"


def _moment(text: str) -> datetime:
    """``Wed  9-Jan-2019  5:40``: English month names whatever the computer's language."""
    match = _DATE.match(text)
    if match is None or match[3] not in MONTHS:
        raise ParseError(
            f"found {text!r} where the date was expected, such as 'Wed  9-Jan-2019  5:40'", line=4
        )
    day, year, hour, minute = (int(match[group]) for group in (2, 4, 5, 6))
    try:
        return datetime(year, MONTHS.index(match[3]) + 1, day, hour, minute)  # noqa: DTZ001
    except ValueError as error:
        raise ParseError(f"found the date {text!r}: {error}", line=4) from None


def _warnings(report: Report, counted_at: datetime) -> list[str]:
    warnings: list[str] = []
    header = report.header
    if header.not_normalized:
        warnings.append("the counter says DETECTORS NOT NORMALIZED: detectors were not levelled")
    if not header.counted_at_text.startswith(WEEKDAYS[counted_at.weekday()]):
        warnings.append(f"the weekday does not fit the date in {header.counted_at_text!r}")
    if not check_is_possible(report):
        warnings.append("several labels: which of them the total count rate sums is not known")
    return warnings + [remark for remark in header.remarks if remark.startswith("***")]


def _extras(report: Report) -> dict[str, str]:
    header = report.header
    extras = {
        "path": header.path,
        "columns": ", ".join(report.columns),
        "detectors": "NOT NORMALIZED" if header.not_normalized else "no remark",
        "total count rate": report.total,
    }
    if header.normalization is not None:
        extras["CPM normalization protocol no"] = header.normalization
    extras |= {f"header line {n}": line for n, line in enumerate(header.remarks, 1)}
    extras |= {f"plate {plate.number} cassette": plate.cassette for plate in report.plates}
    return extras
