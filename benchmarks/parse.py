"""Each parser on reports of 1 to 100 MB: seconds and memory in step with the size, or not.

    python benchmarks/parse.py                      every driver, 1, 4, 16 and 100 MB (an hour)
    python benchmarks/parse.py --driver tricarb     this one
    python benchmarks/parse.py --quick              1 MB of each: does it run at all

A report is made of the driver's own simulated one: its rows (vials, plates, runs) again and again,
with what must differ made different. Each size is read in a process of its own, whose largest
resident memory is taken above that of the same process before it reads the file (Linux only).
``growth`` is the time for each MB of the largest report over that of the 4 MB one (of the first,
where there are two sizes or less).
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from labsvc.driver import (
    FORMATS,
    Channel,
    CountRun,
    Driver,
    HarvestRun,
    Instrument,
    Program,
    Quench,
    Reading,
)
from labsvc.driver.table import TableDriver
from labsvc.model.capture import Capture
from labsvc.service.registry import load_drivers
from labsvc.service.tabledrivers.text import parse_table

TABLES = Path(__file__).parents[1] / "deploy" / "example" / "drivers"
SIZES = (1, 4, 16, 100)
MB = 1_000_000
DAY = datetime(2026, 1, 5, 9, 0)
_RECEIVED = datetime(2026, 1, 5, 12, tzinfo=UTC)
END = b"\r\n"

Maker = Callable[[int], bytes]


def driver(name: str) -> Driver:
    """An installed driver, or a shipped table driver."""
    path = TABLES / f"{name}.yaml"
    if path.exists():
        return TableDriver(parse_table(path.read_bytes(), file=path.name))
    return load_drivers().named(name)


def run(count: int, **fields: object) -> CountRun:
    """Vials 1 to ``count`` of one rack, one channel each."""
    readings = [
        Reading(
            position=str(n),
            order=n,
            channels=(Channel("A", cpm=20.0 + n % 977, error_2sigma_percent=5.1),),
            rack="1",
            sample=f"S{n}",
            live_time_s=60.0,
            counted_at=DAY + timedelta(minutes=n),
            quench=Quench("tSIE", 412.5),
        )
        for n in range(1, count + 1)
    ]
    made = CountRun("bench", Instrument("x"), tuple(readings), Program("7", "BENCH"), DAY)
    return replace(made, **fields)  # type: ignore[arg-type]


def plate(size: int = 384) -> CountRun:
    """One plate, every well counted."""
    wells = [
        Reading(well, n, (Channel("1", cpm=20.0 + n, corrected=("background",)),), plate=1,
                counted_at=DAY)
        for n, well in enumerate(FORMATS[size].wells(), 1)
    ]  # fmt: skip
    return CountRun("bench", Instrument("x"), tuple(wells), Program("7", "BENCH"), DAY)


def times(part: bytes, size: int) -> range:
    return range(max(1, size // len(part)))


def tricarb(size: int) -> bytes:
    """A rack of 1,000 vials counted again and again: cycles."""
    text = load_drivers().named("tricarb").simulate([run(1000)])
    at = text.index(END, text.index(b"S#,")) + 2
    return text[:at] + text[at:] * len(times(text[at:], size))


def wizard2(size: int) -> bytes:
    """Runs of 1,000 tubes in one table."""
    simulated = load_drivers().named("wizard2").simulate([run(1000, extras={"Run ID": "@"})])
    head, _, rows = simulated.partition(END)
    return head + END + b"".join(rows.replace(b"@", b"%d" % n) for n in times(rows, size))


def aloka(size: int) -> bytes:
    """Protocols (My No) of 1,000 vials in one table."""
    simulated = load_drivers().named("aloka").simulate([run(1000)])
    head, _, rows = simulated.partition(END)
    tiles = (re.sub(rb"(?m)^1;", b"%d;" % n, rows) for n in times(rows, size))
    return head + END + b"".join(tiles)


def microbeta(size: int) -> bytes:
    """Plates of 384 in one stack: the list, then the grids."""
    text = load_drivers().named("microbeta").simulate([plate()])
    start = text.index(END, text.index(b"SAMPLE")) + 2
    end = text.index(b"\r\nPLATES:")
    drawn, total = text.index(b"Plate 1\r\n"), text.index(b"Total count rate:")
    rows, grids = text[start:end], text[drawn:total]
    count = times(rows + grids, size)
    plates = b"".join(re.sub(rb"(?<=late )1(?=\r)", b"%d" % (n + 1), grids) for n in count)
    sum_cpm = len(count) * sum(20 + n for n in range(1, 385))
    return (text[:start] + rows * len(count) + text[end:drawn] + plates
            + b"Total count rate: %d.0 CCPM\r\nEND\r\n" % sum_cpm)  # fmt: skip


def topcount(size: int) -> bytes:
    """Reads of 96 wells joined, each with another figure in its first well."""
    text = load_drivers().named("topcount").simulate([plate(96)])
    first = re.compile(rb"(?m)^(  A \t) +\d+ ")
    return b"".join(first.sub(rb"\g<1>%10d " % n, text, count=1) for n in times(text, size))


def hidex300(size: int) -> bytes:
    """Blocks of one vial, each with its spectra."""
    text = load_drivers().named("hidex300").simulate([run(1)])
    at = text.index(b"Sample start")
    block = text[at:]
    count = times(block, size)
    return text[:at] + b"".join(block.replace(b"Repe.;1", b"Repe.;%d" % (n + 1)) for n in count)


def hidex_list(size: int) -> bytes:
    """A rack of 1,000 vials of two windows, counted again and again."""
    columns = "Pos;SampleType;Rpt;CPMroi1;CPMroi2;QPE;EndTime"
    pair = (Channel("ROI1", cpm=20.5), Channel("ROI2", cpm=3.25))
    vials = tuple(one._replace(channels=pair, quench=None) for one in run(1000).readings)
    listed = run(1000, readings=vials, extras={"columns": columns})
    head, _, rows = load_drivers().named("hidex300").simulate([listed]).partition(END)
    tiles = (rows.replace(b";;1;", b";;%d;" % (n + 1)) for n in times(rows, size))
    return head + END + b"".join(tiles)


def quantulus(size: int) -> bytes:
    """Runs of 20 samples appended to one registry."""
    text = load_drivers().named("quantulus").simulate([run(20)])
    return text * len(times(text, size))


def envision(size: int) -> bytes:
    """Plates of 384 in one export."""
    text = load_drivers().named("envision").simulate([plate()])
    at = text.index(b"Basic assay information")
    block = text[:at]
    numbered = (re.sub(rb"(?m)^1,1,", b"%d,1," % (n + 1), block) for n in times(block, size))
    return b"".join(numbered) + text[at:]


def envision_list(size: int) -> bytes:
    """Plates of 384 in one list."""
    wells = (
        r._replace(channels=(Channel("0.1sec", cpm=60.0 * r.order),)) for r in plate().readings
    )
    columns = {"columns": "Plate\tRepeat\tWell\tType\t0.1sec (CPS)"}
    listed = replace(plate(), readings=tuple(wells), extras=columns)
    head, _, rows = load_drivers().named("envision").simulate([listed]).partition(END)
    tiles = (re.sub(rb"(?m)^1\t", b"%d\t" % (n + 1), rows) for n in times(rows, size))
    return head + END + b"".join(tiles)


def harvest(size: int) -> bytes:
    """Bench events, one row each."""
    events = [HarvestRun(f"k{n}", f"P-{n}", started_at=DAY) for n in range(1000)]
    text = load_drivers().named("harvest").simulate(events)
    at, end = text.index(b"P-0,"), text.index(b"# end")
    return text[:at] + text[at:end] * len(times(text[at:end], size)) + text[end:]


def ls6000_serial(size: int) -> bytes:
    """Sessions of 20 samples."""
    text = load_drivers().named("ls6000-serial").simulate([run(20)])
    return text * len(times(text, size))


def ls6500(size: int) -> bytes:
    """One pass. A sheet has 65,536 rows at most, so there is no file of more than some 10 MB."""
    one = load_drivers().named("ls6500")

    def racks(count: int) -> bytes:
        flat = run(count)
        vials = (r._replace(rack=str(1 + (r.order - 1) // 99), position=str(1 + (r.order - 1) % 99))
                 for r in flat.readings)  # fmt: skip
        return one.simulate([replace(flat, readings=tuple(vials))])

    wanted = int(size / (len(racks(1001)) - len(racks(1))) * 1000)
    if wanted > 65_000:
        raise ValueError("a sheet of 65,536 rows holds less")
    return racks(wanted)


def triathler(size: int) -> bytes:
    """Vials, one transmission each."""
    text = load_drivers().named("triathler").simulate([run(1)])
    return text * len(times(text, size))


def tricarb_2100tr(size: int) -> bytes:
    """Runs of 400 vials, each on one line as the counter sends them."""
    text = load_drivers().named("tricarb-2100tr").simulate([run(400)])
    return text * len(times(text, size))


def wizard_1470(size: int) -> bytes:
    """Runs of 1,000 tubes in one list of a table driver."""
    vials = (r._replace(channels=(Channel("1", counts=900.5, cpm=900.5 + r.order),))
             for r in run(1000).readings)  # fmt: skip
    listed = run(1000, readings=tuple(vials), extras={"run_id": "@"})
    head, _, rows = driver("wizard-1470").simulate([listed]).partition(END)
    tiles = (re.sub(rb";7;[^;]*;", b";7;%d;" % n, rows) for n in times(rows, size))
    return head + END + b"".join(tiles)


def cobra_csv(size: int) -> bytes:
    """Racks of 1,000 tubes in one list of a table driver, with a column for the clock."""
    tube = Channel("1", nuclide="I-125", counts=900.5, cpm=900.5)
    vials = tuple(r._replace(channels=(tube,), quench=None) for r in run(1000).readings)
    text = driver("cobra-csv").simulate([run(1000, readings=vials, extras={"run_id": "1"})])
    at = text.index(b"\n1,1,") + 1
    rows, rack = text[at:], re.compile(rb"(?m)^(\d+),1,")
    tiles = (rack.sub(rb"\g<1>,%d," % n, rows) for n in times(rows, size))
    return text[:at] + b"".join(tiles) + b"End of run,,,,,,,\r\n"


def microbeta2_grid(size: int) -> bytes:
    """Plates of 384 as grids of a table driver: rates, and their errors."""
    text = driver("microbeta2-grid").simulate([plate()])
    at = text.index(b"Plate 1")
    drawn = text[at:]
    numbered = (drawn.replace(b"Plate 1", b"Plate %d" % (n + 1)) for n in times(drawn, size))
    return text[:at] + b"".join(numbered) + b"END\r\n"


def microbeta2_xlsx(size: int) -> bytes:
    """A workbook of a table driver. It has 100,000 rows at most, some 3 MB."""
    one = driver("microbeta2-xlsx")

    def plates(count: int) -> bytes:
        wells = (r._replace(plate=n, order=384 * n + r.order, channels=(Channel("1", cpm=20.0),))
                 for n in range(1, count + 1) for r in plate().readings)  # fmt: skip
        return one.simulate([replace(plate(), readings=tuple(wells), extras={"run_id": "1"})])

    wanted = int(size / (len(plates(3)) - len(plates(1))) * 2)
    if wanted * 384 > 99_000:
        raise ValueError("a workbook of 100,000 rows holds less")
    return plates(wanted)


MAKERS: dict[str, tuple[str, Maker]] = {
    "tricarb": ("tricarb", tricarb),
    "wizard2": ("wizard2", wizard2),
    "hidex300": ("hidex300", hidex300),
    "hidex300, list": ("hidex300", hidex_list),
    "tricarb-2100tr": ("tricarb-2100tr", tricarb_2100tr),
    "microbeta": ("microbeta", microbeta),
    "topcount": ("topcount", topcount),
    "ls6500": ("ls6500", ls6500),
    "quantulus": ("quantulus", quantulus),
    "aloka": ("aloka", aloka),
    "envision": ("envision", envision),
    "envision, list": ("envision", envision_list),
    "triathler": ("triathler", triathler),
    "ls6000-serial": ("ls6000-serial", ls6000_serial),
    "harvest": ("harvest", harvest),
    "wizard-1470 (table)": ("wizard-1470", wizard_1470),
    "cobra-csv (table)": ("cobra-csv", cobra_csv),
    "microbeta2-grid (table)": ("microbeta2-grid", microbeta2_grid),
    "microbeta2-xlsx (table)": ("microbeta2-xlsx", microbeta2_xlsx),
}


def memory(figure: str) -> int:
    """Bytes of this process alone (Linux): ``ru_maxrss`` would begin with the parent's."""
    lines = Path("/proc/self/status").read_text().splitlines()
    (line,) = (line for line in lines if line.startswith(f"{figure}:"))
    return int(line.split()[1]) * 1024


