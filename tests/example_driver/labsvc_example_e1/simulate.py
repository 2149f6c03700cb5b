"""The same report written, as the counter would write it; with faults on request."""

from collections.abc import Sequence
from datetime import timedelta

from labsvc.driver import CountRun, Reading, Record
from labsvc_example_e1.report import COLUMNS

FAULTS = ("truncated", "duplicated", "decimal_comma", "wrong_clock")


def write_report(records: Sequence[Record], fault: str | None) -> bytes:
    """The report of the one run in ``records``; ValueError when it cannot be written."""
    if fault is not None and fault not in FAULTS:
        raise ValueError(f"unknown fault {fault!r}; expected one of {', '.join(FAULTS)}")
    if len(records) != 1 or not isinstance(records[0], CountRun):
        raise ValueError("a report of the E-1 holds one count run")
    run = records[0]
    rows = [_row(reading) for reading in run.readings]
    number = run.extras.get("RUN", "0001")
    lines = [*_head(run, number, fault), *rows, f"END {number} {len(rows)}"]
    match fault:
        case "truncated":
            lines = lines[:-2]
        case "duplicated":
            lines.insert(-1, rows[-1])
        case "decimal_comma":
            lines[5:] = [line.replace(".", ",") for line in lines[5:]]
        case _:
            pass
    return "".join(f"{line}\r\n" for line in lines).encode()


def _head(run: CountRun, number: str, fault: str | None) -> list[str]:
    if run.counted_at is None:
        raise ValueError("a report of the E-1 has a date: the run has none")
    when = run.counted_at - timedelta(days=364 if fault == "wrong_clock" else 0)
    seconds = next((one.live_time_s for one in run.readings if one.live_time_s), 60.0)
    return [
        f"EXAMPLE INSTRUMENTS E-1 V{run.instrument.software or '1.00'}",
        f"RUN {number} {when:%Y-%m-%d %H:%M:%S}",
        f"PROGRAM {run.program.number or '1'} {run.program.name or 'NO NAME'}",
        f"TIME {seconds:.0f} s",
        " ".join(COLUMNS),
    ]


def _row(reading: Reading) -> str:
    if not reading.channels:
        return f"{reading.position} -"
    counts, cpm = reading.channels[0].counts, reading.channels[0].cpm
    if counts is None or cpm is None:
        raise ValueError(f"the E-1 prints counts and cpm: place {reading.position} lacks one")
    return f"{reading.position} {counts:.0f} {cpm:.1f} {reading.extras.get('LUM', '0')}"
