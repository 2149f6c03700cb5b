"""What a driver is."""

from collections.abc import Sequence

import pytest

from labsvc.driver import Capture, Driver, Recognition, Record


def test_a_driver_that_lacks_a_method_cannot_be_made() -> None:
    """It is found when the service starts, not when the counter has finished."""

    class Half(Driver):
        title = "Half"
        maturity = "draft"

        def recognises(self, capture: Capture) -> Recognition:
            return Recognition.no("never")

        def parse(self, capture: Capture) -> Sequence[Record]:
            return ()

    with pytest.raises(TypeError, match="simulate"):
        Half()  # type: ignore[abstract]


def test_a_recognition_says_where_it_stopped() -> None:
    """The first line that ruled the capture out."""
    assert Recognition.no("no header", 3) == Recognition(False, "no header", 3)
    assert Recognition.yes("header").line is None
