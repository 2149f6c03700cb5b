"""Quantulus 1220 liquid scintillation spectrometer: the registry file, REGISTRY.TXT."""

from __future__ import annotations

from collections.abc import Sequence

from labsvc.driver import Capture, Driver, Files, ParseError, Recognition, Record
from labsvc_drivers.quantulus.report import (
    head_of,
    is_date_line,
    is_path_line,
    read_registry,
    text_of,
)
from labsvc_drivers.quantulus.runs import runs
from labsvc_drivers.quantulus.simulate import FAULTS, write_registry

__all__ = ["Quantulus"]

HEAD_BYTES = 4096


class Quantulus(Driver):
    """One file of many runs: each run appends a header and its records. No end mark."""

    title = "Quantulus 1220, REGISTRY.TXT"
    maturity = "draft"
    files = Files(("REGISTRY*.TXT",), quiet_seconds=60.0)
    locale = ("encoding",)
    faults = FAULTS

    def recognises(self, capture: Capture) -> Recognition:
        try:
            head = head_of(capture, HEAD_BYTES).split("\n")
        except ParseError as error:
            return Recognition.no(str(error))
        dated = next((n for n, line in enumerate(head) if is_date_line(line)), None)
        if dated is None:
            return Recognition.no("no date line such as 'MON 05 JAN 2026 10:00' in its head", 1)
        if not any(is_path_line(line) for line in head[dated:]):
            return Recognition.no("no '*** DIRECTORY PATH :' below the date line", dated + 1)
        return Recognition.yes("a date line is followed by '*** DIRECTORY PATH :... ***'")

    def parse(self, capture: Capture) -> Sequence[Record]:
        return runs(read_registry(text_of(capture.content, capture.locale.encoding)))

    def simulate(self, records: Sequence[Record], *, fault: str | None = None) -> bytes:
        return write_registry(records, fault)
