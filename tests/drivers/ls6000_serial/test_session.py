"""From messages to a run of which nothing is made up."""

from pathlib import Path

from labsvc_drivers.ls6000_serial.messages import write_message
from labsvc_drivers.ls6000_serial.session import read_sessions

ONE = (Path(__file__).parent / "data" / "one_session.bin").read_bytes()


def test_a_reading_holds_its_items_and_no_counts() -> None:
    """Under message type, number and, where it is met again, its count."""
    (run,) = read_sessions(ONE)
    first, second = run.readings
    assert (first.channels, first.live_time_s, first.counted_at) == ((), None, None)
    assert first.extras["D 330"] == "R 8614.40"
    assert (second.extras["D 330"], second.extras["D 330 #2"]) == ("R 140119.80", "R 140007.10")


def test_a_reading_has_no_place_that_a_layout_could_know() -> None:
    """So that the run is held, and never taken for positions 1 and 2."""
    (run,) = read_sessions(ONE)
    assert [one.position for one in run.readings] == ["sample 1", "sample 2"]
    assert "what they mean is not known" in run.warnings[0]


def test_the_user_number_is_the_program() -> None:
    """The one datum whose number the manual gives in the pages at hand."""
    (run,) = read_sessions(ONE)
    assert run.program.number == "4"
    assert run.extras["H 100"] == "I 4"


def test_the_same_session_has_the_same_key_however_it_is_numbered() -> None:
    """Another session, even of the same samples, has another."""
    marks = ("..I 1", "./I 1")

    def key(first: int, extra: str = "") -> str:
        every = [("S", ""), ("D", f"{marks[0]}{extra};{marks[1]}"), ("B", "")]
        content = (write_message(chr(first + n), *one) for n, one in enumerate(every))
        return read_sessions(b"".join(content))[0].run_key

    assert key(32) == key(50)
    assert key(32) != key(32, ";!AI 2")


def test_a_session_without_samples_is_no_run() -> None:
    """Other operations send sessions too."""
    empty = write_message(" ", "S", "") + write_message("!", "B", "")
    assert read_sessions(empty + ONE) == read_sessions(ONE)
