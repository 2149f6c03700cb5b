"""Beckman LS 6500 with the LS 6000 WinConnection Suite: its .XLS files."""

from __future__ import annotations

from collections.abc import Sequence

from labsvc.driver import Capture, CountRun, Driver, Files, ParseError, Recognition, Record
from labsvc_drivers.ls6500.biff4 import first_texts, is_whole, read_cells
from labsvc_drivers.ls6500.report import DATE, FILE_NAME, INSTRUMENT, SPECTRUM
from labsvc_drivers.ls6500.simulate import FAULTS, write_workbook
from labsvc_drivers.ls6500.spectrum import read_spectrum
from labsvc_drivers.ls6500.summary import read_pass

__all__ = ["Ls6500"]

_TEXTS_IN_HEAD = 48
_FAMILY = "LS 6"


class Ls6500(Driver):
    """A pass over the racks (UN*.XLS) is the run; a sample's spectrum (SN*.XLS) is read too.

    A folder takes the passes only, unless its source names other patterns: a spectrum holds no
    sample that its pass does not.
    """

    title = "Beckman LS 6500, WinConnection .XLS"
    maturity = "beta"
    files = Files(("UN*.XLS",), quiet_seconds=30.0)
    faults = FAULTS

    def recognises(self, capture: Capture) -> Recognition:
        texts = first_texts(capture.content, _TEXTS_IN_HEAD)
        if not texts:
            return Recognition.no("it is no bare BIFF4 worksheet with texts in it")
        if DATE not in texts or FILE_NAME not in texts:
            return Recognition.no(f"its first cells name no {DATE!r} and {FILE_NAME!r}")
        if _is_spectrum(texts):
            return Recognition.yes("its first cells are those of a WinConnection spectrum")
        if INSTRUMENT in texts and any(text.startswith(_FAMILY) for text in texts):
            return Recognition.yes("its first cells are those of a WinConnection pass summary")
        return Recognition.no(f"its first cells name no {SPECTRUM!r} and no LS 6000 counter")

    def parse(self, capture: Capture) -> Sequence[CountRun]:
        cells = read_cells(capture.content)
        labels = [cell for (_, column), cell in cells.items() if column == 0]
        if SPECTRUM in labels:
            return (read_spectrum(cells),)
        if INSTRUMENT in labels:
            return (read_pass(cells),)
        raise ParseError(
            f"the sheet has neither {SPECTRUM!r} nor {INSTRUMENT!r} in its first column; expected "
            "a file of WinConnection"
        )

    def simulate(self, records: Sequence[Record], *, fault: str | None = None) -> bytes:
        return write_workbook(records, fault)

    def ends(self, content: bytes) -> bool:
        return is_whole(content)


def _is_spectrum(texts: Sequence[str]) -> bool:
    return SPECTRUM in texts
