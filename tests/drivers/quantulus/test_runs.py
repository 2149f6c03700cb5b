"""From the registry to runs: times, quench, empty headers."""

from datetime import datetime
from pathlib import Path

import pytest

from labsvc.driver import CountRun, ParseError, Quench
from labsvc_drivers.quantulus.report import read_registry, text_of
from labsvc_drivers.quantulus.runs import moment, runs

TEXT = text_of((Path(__file__).parent / "data" / "REGISTRY.TXT").read_bytes())


def read(text: str) -> tuple[CountRun, ...]:
    return runs(read_registry(text))


def test_live_time_is_ctime_less_dtime2() -> None:
    """5:00.412 less 1.21 s."""
    assert read(TEXT)[0].readings[0].live_time_s == 299.202


def test_a_quench_index_of_zero_is_none() -> None:
    """It is printed where no external standard was measured; the printed text is kept."""
    first, second = read(TEXT)[0].readings
    assert first.quench == Quench("SQP(E)", 742.31)
    assert (second.quench, second.extras["SQP"]) == (None, ".00")


def test_runs_of_one_file_have_their_own_keys() -> None:
    """Instrument, date and folder."""
    assert [run.run_key for run in read(TEXT)] == [
        r"quantulus 2 MON 05 JAN 2026 17:42 C:\QDATA\NET_UPT",
        r"quantulus 2 TUE 06 JAN 2026 08:05 C:\QDATA\NET_UPT",
    ]


def test_an_empty_header_is_said_beside_the_next_run() -> None:
    """A run that was stopped at once does not hide the others."""
    header = TEXT[TEXT.index("TUE 06") : TEXT.index("Q000002N")].replace("TUE 06", "WED 07")
    first, second = read(header + TEXT)
    assert first.warnings[0].startswith("the header of WED 07 JAN 2026 08:05 (line 1) has no rec")
    assert second.warnings == ()


def test_a_weekday_that_does_not_fit_is_a_warning() -> None:
    """5 January 2026 is a Monday."""
    (warning,) = read(TEXT.replace("MON 05", "SUN 05", 1))[0].warnings
    assert warning == "the weekday does not fit the date in 'SUN 05 JAN 2026 17:42'"


def test_a_date_is_read_with_the_weekday_before_or_the_month() -> None:
    """What stands first is known by its letters."""
    expected = datetime(2026, 1, 5, 7, 42)
    assert moment(("MON", "05", "JAN", "2026", "7:42"), 1) == expected
    assert moment(("JAN", "05", "Mon", "2026", "7:42"), 1) == expected


def test_a_date_of_two_months_is_refused() -> None:
    """Nothing says which is meant."""
    with pytest.raises(ParseError, match="line 9: found 'MAR 05 JAN 2026 7:42'"):
        moment(("MAR", "05", "JAN", "2026", "7:42"), 9)
