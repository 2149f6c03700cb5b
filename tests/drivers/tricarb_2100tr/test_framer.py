"""The stream cut into runs: interrupted, sent again, noisy, endless."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsvc.driver import Fragment, Frame
from labsvc_drivers.tricarb_2100tr.framer import RunFramer

RUN = (Path(__file__).parent / "data" / "one_run.bin").read_bytes()
OTHER = RUN.replace(b"9,14,1", b"9,16,1")
REPORT = (Path(__file__).parent / "data" / "calibration.bin").read_bytes()


def events(*pieces: bytes) -> list[Frame | Fragment]:
    framer = RunFramer()
    return [event for piece in pieces for event in framer.feed(piece)]


@given(st.lists(st.integers(0, 2 * len(RUN)), max_size=6))
def test_the_pieces_do_not_matter(cuts: list[int]) -> None:
    """A run sent twice gives two frames, wherever the stream is cut."""
    stream, edges = RUN + RUN, sorted({0, 2 * len(RUN), *cuts})
    pieces = [stream[a:b] for a, b in pairwise(edges)]
    assert events(*pieces) == [Frame(RUN), Frame(RUN)]


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_a_run_ends_with_the_line_of_its_end_mark(end: bytes) -> None:
    """The end mark alone may yet be followed by its line end."""
    framer = RunFramer()
    assert list(framer.feed(RUN.removesuffix(b"\r\n"))) == []
    assert list(framer.feed(end)) == [Frame(RUN.removesuffix(b"\r\n") + end)]
    assert framer.pending == b""


@pytest.mark.parametrize("cut", range(30, len(RUN) - 8))
def test_a_run_sent_again_from_its_beginning_is_one_frame(cut: int) -> None:
    """The interrupted part is held until the whole run shows that nothing was lost."""
    assert events(RUN[:cut], RUN) == [Frame(RUN)]
    assert events(RUN[:cut] + b"\r\n", RUN) == [Frame(RUN)]


def test_a_second_try_that_broke_off_earlier_than_the_first_loses_nothing() -> None:
    """Interrupted twice, then whole: the shorter part is in the longer, and both are in the run."""
    assert events(RUN[:200], RUN[:80], RUN) == [Frame(RUN)]


def test_a_run_of_a_protocol_with_two_digits_is_sent_again() -> None:
    """Its number may stand directly behind the digits of a broken reading."""
    run = RUN.replace(b"9,0,0", b"12,0,0").replace(b"9,14,", b"12,14,").replace(b"9,EOP", b"12,EOP")
    run = run.replace(b"9,15,", b"12,15,")
    for cut in range(30, len(run) - 9):
        assert events(run[:cut], run) == [Frame(run)]


@pytest.mark.parametrize("cut", [80, 100, 150])
def test_an_interrupted_run_is_given_before_the_next(cut: int) -> None:
    """Another run follows: the broken part is kept, and is not mixed into it."""
    broken, frame = events(RUN[:cut], OTHER)
    assert broken == Fragment(RUN[:cut], "the run broke off before EOP")
    assert frame == Frame(OTHER)


def test_of_two_interruptions_of_one_run_nothing_is_left() -> None:
    """Sent again, interrupted again further on, then whole."""
    assert events(RUN[:90], RUN[:120], RUN) == [Frame(RUN)]


def test_two_interrupted_runs_are_both_given() -> None:
    """Each broken part comes out once, in order."""
    found = events(RUN[:110], OTHER[:110], RUN)
    assert [event.content for event in found] == [RUN[:110], OTHER[:110], RUN]


def test_a_part_held_back_is_still_pending() -> None:
    """What was fed and not given is never forgotten."""
    framer = RunFramer()
    assert list(framer.feed(RUN[:110] + RUN[:90])) == []
    assert framer.pending == RUN[:110] + RUN[:90]


def test_text_before_a_run_is_given_apart() -> None:
    """Lines of a power failure do not spoil the run behind them."""
    noise = b"POWER FAILURE 02-Mar-2026\r\n"
    assert events(noise, RUN) == [Fragment(noise, "text outside a run"), Frame(RUN)]


@given(st.lists(st.integers(0, 2 * len(RUN) + 2 * len(REPORT)), max_size=6))
def test_calibrations_and_runs_come_one_after_the_other(cuts: list[int]) -> None:
    """Each is a frame of its own, wherever the stream is cut."""
    stream = REPORT + RUN + RUN + REPORT
    edges = sorted({0, len(stream), *cuts})
    pieces = [stream[a:b] for a, b in pairwise(edges)]
    assert events(*pieces) == [Frame(REPORT), Frame(RUN), Frame(RUN), Frame(REPORT)]


@pytest.mark.parametrize("cut", [40, 100, 300, len(REPORT) - 10])
@pytest.mark.parametrize("following", [RUN, REPORT.replace(b"Mar-2026", b"Apr-2026")])
def test_an_interrupted_calibration_is_named(cut: int, following: bytes) -> None:
    """A run or the calibration begun again shows that no more comes; nothing is mixed."""
    broken = REPORT[:cut] + b"\r\n"
    fragment, frame = events(broken, following)
    assert isinstance(fragment, Fragment)
    assert fragment.content == broken
    assert "an SNC/IPA calibration report that broke off" in fragment.why
    assert frame == Frame(following)


def test_a_calibration_sent_again_from_its_beginning_is_one_frame() -> None:
    """As with runs: the interrupted part is dropped when all of it came again."""
    assert events(REPORT[:200], REPORT) == [Frame(REPORT)]


@pytest.mark.parametrize("cut", [80, 100, 150])
def test_a_run_that_a_calibration_interrupts_is_given_before_it(cut: int) -> None:
    """Even broken off within a line: the heading's words show where the calibration begins."""
    broken, frame = events(RUN[:cut], REPORT)
    assert broken == Fragment(RUN[:cut], "the run broke off before EOP")
    assert frame == Frame(REPORT)


def test_a_calibration_waits_for_its_last_line() -> None:
    """An hour may pass between its sections: nothing is given, nothing is forgotten."""
    framer = RunFramer()
    assert list(framer.feed(REPORT[:-2])) == []
    assert framer.pending == REPORT[:-2]
    assert list(framer.feed(b"\r\n")) == [Frame(REPORT)]


def test_a_calibration_whose_beginning_was_missed_is_given_for_its_refusal() -> None:
    """The service may have been started in the middle of it: its bytes are kept with the reason."""
    late = REPORT[REPORT.index(b"H3 IPA") :]
    assert events(late) == [Frame(late)]


def test_bytes_that_are_not_ascii_hint_at_the_line_settings() -> None:
    """7E1 read as 8N1 sets the high bit: no header is ever seen, and nothing piles up."""
    wrong = bytes(b | 0x80 if b.bit_count() % 2 else b for b in RUN) * 4
    found = events(*(wrong[at : at + 1] for at in range(len(wrong))))
    assert found
    assert all(isinstance(event, Fragment) and "1200 7E1" in event.why for event in found)


def test_a_run_with_a_damaged_byte_is_no_frame() -> None:
    """It is whole by its end mark, but cannot be read."""
    (event,) = events(RUN.replace(b"3.8034", b"3.\xb8034"))
    assert isinstance(event, Fragment)
    assert "line settings" in event.why


def test_what_never_ends_is_given_up() -> None:
    """A run without an end mark does not fill the memory."""
    framer = RunFramer()
    found = list(framer.feed(RUN[:74] + b"1" * 1_000_000))
    assert [type(event) for event in found] == [Fragment]
    assert len(framer.pending) < 100
