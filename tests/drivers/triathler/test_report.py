"""One vial's transmission by its grammar."""

from pathlib import Path

import pytest

from labsvc.driver import ParseError
from labsvc_drivers.triathler.report import ends_whole, first_line, looks_like, read_stream

DATA = Path(__file__).parent / "data"
ONE = (DATA / "one_vial.bin").read_bytes()
START = b"=>Start(binary)\n\r"


def test_only_the_first_vial_has_the_whole_preamble() -> None:
    """The next begin with their read-outs."""
    first, second = read_stream((DATA / "two_vials.bin").read_bytes())
    assert first.preamble == ("05 Jan.2026", "9:41:07")
    assert (second.preamble, second.number) == (None, "2")


def test_read_outs_are_pairs_of_time_and_rate() -> None:
    """As displayed, in order."""
    (vial,) = read_stream(ONE)
    assert vial.read_outs == [(1, 960), (2, 1140), (3, 1104), (4, 1088)]


@pytest.mark.parametrize("odd", [b"\x0a", b"\x00\xff", b"{t 9R: 1\r", b"Bitsum:1\n\r"])
def test_the_bytes_of_a_spectrum_are_never_read_as_text(odd: bytes) -> None:
    """Any value may stand there."""
    (vial,) = read_stream(ONE.replace(START, START + odd, 1))
    assert vial.spectrum.startswith(odd)
    assert vial.bitsum == "48213"


def test_nothing_is_no_transmission() -> None:
    """Nor are line ends."""
    with pytest.raises(ParseError, match="nothing was delivered"):
        tuple(read_stream(b"\n\r\n\r"))


def test_a_transmission_ends_with_the_line_of_bitsum() -> None:
    """Its number may be cut in two, so that only the line end tells."""
    assert ends_whole(ONE)
    assert not ends_whole(ONE[:-2])


def test_a_transmission_is_known_by_a_read_out_below_its_vial() -> None:
    """Either line alone is nobody's."""
    assert looks_like(ONE)
    assert not looks_like(b"{t   5R:  1200\r")
    assert first_line(b"\n\rName:< A >\n\r") == "Name:< A >"