def read(name: str, path: Path) -> dict[str, float]:
    """One report read in this process."""
    reader = driver(name)
    before = memory("VmRSS")
    content = path.read_bytes()
    started = time.process_time()
    records = reader.parse(Capture("bench", "bench", _RECEIVED, content))
    seconds = time.process_time() - started
    peak = memory("VmHWM") - before
    count = sum(len(one.readings) if isinstance(one, CountRun) else 1 for one in records)
    return {
        "mb": len(content) / MB,
        "readings": count,
        "seconds": seconds,
        "mb_per_second": len(content) / MB / seconds,
        "peak_mb": peak / MB,
        "times_size": peak / len(content),
    }


def measured(label: str, sizes: Sequence[int], folder: Path) -> Iterator[dict[str, float]]:
    """Each size in a process of its own."""
    name, make = MAKERS[label]
    for size in sizes:
        path = folder / "report"
        try:
            path.write_bytes(make(size * MB))
        except ValueError:
            return
        command = [sys.executable, __file__, "--read", name, str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{label} at {size} MB: {done.stderr.strip().splitlines()[-1]}")
        yield json.loads(done.stdout)


def growth(rows: Sequence[dict[str, float]]) -> float:
    if not rows:
        return 1.0
    base = rows[1] if len(rows) > 2 else rows[0]
    return base["mb_per_second"] / rows[-1]["mb_per_second"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.add_argument("--quick", action="store_true", help="1 MB of each")
    parser.add_argument("--driver", action="append", default=[], choices=list(MAKERS))
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--read", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.read:
        print(json.dumps(read(asked.read[0], Path(asked.read[1]))))
        return
    found = {}
    with tempfile.TemporaryDirectory(prefix="labsvc-benchmark-") as folder:
        for label in asked.driver or MAKERS:
            rows = list(measured(label, (1,) if asked.quick else asked.sizes, Path(folder)))
            found[label] = {"growth": growth(rows), "sizes": rows}
            if not asked.json:
                show(label, rows)
    if asked.json:
        print(json.dumps(found))


def show(label: str, rows: Sequence[dict[str, float]]) -> None:
    for row in rows:
        print(f"{label:<20} {row['mb']:7.1f} MB {row['readings']:>9,.0f} readings "
              f"{row['seconds']:7.2f} s {row['mb_per_second']:6.1f} MB/s "
              f"{row['peak_mb']:7.0f} MB = {row['times_size']:5.1f} x")  # fmt: skip
    print(f"{label:<20} growth {growth(rows):.2f}", flush=True)


if __name__ == "__main__":
    main()
