"""Dates, decimal signs and encodings: read where the file or its source shows them, else said.

The files are the drivers' own samples with their dates, signs or encodings changed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from labsvc.core.identity import readings_digest
from labsvc.core.matching.units import units
from labsvc.driver import CountRun, ParseError
from labsvc.driver.table import TableDriver
from labsvc.errors import ConfigError
from labsvc.model.capture import Capture
from labsvc.model.filing import CaptureState
from labsvc.model.locale import UNTOLD, Locale
from labsvc.service.registry import load_drivers
from labsvc.service.settings import SourceSettings, read_settings
from labsvc.service.watching.sources import Intake
from labsvc.service.work.refiling import Refiler
from tests.bench import NOW, Bench, bench
from tests.driver.tables.examples import WIZARD
from tests.driver.tables.examples import driver as table

FOLDER = Path(__file__).parent
APRIL, MARCH = datetime(2026, 4, 3), datetime(2026, 3, 4)
DAY_FIRST, MONTH_FIRST = Locale(dates="day_first"), Locale(dates="month_first")


def sample(name: str, pattern: str, new: str) -> bytes:
    """A driver's sample with everything that fits the pattern replaced."""
    text = (FOLDER / name).read_bytes().decode("cp1252")
    changed, times = re.subn(pattern, new, text)
    assert times
    return changed.encode("cp1252")


HIDEX = sample("hidex300/data/Blanks_3.csv", r"EndTime;\d+/\d+/\d+", "EndTime;03/04/2026")
ALOKA = sample("aloka/data/decimal_commas.csv", r"\d+/\d+/2026|2026/\d+/\d+", "03/04/2026")
ENVISION = sample("envision/data/two_plates.csv", r"\d+/\d+/2026", "3/4/2026")
ONE_CYCLE = ALOKA.partition(b"\r\n\r\n")[0] + b"\r\n"
AMBIGUOUS = {"aloka": ALOKA, "envision": ENVISION}


def parsed(driver: str, content: bytes, locale: Locale = UNTOLD) -> CountRun:
    capture = Capture("a.csv", "s", NOW, content, locale=locale)
    (run,) = load_drivers().named(driver).parse(capture)
    assert isinstance(run, CountRun)
    return run


def day(run: CountRun) -> datetime | None:
    at = run.counted_at
    return None if at is None else datetime(at.year, at.month, at.day)


@pytest.mark.parametrize("driver", AMBIGUOUS)
def test_a_date_of_two_readings_is_no_date_and_the_setting_is_named(driver: str) -> None:
    """03/04/2026: null, the text kept, and a warning that tells what to write where."""
    run = parsed(driver, AMBIGUOUS[driver])
    assert run.counted_at is None
    assert {reading.counted_at for reading in run.readings} == {None}
    assert re.match("0?3/0?4/2026 ", run.counted_at_text or "")
    (warning,) = run.warnings
    assert "locale: {dates: day_first} or {dates: month_first} into its source" in warning


@pytest.mark.parametrize("driver", [*AMBIGUOUS, "hidex300"])
@pytest.mark.parametrize(("locale", "expected"), [(DAY_FIRST, APRIL), (MONTH_FIRST, MARCH)])
def test_the_source_settles_the_order(driver: str, locale: Locale, expected: datetime) -> None:
    """And nothing is left to warn of."""
    run = parsed(driver, {**AMBIGUOUS, "hidex300": HIDEX}[driver], locale)
    assert day(run) == expected
    assert run.warnings == ()


def test_no_other_driver_meets_a_date_of_two_readings() -> None:
    """The others print a month's name, the year first, or no date: there is nothing to tell."""
    drivers = load_drivers().drivers
    open_ = {name for name, driver in drivers.items() if "dates" in driver.locale}
    assert open_ == {*AMBIGUOUS, "hidex300"}


def test_hidex_dates_are_day_first_and_the_unproved_are_said() -> None:
    """The order that every known file of it has, with a warning that names the setting."""
    run = parsed("hidex300", HIDEX)
    assert day(run) == APRIL
    (warning,) = run.warnings
    assert "no date in this file proves it" in warning
    assert "locale: {dates: day_first}" in warning


