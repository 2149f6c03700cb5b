"""EnVision and VICTOR plate readers counting SPA plates: grid export and list export."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from labsvc.driver import (
    Capture,
    Driver,
    Files,
    ParseError,
    Recognition,
    Record,
    decode,
    head_text,
    report_text,
)
from labsvc_drivers.envision.grid import ends_whole, is_grid, read_grids
from labsvc_drivers.envision.listing import LIST_HEAD, is_list, read_list
from labsvc_drivers.envision.runs import run_of_grids, run_of_list
from labsvc_drivers.envision.simulate import FAULTS, write_export

__all__ = ["EnVision"]

HEAD_BYTES = 4096


class EnVision(Driver):
    """A grid export ends with the name of the program that wrote it; a list has no end mark."""

    title = "EnVision / VICTOR, grid or list export"
    maturity = "draft"
    files = Files(("*.csv", "*.txt"), quiet_seconds=30.0)
    locale = ("dates", "encoding")
    faults: ClassVar[tuple[str, ...]] = FAULTS

    def recognises(self, capture: Capture) -> Recognition:
        try:
            head = head_text(capture, HEAD_BYTES)
        except ParseError as error:
            return Recognition.no(str(error))
        if is_grid(head):
            return Recognition.yes("'Plate information' is followed by 'Plate,Repeat,Barcode'")
        if is_list(head):
            return Recognition.yes(f"a line of its head names the columns {', '.join(LIST_HEAD)}")
        return Recognition.no(
            "neither 'Plate information' with 'Plate,Repeat,Barcode' below it, nor a list of "
            f"{', '.join(LIST_HEAD)}",
            1,
        )

    def parse(self, capture: Capture) -> Sequence[Record]:
        text = report_text(capture)
        if not text.strip():
            raise ParseError("the file is empty; expected an EnVision export")
        if is_list(text):
            return (run_of_list(read_list(text)),)
        return (run_of_grids(read_grids(text), capture.locale.dates),)

    def simulate(self, records: Sequence[Record], *, fault: str | None = None) -> bytes:
        return write_export(records, fault)

    def ends(self, content: bytes) -> bool:
        try:
            return ends_whole(decode(content))
        except ParseError:
            return False
