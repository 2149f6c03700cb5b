"""From a vial to a run with one reading."""

import pytest

from labsvc.driver import Channel, ParseError
from labsvc_drivers.triathler.report import Vial
from labsvc_drivers.triathler.runs import run_of


def vial(**changed: str) -> Vial:
    values = {"protocol": "H3", "number": "2", "date": "05 Jan.2026", "clock": "9:41:07"} | changed
    return Vial(1, **values, read_outs=[(1, 60), (2, 44)], spectrum=b"\xfc", bitsum="7")  # type: ignore[arg-type]


def test_the_rate_is_the_last_read_out_and_says_so() -> None:
    """No line with a final result is known; neither counts nor a live time are made up."""
    run = run_of(vial())
    (reading,) = run.readings
    assert reading.channels == (Channel("R", cpm=44.0),)
    assert (reading.flags, reading.live_time_s) == (("last_read_out",), None)
    assert "last read-out of the running count" in run.warnings[0]


def test_spectrum_and_bitsum_are_kept_as_they_came() -> None:
    """How Bitsum is computed nobody has found out."""
    extras = run_of(vial()).extras
    assert (extras["spectrum"], extras["Bitsum"]) == ("fc", "7")


def test_protocol_sample_and_time_make_the_key() -> None:
    """The same vial sent twice has one key."""
    assert run_of(vial()).run_key == "triathler H3 sample 2 05 Jan.2026 9:41:07"


@pytest.mark.parametrize("date", ["05 Jan.2026", "5 January 2026", "05 JAN2026"])
def test_a_month_is_known_by_its_first_letters(date: str) -> None:
    """In English."""
    assert str(run_of(vial(date=date)).counted_at) == "2026-01-05 09:41:07"


@pytest.mark.parametrize("changed", [{"date": "05 Tam.2026"}, {"date": "31 Feb.2026"},
                                     {"clock": "24:00:00"}])  # fmt: skip
def test_what_is_no_date_is_refused(changed: dict[str, str]) -> None:
    """With the text that was found."""
    with pytest.raises(ParseError, match="line 1: found the date"):
        run_of(vial(**changed))
