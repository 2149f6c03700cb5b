"""Harvests and other bench events: labsvc's own CSV, and bare barcode scans."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC

from labsvc.driver import (
    TEXT_BYTES,
    Capture,
    Driver,
    Files,
    ParseError,
    Recognition,
    Record,
    SerialLine,
    decode,
    head_text,
    report_text,
)
from labsvc_drivers.harvest.framer import ScanFramer
from labsvc_drivers.harvest.report import (
    SIGNATURE,
    column_names,
    has_end,
    read_events,
    read_scan,
)
from labsvc_drivers.harvest.simulate import FAULTS, write_events

_HEAD = 4096
_SCAN = ".scan"
_TELLING = frozenset({"step", "started", "ended", "filter"})


class Harvest(Driver):
    """No harvester writes a documented log, so a lab's logger, a scanner or a person does."""

    title = "Harvest events: labsvc CSV, barcode scans"
    maturity = "beta"
    files = Files(patterns=("*.csv", f"*{_SCAN}"), quiet_seconds=2.0)
    serial = SerialLine(ScanFramer, "9600 8N1", _SCAN, alphabet=TEXT_BYTES)
    locale = ("encoding",)
    faults = FAULTS

    def recognises(self, capture: Capture) -> Recognition:
        try:
            lines = head_text(capture, _HEAD).split("\n")
        except ParseError as error:
            return Recognition.no(str(error))
        if _is_scan(capture):
            return _recognise_scan(lines)
        if lines[0].startswith(SIGNATURE.rpartition(" ")[0]):
            return Recognition.yes(f"the first line is {lines[0][:40]!r}")
        return _recognise_columns(lines)

    def parse(self, capture: Capture) -> Sequence[Record]:
        text = report_text(capture)
        if _is_scan(capture):
            return (read_scan(text, capture.received_at.astimezone(UTC).isoformat()),)
        return read_events(text)

    def simulate(self, records: Sequence[Record], *, fault: str | None = None) -> bytes:
        return write_events(records, fault=fault)

    def ends(self, content: bytes) -> bool:
        """Whether ``# end`` is the last line; a scan is whole when its line is."""
        try:
            return has_end(decode(content))
        except ParseError:
            return False


def _is_scan(capture: Capture) -> bool:
    return capture.name.casefold().endswith(_SCAN)


def _recognise_scan(lines: list[str]) -> Recognition:
    """A bare line of one or two words, delivered by a scanner."""
    said = [line for line in lines if line.strip()]
    if len(said) == 1 and said[0].isprintable() and len(said[0].split()) in {1, 2}:
        return Recognition.yes(f"its name ends in {_SCAN} and it is one bare line")
    return Recognition.no(f"its name ends in {_SCAN}, but it is not one bare line", 1)


def _recognise_columns(lines: list[str]) -> Recognition:
    for at, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        names = set(column_names(line))
        if "plate" in names and names & _TELLING:
            return Recognition.yes(f"line {at} names the columns of harvest events")
        return Recognition.no(
            f"line {at} names no column 'plate' beside step, started, ended or filter", at
        )
    return Recognition.no("it holds no column names")