@pytest.mark.parametrize(
    ("driver", "content", "told"),
    [
        ("aloka", ALOKA.replace(b"03/04/2026", b"17/04/2026"), MONTH_FIRST),
        ("envision", ENVISION.replace(b"3/4/2026", b"3/17/2026"), DAY_FIRST),
        ("hidex300", HIDEX.replace(b"03/04/2026", b"17/04/2026"), MONTH_FIRST),
    ],
)
def test_a_file_that_contradicts_its_source_is_refused(
    driver: str, content: bytes, told: Locale
) -> None:
    """One of the two is wrong, and the other files of the source may be read wrong."""
    with pytest.raises(ParseError, match=r"source\s+tells"):
        parsed(driver, content, told)


@pytest.mark.parametrize("driver", ["aloka", "envision", "hidex300"])
def test_a_file_that_shows_its_order_needs_no_source(driver: str) -> None:
    """With and without a word from the source: the same record, to the last extra."""
    content = {**AMBIGUOUS, "hidex300": HIDEX}[driver]
    shown = re.sub(rb"0?3/0?4/2026", b"17/04/2026", content)
    assert parsed(driver, shown) == parsed(driver, shown, DAY_FIRST)
    assert day(parsed(driver, shown)) == datetime(2026, 4, 17)


def test_a_decimal_comma_is_read_where_the_source_tells_of_it() -> None:
    """The same figures as with points; without it the file is refused."""
    comma = re.sub(rb"(?m)^((?:CPM|DTime|QPE);\d+)\.", rb"\1,", HIDEX)
    assert comma != HIDEX
    with pytest.raises(ParseError, match="decimal commas are not part"):
        parsed("hidex300", comma)
    told = parsed("hidex300", comma, Locale("comma", "day_first"))
    plain = parsed("hidex300", HIDEX, DAY_FIRST)
    assert [(r.channels, r.live_time_s, r.quench, r.flags) for r in told.readings] == [
        (r.channels, r.live_time_s, r.quench, r.flags) for r in plain.readings
    ]


@pytest.mark.parametrize(
    ("driver", "content", "told"),
    [
        ("hidex300", HIDEX, Locale("comma")),
        ("aloka", ALOKA, Locale("point")),
        ("aloka", ALOKA.replace(b",", b"."), Locale("comma")),
    ],
)
def test_the_other_decimal_sign_is_refused(driver: str, content: bytes, told: Locale) -> None:
    """1.234 may be a thousand: a sign that was ruled out is never read as one."""
    with pytest.raises(ParseError, match="locale of its source tells that the decimal sign is a"):
        parsed(driver, content, told)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252", "cp850", "shift_jis"])
def test_text_without_a_mark_is_read_in_the_encoding_that_is_told(encoding: str) -> None:
    """Sample names as they were typed; UTF-16 as Windows writes it."""
    name = "試料 7" if encoding == "shift_jis" else "Käfer µ" if encoding != "cp850" else "Käfer"
    text = (FOLDER / "wizard2/data/005120.csv").read_text("utf-8").replace(",Total", f",{name}")
    lines = text.split("\n")
    row = lines[1].split(",")
    row[9] = name
    text = "\r\n".join([lines[0], ",".join(row), ""])
    codec = "utf-16-le" if encoding == "utf-16" else encoding
    run = parsed("wizard2", text.encode(codec), Locale(encoding=encoding))  # type: ignore[arg-type]
    assert run.readings[0].sample == name


def test_bytes_that_are_not_in_the_told_encoding_are_refused() -> None:
    """With the encoding, the byte and where it stands."""
    content = (FOLDER / "wizard2/data/005120.csv").read_bytes().replace(b"1", b"\xff", 1)
    with pytest.raises(ParseError, match=r"0xff at offset \d+ is no text in utf-8, which the"):
        parsed("wizard2", content, Locale(encoding="utf-8"))


