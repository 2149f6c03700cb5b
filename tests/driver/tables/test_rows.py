"""From the rows of a list to readings."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labsvc.driver.tables.cells import Sheet, text_rows
from labsvc.driver.tables.listing import find_header, read_listing
from labsvc.driver.tables.rows import Placed, placed
from labsvc.driver.tables.spec import TableSpec
from labsvc.errors import ParseError
from labsvc.model.run import Quench
from tests.driver.tables.examples import driver

COLUMNS = {
    "position": ("Pos",), "plate": ("Plate",), "repeat": ("Rep",), "cycle": ("Cyc",),
    "live_time": ("Time",), "counted_at": ("Date",), "quench": ("tSIE",),
}  # fmt: skip
SPEC = replace(
    driver("wizard-1470").spec, columns=COLUMNS, header=(), decimal="point", quench_kind="tSIE",
    live_time_unit_s=60.0, skip_without_position=False,
)  # fmt: skip


def read(text: str, spec: TableSpec = SPEC, head: dict[str, str] | None = None) -> list[Placed]:
    sheet = Sheet(tuple(text_rows(text, ",")), closed=True)
    header = find_header(sheet.rows, spec)
    assert header is not None
    return list(placed(read_listing(sheet, header, spec), dict(head or {}), spec))


def test_every_field_is_read_in_its_unit() -> None:
    """Minutes to seconds, the quench index with its kind; what has no field is kept."""
    (one,) = read(
        "Pos,Plate,Cyc,Time,Date,tSIE,CCPM,Note\nb7,2,3,0.5,2026-04-03 9:00,512.5,7,odd\n"
    )
    reading = one.reading
    assert (reading.position, reading.plate, reading.cycle) == ("B07", 2, 3)
    assert (reading.live_time_s, reading.quench) == (30.0, Quench("tSIE", 512.5))
    assert reading.extras == {"Note": "odd", "Date": "2026-04-03 9:00"}


def test_a_place_of_a_rack_stays_as_printed() -> None:
    (one,) = read("Pos,CCPM\n1-3,7\n")
    assert one.reading.position == "1-3"


def test_the_same_place_twice_is_refused_unless_something_tells_them_apart() -> None:
    """A later time makes it the next repeat; a printed repeat is taken as it is."""
    with pytest.raises(ParseError, match="line 3: position 'A01' stands twice"):
        read("Pos,CCPM\nA1,7\nA01,8\n")
    later = read("Pos,Date,CCPM\nA1,2026-04-03 9:00,7\nA1,2026-04-03 9:30,7\n")
    printed = read("Pos,Rep,CCPM\nA1,1,7\nA1,4,8\n")
    assert [one.reading.repeat for one in later] == [1, 2]
    assert [one.reading.repeat for one in printed] == [1, 4]
    with pytest.raises(ParseError, match="stands twice"):
        read("Pos,Rep,CCPM\nA1,4,7\nA1,4,8\n")


def test_a_barcode_in_the_head_is_every_readings() -> None:
    (one,) = read("Pos,CCPM\nA1,7\n", head={"plate_id": "NET-1"})
    assert one.reading.plate_id == "NET-1"


def test_a_date_that_is_not_read_is_kept_and_told() -> None:
    (one,) = read("Pos,Date,CCPM\nA1,2026-04-03,7\n")
    assert one.unread
    assert one.reading.counted_at is None
    assert one.reading.extras == {"Date": "2026-04-03"}


@pytest.mark.parametrize(
    ("row", "why"),
    [(",1,1,7", "found no position"), ("A1,x,1,7", "'x' where plate"), ("A1,1,x,7", "live_time")],
)
def test_a_cell_that_is_not_what_its_column_says_is_refused(row: str, why: str) -> None:
    with pytest.raises(ParseError, match=f"line 2: .*{why}"):
        read(f"Pos,Plate,Time,CCPM\n{row}\n")
