"""The counter's date and time, read and printed."""

from datetime import datetime

import pytest

from labsvc.driver import ParseError
from labsvc_drivers.tricarb_2100tr.clock import MONTHS, moment, printed


@pytest.mark.parametrize("month", range(1, 13))
def test_a_time_printed_is_the_time_read(month: int) -> None:
    """English names, whatever the computer's own language."""
    at = datetime(2026, month, 3, 9, 5)
    assert printed(at) == f"03-{MONTHS[month - 1]}-2026 09:05"
    assert moment(printed(at), 1) == at


@pytest.mark.parametrize("text", ["31-Feb-2026 09:05", "03-Mrz-2026 09:05", "03-Mar-2026 25:05"])
def test_a_time_on_no_calendar_is_refused(text: str) -> None:
    """In the line where it stands."""
    with pytest.raises(ParseError, match=f"line 7: found '{text}'; expected a date and time"):
        moment(text, 7)
