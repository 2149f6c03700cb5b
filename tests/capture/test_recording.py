"""Recordings: what was read and when, as text."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsvc.capture.recording import Chunk, Recording, head_of, line_of, read_recording
from labsvc.errors import ParseError

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HEAD = head_of("/dev/ttyUSB0", "1200 7E1", NOON)


def written(*chunks: Chunk) -> bytes:
    return (HEAD + "".join(map(line_of, chunks))).encode("ascii")


@given(st.lists(st.tuples(st.integers(0, 10_000), st.binary(max_size=80)), max_size=20))
def test_every_byte_and_every_time_comes_back(reads: list[tuple[int, bytes]]) -> None:
    """Whatever the bytes are, also spaces at either end and nothing at all."""
    times = sorted(time for time, _ in reads)
    chunks = tuple(Chunk(time, content) for time, (_, content) in zip(times, reads, strict=True))
    assert read_recording(written(*chunks)) == Recording(chunks, "1200 7E1")


def test_the_format_is_the_one_that_is_documented() -> None:
    """A person can read it, and write one."""
    assert written(Chunk(0, b"9,1\r\n"), Chunk(1250, b"\\ \x02\xff ")).decode() == (
        "# labsvc recording 1\n# port: /dev/ttyUSB0\n# settings: 1200 7E1\n"
        "# started: 2026-03-02T12:00:00.000+00:00\n"
        "0 9,1\\r\\n\n1250 \\\\ \\x02\\xff\\x20\n"
    )


def test_a_line_that_was_being_written_is_left_out_and_told() -> None:
    """The recorder was killed; everything before it is whole."""
    whole = written(Chunk(0, b"one"), Chunk(5, b"two"))
    for cut in range(len(whole) - len("5 two\n") + 1, len(whole)):
        recording = read_recording(whole[:cut])
        assert (recording.content, recording.cut_short) == (b"one", True)


def test_line_ends_of_windows_and_remarks_do_not_matter() -> None:
    """Somebody opened it in an editor."""
    text = written(Chunk(0, b"one")).replace(b"\n", b"\r\n") + b"# here the rack changed\r\n\r\n"
    assert read_recording(text).content == b"one"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"12:30 one", "line 6: found '12:30 one'; expected milliseconds"),
        (b"-1 one", "expected milliseconds"),
        (b"3 one", "not before those above \\(5\\)"),
        (b"7 \\q", "line 6: found '.*q'; expected printable ASCII"),
        (b"7 \\xZZ", "expected printable ASCII"),
        (b"7 \xc3\xa9", "expected printable ASCII"),
    ],
)
def test_a_line_that_is_none_is_refused_with_its_number(line: bytes, said: str) -> None:
    with pytest.raises(ParseError, match=said):
        read_recording(written(Chunk(5, b"one")) + line + b"\n")


def test_another_file_is_no_recording() -> None:
    """Its first line is quoted."""
    with pytest.raises(ParseError, match="line 1: found 'Dear diary'; expected '# labsvc rec"):
        read_recording(b"Dear diary\n")


def test_a_name_of_a_port_cannot_add_lines() -> None:
    """It is a remark on one line."""
    assert head_of("x\n0 forged", "9600 8N1", NOON).count("\n") == 4
