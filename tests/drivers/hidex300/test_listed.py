"""What the columns of the list become."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from labsvc.driver import Capture, CountRun, Locale, ParseError
from labsvc_drivers.hidex300 import Hidex300
from labsvc_drivers.hidex300.listed import UNSEEN, channel_columns

DATA = Path(__file__).parent / "data"
DUAL, LIST = (DATA / "dual.csv").read_bytes(), (DATA / "list.csv").read_bytes()


def run_of(content: bytes, locale: Locale | None = None) -> CountRun:
    capture = Capture("a.csv", "t", datetime(2026, 1, 5, tzinfo=UTC), content,
                      locale=locale or Locale())  # fmt: skip
    (run,) = Hidex300().parse(capture)
    assert isinstance(run, CountRun)
    return run


def test_every_window_is_a_channel_of_its_own() -> None:
    """Dual label: both rates of each vial, under the names that the full export has."""
    readings = run_of(DUAL).readings
    assert [[(c.name, c.cpm) for c in r.channels] for r in readings[:2]] == [
        [("ROI1", 18.25), ("ROI2", 4.5)],
        [("ROI1", 151230.4), ("ROI2", 96.02)],
    ]
    assert channel_columns(("Pos", "CPM", "CPMroi12", "CPM%")) == {"CPM": "1", "CPMroi12": "ROI12"}


def test_nothing_is_made_of_what_is_not_known() -> None:
    """The unit of Time and what is off the rates: null, and the cells kept."""
    reading = run_of(LIST).readings[0]
    assert (reading.live_time_s, reading.channels[0].counts) == (None, None)
    assert reading.channels[0].corrected == ()
    assert reading.extras["Time"] == "120"
    assert reading.quench is None


def test_a_list_says_that_none_was_ever_seen() -> None:
    """The full export is beta; the list is a draft."""
    assert run_of(DUAL).warnings == (UNSEEN,)


def test_a_date_of_two_readings_is_no_date_and_the_setting_is_named() -> None:
    """03/04/2026: null, the text kept, and a warning that tells what to write where."""
    run = run_of(LIST)
    assert run.counted_at is None
    assert {reading.counted_at for reading in run.readings} == {None}
    assert run.counted_at_text == "03/04/2026 9:12:20"
    assert "locale: {dates: day_first} or {dates: month_first} into its source" in run.warnings[1]


@pytest.mark.parametrize(
    ("locale", "expected"),
    [
        (Locale(dates="day_first"), datetime(2026, 4, 3, 9, 12, 20)),
        (Locale(dates="month_first"), datetime(2026, 3, 4, 9, 12, 20)),
    ],
)
def test_the_source_settles_the_order(locale: Locale, expected: datetime) -> None:
    """And nothing but the draft is left to warn of."""
    run = run_of(LIST, locale)
    assert (run.counted_at, run.warnings) == (expected, (UNSEEN,))


def test_one_day_above_12_shows_the_order_of_all() -> None:
    """Month first here; a date that reads alike both ways needs no proof."""
    run = run_of(LIST.replace(b"03/04/2026 9:14", b"03/14/2026 9:14"))
    assert [r.counted_at for r in run.readings] == [
        datetime(2026, 3, 4, 9, 12, 20),
        datetime(2026, 3, 14, 9, 14, 28),
    ]
    assert run_of(LIST.replace(b"03/04", b"04/04")).counted_at == datetime(2026, 4, 4, 9, 12, 20)


@pytest.mark.parametrize(
    ("content", "locale", "why"),
    [
        (DUAL, Locale(dates="month_first"), r"as the locale of its source tells \(month_first\)"),
        (DUAL, Locale(decimal="point"), "locale of its source tells that the decimal sign is a po"),
        (DUAL.replace(b",", b"."), Locale(decimal="comma"), "that the decimal sign is a comma: c"),
    ],
)
def test_a_file_that_contradicts_its_source_is_refused(
    content: bytes, locale: Locale, why: str
) -> None:
    """One of the two is wrong."""
    with pytest.raises(ParseError, match=why):
        run_of(content, locale)


def test_the_same_figures_with_points_are_the_same_readings() -> None:
    """Rates and quench index; what is kept as text stays as printed."""
    points, commas = run_of(DUAL.replace(b",", b".")), run_of(DUAL)
    assert [(r.channels, r.quench) for r in points.readings] == [
        (r.channels, r.quench) for r in commas.readings
    ]


def test_a_comma_that_could_part_thousands_is_said() -> None:
    """1,234 everywhere; one figure such as 0,583 or 8421,75 shows that it does not."""
    rows = b"1;Bkg;1;1,234;17/03/2026 9:12:20\r\n2;Bkg;1;850;17/03/2026 9:14:20\r\n"
    content = b"Pos;SampleType;Rpt;CPM;EndTime\r\n" + rows
    run = run_of(content)
    assert run.readings[0].channels[0].cpm == 1.234
    assert "figures such as '1,234' could hold a thousands mark" in run.warnings[1]
    for shown in (content.replace(b"850", b"0,583"), content.replace(b"850", b"8421,75")):
        assert run_of(shown).warnings == (UNSEEN,)
    assert run_of(content, Locale(decimal="comma")).warnings == (UNSEEN,)


def test_a_cycle_of_its_own_parts_two_counts_of_a_vial() -> None:
    """Without that column the second would be the first again."""
    again = DUAL.replace(b"Rpt;", b"Rpt;Cycle;").replace(b";1;60", b";1;1;60")
    content = again.replace(b"A03;Sample;2;60", b"A03;Sample;1;2;60")
    assert [(r.position, r.cycle, r.repeat) for r in run_of(content).readings[2:]] == [
        ("A03", 1, 1),
        ("A03", 2, 1),
    ]
