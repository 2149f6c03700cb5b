"""The stream cut into vials: interrupted, noisy, endless, spectra of any bytes."""

from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from labsvc.driver import Fragment, Frame
from labsvc_drivers.triathler.framer import VialFramer

DATA = Path(__file__).parent / "data"
ONE = (DATA / "one_vial.bin").read_bytes()
BOTH = (DATA / "two_vials.bin").read_bytes()


def events(*pieces: bytes) -> list[Frame | Fragment]:
    framer = VialFramer()
    return [event for piece in pieces for event in framer.feed(piece)]


@given(st.lists(st.integers(0, len(BOTH)), max_size=6))
def test_the_pieces_do_not_matter(cuts: list[int]) -> None:
    """Two vials give two frames, wherever the stream is cut."""
    edges = sorted({0, len(BOTH), *cuts})
    found = events(*(BOTH[a:b] for a, b in pairwise(edges)))
    assert found == [Frame(ONE), Frame(BOTH[len(ONE) :])]


def test_an_interrupted_count_is_given_before_the_next() -> None:
    """Only a whole vial is a frame; the broken part is kept."""
    broken, frame = events(ONE[:120], ONE)
    assert broken == Fragment(ONE[:120], "a new count began before Bitsum")
    assert frame == Frame(ONE)


def test_the_bytes_of_a_spectrum_may_be_anything() -> None:
    """A spectrum that spells a preamble, a line end or Bitsum does not cut the vial."""
    start = ONE.index(b"=>Start(binary)\n\r") + 17
    odd = ONE[:start] + b"Name:<\n\rBitsum:12\n\r\x00\x0a\xff" + ONE[start:]
    assert events(*(odd[at : at + 1] for at in range(len(odd)))) == [Frame(odd)]


def test_a_vial_waits_for_its_line_end() -> None:
    """More digits of Bitsum may yet come."""
    framer = VialFramer()
    assert list(framer.feed(ONE[:-2])) == []
    assert list(framer.feed(ONE[-2:-1])) == []
    assert list(framer.feed(ONE[-1:])) == [Frame(ONE)]
    assert framer.pending == b""


def test_what_never_ends_is_given_up() -> None:
    """A stream without Bitsum does not fill the memory."""
    framer = VialFramer()
    found = list(framer.feed(b"x" * 1_000_000))
    assert [type(event) for event in found] == [Fragment]
    assert len(framer.pending) < 100
