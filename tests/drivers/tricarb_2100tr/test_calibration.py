"""SNC/IPA reports: five sections, each with its own time, whole or refused."""

from datetime import datetime
from pathlib import Path

import pytest

from labsvc.driver import Instrument, ParseError
from labsvc_drivers.tricarb_2100tr.calibration import (
    SECTIONS,
    has_heading,
    read_calibration,
    written,
)

TEXT = (Path(__file__).parent / "data" / "calibration.bin").read_text("ascii")
HERE = Instrument("Packard")


def test_each_figure_has_its_name_nuclide_window_and_unit() -> None:
    """Chi-square has no window, background no nuclide, E2/B no unit: what is printed, no more."""
    run, end = read_calibration(TEXT, 0, HERE)
    assert [(m.name, m.nuclide, m.region, m.value, m.unit) for m in run.measures] == [
        ("efficiency", "C14", "0-156 keV", 91.8, "%"),
        ("chi_square", "C14", None, 18.4, None),
        ("efficiency", "H3", "0-18.6 keV", 55.2, "%"),
        ("chi_square", "H3", None, 21.07, None),
        ("background", None, "0-18.6 keV", 11.42, "cpm"),
        ("background", None, "0-156 keV", 18.03, "cpm"),
        ("E2_B", "C14", "1-156 keV", 560.12, None),
        ("E2_B", "H3", "1-18.6 keV", 270.5, None),
    ]
    assert {(m.limits, m.passed) for m in run.measures} == {(None, None)}
    assert TEXT[end:] == "\n"


def test_a_section_never_inherits_the_time_of_another() -> None:
    """This one ran past midnight: the background is of the next day."""
    run, _ = read_calibration(TEXT, 0, HERE)
    assert run.performed_at == run.measures[0].performed_at == datetime(2026, 3, 2, 23, 5)
    assert run.measures[4].performed_at == datetime(2026, 3, 3, 0, 28)
    assert run.run_key == "tricarb-2100tr SNC/IPA 2026-03-02T23:05"


def test_spacing_does_not_matter() -> None:
    """Columns are filled up with blanks; a terminal program may have closed them up."""
    closed = "\n".join(" ".join(line.split()) for line in TEXT.split("\n"))
    run, _ = read_calibration(TEXT, 0, HERE)
    assert read_calibration(closed, 0, HERE)[0] == run
    assert read_calibration(TEXT.replace("\n", "\n\n"), 0, HERE)[0] == run


@pytest.mark.parametrize("title", list(SECTIONS))
def test_a_section_lost_is_named(title: str) -> None:
    """The one that is missing stands in the message, whole or nothing is read."""
    lines = TEXT.split("\n")
    (first,) = (n for n, line in enumerate(lines) if line.startswith(f"{title} IPA DATA"))
    lost = lines[:first] + lines[first + 1 + len(SECTIONS[title]) :]
    with pytest.raises(ParseError, match=f"expected .*'{title} IPA DATA PROCESSED"):
        read_calibration("\n".join(lost), 0, HERE)


def test_a_last_line_without_its_end_may_not_be_whole() -> None:
    """270.5 may have been 270.50 or 270.58."""
    with pytest.raises(ParseError, match=r"ends at .*270.5' without a line end"):
        read_calibration(TEXT.rstrip("\n")[:-1], 0, HERE)


def test_a_heading_is_known_by_its_date() -> None:
    """Words alone are nobody's; lines of a power failure may stand before it."""
    assert has_heading("POWER FAILURE\n" + TEXT)
    assert not has_heading("C14 IPA DATA PROCESSED - today\n")
    assert not has_heading("see C14 IPA DATA PROCESSED - 02-Mar-2026 23:05 for more\n")


@pytest.mark.parametrize(("value", "region"), [(None, "0-156 keV"), (91.8, None)])
def test_what_was_not_measured_is_not_written(value: float | None, region: str | None) -> None:
    """No 0 in its place, no window of our own."""
    (figure,) = SECTIONS["C14"]
    assert written(figure, 91.8, "0-156 keV") == "   C14 Eff (0-156 keV) = 91.80 %"
    with pytest.raises(ValueError, match="'C14 Eff' with its value and window"):
        written(figure, value, region)
