"""The log that stays in the home."""

from __future__ import annotations

from pathlib import Path

from labsvc.service.vitals.logfile import FOLDER, NAME, OLDER, LogFile, newest_lines


def told(log: LogFile, **words: object) -> None:
    event = dict(words)
    assert log(None, "info", event) is event


def test_the_newest_events_are_read_back_in_order(tmp_path: Path) -> None:
    """Also those of the file before; the two together have an end."""
    log = LogFile(tmp_path / FOLDER, most_bytes=400)
    for number in range(200):
        told(log, event="something was done", number=number)
    kept = newest_lines(tmp_path / FOLDER, 5)
    assert [one["number"] for one in kept] == [195, 196, 197, 198, 199]
    sizes = [(tmp_path / FOLDER / name).stat().st_size for name in (NAME, OLDER)]
    assert max(sizes) <= 400


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    log = LogFile(tmp_path / FOLDER)
    told(log, event="x")
    modes = [path.stat().st_mode & 0o777 for path in (tmp_path / FOLDER, tmp_path / FOLDER / NAME)]
    assert modes == [0o700, 0o600]


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    """A file lies where its folder should be."""
    (tmp_path / FOLDER).write_text("in the way")
    told(LogFile(tmp_path / FOLDER), event="x")
    assert (tmp_path / FOLDER).read_text() == "in the way"


def test_what_is_no_event_is_passed_over(tmp_path: Path) -> None:
    """A line that a crash cut short, another program's line, no log at all."""
    assert newest_lines(tmp_path, 10) == []
    (tmp_path / NAME).write_bytes(b'{"event": "cut sho\n[1]\nplain\n\xff\n{"event": "whole"}\n')
    assert newest_lines(tmp_path, 10) == [{"event": "whole"}]


def test_an_event_of_any_length_and_kind_is_one_line(tmp_path: Path) -> None:
    log = LogFile(tmp_path)
    told(log, event="x" * 100_000, error=ValueError("µ\n"))
    told(log, event="after")
    assert newest_lines(tmp_path, 1) == [{"event": "after"}]
    assert (tmp_path / NAME).stat().st_size < 25_000
