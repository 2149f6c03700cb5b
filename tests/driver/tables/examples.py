"""The shipped table drivers, and a small file for each as its counter might write it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from labsvc.driver.table import TableDriver
from labsvc.driver.tables.sheetfile import write_workbook
from labsvc.service.tabledrivers.text import parse_table

FOLDER = Path(__file__).parents[3] / "deploy" / "example" / "drivers"

COBRA = """\
Cobra II,,,,,,,
Protocol:,12,,,,,,
Protocol name,"SERT, RTI-55",,,,,,
Run ID,0417,,,,,,
Serial no,408213,,,,,,
,,,,,,,
Pos,Rack,Sample ID,Time,Date,Clock,Counts,CPM,Det
1,A,Total 1,1.00,03/04/2026,9:12:05 AM,10234,10198.5,1
2,A,Total 2,1.00,03/04/2026,9:13:20 AM,9987,9951.5,2
3,A,,1.00,03/04/2026,,Missing,Missing,
4,A,NSB,1.00,03/04/2026,9:15:50 AM,*****,*****,1
Average A,,,,,,,10075.0,
5,A,NSB 2,0.50,03/04/2026,12:17:05 PM,410,784.25,2
End of run,,,,,,,,
"""
WIZARD = """\
Run;Prot;Rack;Pos;Code;Time;Datum;Counts;CCPM;Info
88;5;1;1;Käfer 1;60,5;03.04.2026 14:05:00;10 234,5;10\u202f120,25;
88;5;1;2;;60,5;03.04.2026 14:05:00;512;480,75;I
88;5;1;3;;;;-;-;
;;;;Summe;;;10746,5;10601;
88;5;2;1;Käfer 2;60,5;03.04.2026 15:05:00;0;0;
"""
GRID_HEAD = "Wallac MicroBeta2 plate export\nProtocol no:\t16\nProtocol name:\tNET nisoxetine\n\
Started:\t2026-04-03 09:15:00\n\n"
GRIDS = """\
Plate 1\tBarcode:\tNET-0411-1
CCPM1
\t1\t2\t3\t4\t5\t6\t
A\t1234.5\t1210\t1199.5\t0\t-\t15\t
B\t1190\t1211\t1188\t12\t13\t16\t
C\t640.25\t610\t599\t14\t12\t11\t
D\t330\t340\t310\t-\t12\t13\t

CCPM1%
\t1\t2\t3\t4\t5\t6\t
A\t1.3\t1.3\t1.3\t0\t-\t11.5\t
B\t1.3\t1.3\t1.3\t12.9\t12.4\t11.2\t
C\t1.8\t1.8\t1.8\t11.9\t12.9\t13.5\t
D\t2.5\t2.4\t2.5\t-\t12.9\t12.4\t

Plate 3\tBarcode:\tNET-0411-3
CCPM1
\t1\t2\t3\t4\t5\t6\t
A\t2234.5\t2210\t2199.5\t0\t1\t25\t
B\t2190\t2211\t2188\t22\t23\t26\t
C\t1640\t1610\t1599\t24\t22\t21\t
D\t1330\t1340\t1310\t-\t22\t23\t

CCPM1%
\t1\t2\t3\t4\t5\t6\t
A\t1.1\t1.1\t1.1\t0\t89\t9.5\t
B\t1.1\t1.1\t1.1\t9.9\t9.4\t9.2\t
C\t1.2\t1.2\t1.2\t9.4\t9.9\t9.5\t
D\t1.5\t1.4\t1.5\t-\t9.9\t9.4\t

END
"""
WORKBOOK = (
    ("Protocol", 16.0),
    ("Run", "R-0411"),
    (),
    ("Plate", "Barcode", "Well", "Sample", "Time", "Measured", "CCPM1", "CCPM1%", "Shelf"),
    (1.0, "NET-1", "A1", "Total", 60.0, datetime(2026, 4, 3, 9, 15), 1234.5, 1.3, "1"),
    (1.0, "NET-1", "A2", "", 60.0, datetime(2026, 4, 3, 9, 16), 0.0, 0.0, ""),
    (1.0, "NET-1", "A03", "", "", "", "-", ""),
    (2.0, "NET-2", "A01", "NSB", 60.0, datetime(2026, 4, 3, 9, 20), 55.25, 8.5, "2"),
)
SAMPLES = {
    "cobra-csv": {"run0417.csv": COBRA.replace("\n", "\r\n").encode()},
    "wizard-1470": {
        "0088.csv": WIZARD.replace("\n", "\r\n").encode("cp1252", "replace").replace(b"?", b"\xa0")
    },
    "microbeta2-grid": {"A16.txt": (GRID_HEAD + GRIDS).encode()},
    "microbeta2-xlsx": {"A16.xlsx": write_workbook(WORKBOOK, "Results")},
}


def driver(name: str) -> TableDriver:
    """The shipped table driver of this name."""
    path = FOLDER / f"{name}.yaml"
    return TableDriver(parse_table(path.read_bytes(), file=path.name))


def sample(name: str) -> bytes:
    """Its one sample."""
    return next(iter(SAMPLES[name].values()))
