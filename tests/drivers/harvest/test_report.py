"""Harvest events: columns, times, washes, keys, scans."""

from datetime import UTC, datetime

import pytest

from labsvc.driver import Capture, HarvestRun, ParseError, Wash
from labsvc_drivers.harvest import Harvest
from labsvc_drivers.harvest.report import has_end, read_events, read_scan

WHEN = "2026-03-02T10:05:00+00:00"


def one(header: str, row: str) -> HarvestRun:
    (event,) = read_events(f"{header}\n{row}\n")
    return event


def test_the_plate_alone_is_enough() -> None:
    """The step is a harvest unless another is named; what is blank is not invented."""
    assert one("plate", "NET-0412") == HarvestRun(
        run_key="harvest NET-0412 harvest untimed 1", plate_id="NET-0412"
    )


def test_columns_come_in_any_order_and_unknown_ones_are_kept() -> None:
    """Case and blanks around a name do not matter; blank extras are left out."""
    event = one("Filter , vacuum,room,PLATE", "GF-B-1,620,,NET-1")
    assert (event.plate_id, event.filter_id) == ("NET-1", "GF-B-1")
    assert event.extras == {"vacuum": "620"}


@pytest.mark.parametrize(
    "printed", ["2026-03-02 11:05:00", "2026-03-02T11:05:00", "2026-03-02 11:05"]
)
def test_local_times_are_read(printed: str) -> None:
    """ISO 8601 with a blank or a T, with or without seconds."""
    assert one("plate,started", f"A,{printed}").started_at == datetime(2026, 3, 2, 11, 5)


def test_washes_are_as_many_equal_washes() -> None:
    """Volume and duration may be missing; 0 are no washes, and a blank is not known."""
    header = "plate,washes,wash_ml,wash_s"
    assert one(header, "A,3,2,10").washes == (Wash(2.0, 10.0),) * 3
    assert one(header, "A,2,,").washes == (Wash(), Wash())
    assert one(header, "A,0,2,10").washes == ()
    assert one(header, "A,,,").washes is None


def test_a_log_that_grew_gives_its_earlier_events_the_same_keys() -> None:
    """So the service can tell the events it has already."""
    early = "plate,step,started\nA,,2026-03-02 11:05\nA,wash,\n"
    keys = [event.run_key for event in read_events(early)]
    later = [event.run_key for event in read_events(f"{early}A,wash,\nB,,2026-03-02 12:00\n")]
    assert later[:2] == keys
    assert len(set(later)) == 4


def test_an_event_with_only_an_end_has_that_time_in_its_key() -> None:
    """Some loggers write the end alone."""
    event = one("plate,ended", "A,2026-03-02 11:05")
    assert event.run_key == "harvest A harvest 2026-03-02T11:05:00"


def test_comments_are_skipped_and_the_last_may_be_the_end() -> None:
    """``# end`` is the last line, if it is there at all."""
    text = "# our logger\n\nplate,step\n# moved here\nA,wash\n\n# end\n\n"
    assert len(read_events(text)) == 1
    assert has_end(text)
    assert has_end("plate\nA\n# end")
    assert not has_end("plate\n# end\nA\n")


def test_a_bare_scan_is_a_harvest_of_that_plate() -> None:
    """It carries no time: the service takes the time of receipt."""
    scan = read_scan("NET-0412\n", WHEN)
    assert scan == HarvestRun(f"scan NET-0412 harvest {WHEN}", "NET-0412")
    assert read_scan("NET-0412 wash\n", WHEN).step == "wash"


def test_a_plate_scanned_again_is_another_event() -> None:
    """The time of receipt is part of its key."""

    def scanned(minute: int) -> str:
        at = datetime(2026, 3, 2, 11, minute, tzinfo=UTC)
        capture = Capture("bench.scan", "bench", at, b"NET-0412\r")
        return Harvest().parse(capture)[0].run_key

    assert scanned(5) == scanned(5)
    assert scanned(5) != scanned(6)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("NET-0412", "has no line end"),
        ("\n", "expected one line with a plate"),
        ("a b c\n", "expected one line with a plate"),
        ("a\nb\n", "expected one line with a plate"),
        ("NET\x02\n", "printable"),
    ],
)
def test_a_scan_that_is_not_whole_is_refused(text: str, message: str) -> None:
    """A barcode cut short would be another plate."""
    with pytest.raises(ParseError, match=message):
        read_scan(text, WHEN)


@pytest.mark.parametrize(
    ("name", "content", "claimed"),
    [
        ("a.csv", b"# labsvc harvest 1\nplate\nA\n", True),
        ("a.csv", b"operator,plate,ended\n", True),
        ("a.csv", b"plate,compound\n", False),
        ("a.csv", b"position,role,step\n", False),
        ("a.csv", b"NET-0412\n", False),
        ("a.scan", b"NET-0412\r", True),
        ("a.SCAN", b"NET-0412 wash\r\n", True),
        ("a.scan", b"two\nlines\n", False),
        ("a.scan", b"a b c\n", False),
    ],
)
def test_what_is_recognised(name: str, content: bytes, claimed: bool) -> None:
    """By signature, by column names, or as a bare line from a scanner."""
    capture = Capture(name, "x", datetime(2026, 1, 1, tzinfo=UTC), content)
    assert Harvest().recognises(capture).claimed is claimed
