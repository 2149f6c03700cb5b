"""Both exports written, CRLF; with faults on request.

A run with ``columns`` in its extras is written as a list, any other as grids.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

from labsvc.driver import FORMATS, Channel, CountRun, PlateFormat, Reading, Record, State, well
from labsvc_drivers.envision.grid import (
    ASSAY,
    BACKGROUND,
    BARCODE,
    CALCULATED,
    EXPORTED,
    MEASURED,
    NUMBER,
    PLATE,
    REPEAT,
    RESULTS,
    entries,
)
from labsvc_drivers.envision.listing import LIST_HEAD

FAULTS = ("truncated", "duplicated", "decimal_comma", "optical", "unclear_dates", "wrong_clock")
_VERSION = "1.14"
_DATE = re.compile(r"\b\d{1,2}/\d{1,2}/\d{4}\b")
_FAULTY_DATES = {"unclear_dates": "3/4/2026", "wrong_clock": "1/25/2000"}
_FIGURE = re.compile(r"(^[A-P],|\t)(\d[\d.]*)(?=[,\r])", re.MULTILINE)


def write_export(records: Sequence[Record], fault: str | None) -> bytes:
    """The export of the one CountRun in ``records``; ValueError when it cannot be written."""
    if fault is not None and fault not in FAULTS:
        raise ValueError(f"unknown fault {fault!r}; expected one of {', '.join(FAULTS)}")
    run = records[0] if len(records) == 1 else None
    if not isinstance(run, CountRun) or not run.readings:
        raise ValueError("an EnVision export holds the readings of one count run")
    lines = list(_list(run, fault) if "columns" in run.extras else _grids(run, fault))
    text = "\r\n".join([*lines, ""])
    if fault == "decimal_comma":
        text = _FIGURE.sub(r"\1\2,5", text, count=1)
    if fault in _FAULTY_DATES:
        text = _DATE.sub(_FAULTY_DATES[fault], text)
    content = text.encode("cp1252", "replace")
    return content[: len(content) * 2 // 3 + 1] if fault == "truncated" else content


# -- grids -------------------------------------------------------------------------------------


def _grids(run: CountRun, fault: str | None) -> Iterator[str]:
    texts = [text for name, text in run.extras.items() if re.match(r"block \d+$", name)]
    for text in texts or list(_blocks(run)):
        block = [*_block(run, text), ""]
        yield from (
            line.replace("(CPS)", "(RFU)") if fault == "optical" else line for line in block
        )
        if fault == "duplicated":
            yield from block
    yield from run.extras.get("assay information", _assay(run)).split("\n")


def _blocks(run: CountRun) -> Iterator[str]:
    """What stands above each plate's grids, for a run that has not been read from a file."""
    for reading in _firsts(run):
        when = reading.counted_at or run.counted_at
        if when is None:
            raise ValueError("an EnVision export prints dates: the run has no counted_at")
        clock = f"{when.month}/{when.day}/{when.year} {when:%H:%M:%S}"
        barcode = f'"=""{reading.plate_id or ""}"""'
        names = [channel.name for channel in reading.channels]
        yield "\n".join(
            [
                f"{PLATE} ",
                f"{NUMBER},{REPEAT},{BARCODE},Measured height,{MEASURED},",
                f"{reading.plate or 1},{reading.repeat},{barcode},N/A,{clock},",
                "",
                BACKGROUND,
                "Plate,Label,Result,Signal,Flashes/Time,Meastime,MeasInfo,",
                "",
                *(f"{RESULTS}{name} (CPS)" for name in names),
            ]
        )


def _firsts(run: CountRun) -> list[Reading]:
    """The first counted well of each plate and repeat."""
    found: dict[tuple[int, int], Reading] = {}
    for reading in run.readings:
        if reading.channels:
            found.setdefault((reading.plate or 1, reading.repeat), reading)
    return list(found.values())


def _assay(run: CountRun) -> str:
    return "\n".join(
        [
            f"{ASSAY} ",
            "Assay ID: ,,,,1",
            f"Protocol ID: ,,,,{run.program.number or '1'}",
            f"Protocol Name: ,,,,{run.program.name or 'SIMULATED'}",
            f'Serial#: ,,,,="{run.instrument.serial_number or "0"}"',
            "",
            f"{EXPORTED}{_VERSION}",
        ]
    )


def _block(run: CountRun, text: str) -> Iterator[str]:
    head, _, titles = text.rpartition("\n\n")
    lines = head.split("\n")
    cells = entries(lines[1], lines[2], 3)
    place = (int(cells[NUMBER]), int(cells[REPEAT]))
    wells = {r.position: r for r in run.readings if (r.plate or 1, r.repeat) == place}
    shape = _shape(wells)
    yield from lines
    for title in titles.split("\n"):
        yield from ("", title, ",".join(["", *_numbers(shape), ""]))
        for row in range(shape.rows):
            drawn = (wells.get(well(row, n)) for n in range(1, shape.columns + 1))
            yield ",".join([well(row, 1)[0], *(_cell(reading, title) for reading in drawn), ""])


def _shape(wells: dict[str, Reading]) -> PlateFormat:
    for shape in FORMATS.values():
        if all(shape.holds(position) for position in wells):
            return shape
    raise ValueError("no plate of 24, 48, 96 or 384 wells holds these positions")


def _numbers(shape: PlateFormat) -> list[str]:
    return [f"{number:02d}" for number in range(1, shape.columns + 1)]


def _cell(reading: Reading | None, title: str) -> str:
    if reading is None or reading.state is State.NOT_COUNTED:
        return ""
    if title.startswith(CALCULATED):
        return reading.extras.get(title, "")
    name = title.removeprefix(RESULTS)
    channel = next((one for one in reading.channels if name.startswith(f"{one.name} (")), None)
    return "" if channel is None else _value(channel)


def _value(channel: Channel) -> str:
    """The rate in counts per second."""
    if channel.cpm is None:
        raise ValueError(f"channel {channel.name!r} has no count rate to print")
    return _plain(channel.cpm / 60)


def _plain(value: float) -> str:
    return f"{value:.6f}".rstrip("0").removesuffix(".")


# -- list --------------------------------------------------------------------------------------


def _list(run: CountRun, fault: str | None) -> Iterator[str]:
    header = run.extras["columns"]
    mark = "\t" if header.startswith("Plate\t") else ","
    names = next(csv.reader([header], delimiter=mark))
    yield from (text for name, text in run.extras.items() if name.startswith("line above"))
    yield header.replace("(CPS)", "(RFU)") if fault == "optical" else header
    for order, reading in enumerate(run.readings, 1):
        row = _joined([_listed(reading, name.strip()) for name in names], mark)
        yield row
        if fault == "duplicated" and order == 1:
            yield row


def _listed(reading: Reading, name: str) -> str:
    place = (str(reading.plate or 1), str(reading.repeat), reading.position)
    if name in LIST_HEAD[:3]:
        return place[LIST_HEAD.index(name)]
    found = next((one for one in reading.channels if name.startswith(f"{one.name} (")), None)
    return reading.extras.get(name, "") if found is None else _value(found)


def _joined(cells: Sequence[str], mark: str) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=mark, lineterminator="").writerow(cells)
    return buffer.getvalue()