def test_a_table_driver_takes_what_it_leaves_open_from_the_source() -> None:
    """And keeps what its own file says."""
    content = WIZARD.encode()
    own = table("wizard-1470")
    open_ = TableDriver(replace(own.spec, date_order=None))
    assert open_.locale == ("dates", "encoding")
    assert own.locale == ("encoding",)

    def first(one: TableDriver, locale: Locale) -> datetime | None:
        (run,) = one.parse(Capture("a.csv", "s", NOW, content, locale=locale))
        assert isinstance(run, CountRun)
        return run.readings[0].counted_at

    assert first(open_, UNTOLD) is None
    assert first(open_, DAY_FIRST) == first(own, MONTH_FIRST) == datetime(2026, 4, 3, 14, 5)
    assert first(open_, MONTH_FIRST) == datetime(2026, 3, 4, 14, 5)


# -- through the settings and the line ----------------------------------------------------------


def test_the_settings_of_a_source_tell_its_locale(tmp_path: Path) -> None:
    """Each key a word of ours; a port has none."""
    path = tmp_path / "labsvc.yaml"
    path.write_text(
        "sources: [{name: a, folder: x, locale: {decimal: comma, dates: day_first,"
        " encoding: cp1252}}, {name: b, folder: y}]"
    )
    first, second = read_settings(path).sources
    assert first.locale == Locale("comma", "day_first", "cp1252")
    assert second.locale == UNTOLD
    path.write_text("sources: [{name: a, port: COM1, driver: d, locale: {dates: day_first}}]")
    with pytest.raises(ConfigError, match="is a port: it has no locale"):
        read_settings(path)


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path / "home") as made:
        yield made


def test_a_locale_that_its_driver_cannot_use_is_an_error(lab: Bench, tmp_path: Path) -> None:
    """A setting without effect would be believed."""
    source = SourceSettings("w", "wizard2", "UTC", folder=tmp_path, locale=DAY_FIRST)
    with pytest.raises(ConfigError, match="source 'w' tells dates in its locale, but driver wiz"):
        Intake(lab.home, load_drivers(), lambda: None).folder(source)


def test_what_the_source_tells_stays_with_the_capture(lab: Bench, tmp_path: Path) -> None:
    """From the folder through the inbox into the archive, with the time that was read."""
    out = tmp_path / "hidex"
    out.mkdir()
    (out / "a.csv").write_bytes(ONE_CYCLE)
    source = SourceSettings("h", "aloka", "UTC", folder=out, quiet_seconds=0.0, locale=MONTH_FIRST)
    intake = Intake(lab.home, load_drivers(), lambda: None)
    assert intake.folder(source).scan().taken == ("a.csv",)
    lab.work()
    stored = lab.only_run()
    whole = json.loads(lab.home.archive.read(stored.folder.split("/revision-")[0], "run.json"))
    assert whole["capture"]["locale"] == {"dates": "month_first"}
    assert whole["records"][0]["counted_at"].startswith("2026-03-04")


def test_a_capture_that_was_set_aside_keeps_its_locale(lab: Bench) -> None:
    """Released, it is read as its source told."""
    capture = Capture("x.csv", "s", datetime.now(UTC), b"junk", locale=Locale("comma"))
    folder = lab.home.quarantine.put(capture, "no driver")
    assert lab.home.quarantine.read(folder).locale == Locale("comma")


def test_a_setting_that_is_added_later_settles_a_filed_run(lab: Bench) -> None:
    """The run analysed again has other readings: those with their times."""
    outcome = lab.sees("a.csv", ONE_CYCLE, driver="aloka")
    assert outcome.state is CaptureState.FILED
    stored = lab.only_run()
    source = SourceSettings(outcome.source, "aloka", "UTC", folder=Path("x"), locale=DAY_FIRST)
    told = replace(lab.home, settings=replace(lab.home.settings, sources=(source,)))
    filed = Refiler(replace(lab.line, home=told)).refile(stored, "order of dates told")
    assert filed.revision == 2
    zone = ZoneInfo("UTC")
    capture = Capture("a.csv", outcome.source, NOW, ONE_CYCLE, locale=DAY_FIRST)
    (unit,) = units(parsed("aloka", ONE_CYCLE, DAY_FIRST), capture, "aloka", zone)
    assert filed.readings_digest == readings_digest(unit) != stored.readings_digest
