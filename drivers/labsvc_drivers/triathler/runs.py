"""From a vial's transmission to a run with one reading."""

from __future__ import annotations

import re
from datetime import datetime

from labsvc.driver import Channel, CountRun, Instrument, ParseError, Program, Reading
from labsvc_drivers.triathler.report import Vial

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LAST_READ_OUT = "last_read_out"
_DATE = re.compile(r"^(\d{1,2}) ([A-Za-z]+)\.? ?(\d{4})$", re.ASCII)
_UNFINISHED = (
    "the rate is the last read-out of the running count: no line with a final result is known"
)
_UNCHECKED = "the spectrum is kept undecoded and Bitsum unchecked: how it is computed is not known"


def run_of(vial: Vial) -> CountRun:
    """The vial as a run; ParseError for a date that is none."""
    when = f"{vial.date} {vial.clock}"
    counted_at = _moment(vial)
    extras = {
        "read-outs": "; ".join(f"{time} {rate}" for time, rate in vial.read_outs),
        "spectrum": vial.spectrum.hex(),
        "Bitsum": vial.bitsum,
    }
    if vial.preamble:
        extras["preamble"] = " ".join(vial.preamble)
    return CountRun(
        run_key=f"triathler {vial.protocol} sample {vial.number} {when}",
        instrument=Instrument("Hidex"),
        readings=(_reading(vial, counted_at),),
        program=Program(name=vial.protocol or None),
        counted_at=counted_at,
        counted_at_text=when,
        warnings=(_UNFINISHED, _UNCHECKED),
        extras=extras,
    )


def _reading(vial: Vial, counted_at: datetime) -> Reading:
    time, rate = vial.read_outs[-1]
    return Reading(
        position=vial.number,
        order=1,
        channels=(Channel("R", cpm=float(rate)),),
        counted_at=counted_at,
        flags=(LAST_READ_OUT,),
        extras={"t": str(time)},
    )


def _moment(vial: Vial) -> datetime:
    """``05 Jan.2026`` and ``9:41:07``; English month names."""
    match = _DATE.match(vial.date)
    month = match[2][:3].capitalize() if match else ""
    if match is None or month not in MONTHS:
        raise ParseError(
            f"found the date {vial.date!r}; expected one such as '05 Jan.2026'", line=vial.line
        )
    hour, minute, second = (int(part) for part in vial.clock.split(":"))
    try:
        return datetime(  # noqa: DTZ001
            int(match[3]), MONTHS.index(month) + 1, int(match[1]), hour, minute, second
        )
    except ValueError as error:
        raise ParseError(
            f"found the date {vial.date!r} {vial.clock!r}: {error}", line=vial.line
        ) from None
