"""Files that make one run, joined: plain, the same from the same parts, and nobody else's ZIP."""

from __future__ import annotations

import hashlib
import json
import tracemalloc
import zipfile
from io import BytesIO
from itertools import permutations

import pytest

from labsvc.model.joined import PARTS, Part, is_marked, joined, parts_of

VIALS = (Part("1.bin", b"one\0"), Part("10.bin", b""), Part("2.bin", bytes(range(256))))


def zipped(members: dict[str, bytes], kind: int = zipfile.ZIP_STORED) -> bytes:
    written = BytesIO()
    with zipfile.ZipFile(written, "w", kind) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return written.getvalue()


def test_what_was_joined_is_had_again() -> None:
    """Every part with its name and its bytes; the name of a part may be any text."""
    odd = (*VIALS, Part("../a\\xe4/b:c\n.bin", b"x"), Part("labsvc-parts.json", b"y"))
    assert set(parts_of(joined(odd)) or ()) == set(odd)


def test_the_same_parts_in_any_order_are_the_same_bytes() -> None:
    """Its digest is its identity, as that of any capture; a part twice is a part once."""
    made = {joined(order) for order in permutations(VIALS)} | {joined((*VIALS, *VIALS))}
    assert len(made) == 1
    assert joined(VIALS[:2]) not in made


def test_any_program_opens_it() -> None:
    """A plain ZIP: the bytes as they are, and a list with name, size and SHA-256 of each."""
    content = joined(VIALS)
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [PARTS, "1.bin", "10.bin", "2.bin"]
        assert archive.read("2.bin") == VIALS[2].content
        listed = json.loads(archive.read(PARTS))["parts"]
    assert VIALS[2].content in content
    assert [one["sha256"] for one in listed] == [
        hashlib.sha256(one.content).hexdigest() for one in VIALS
    ]


def test_names_that_a_system_would_take_for_one_lie_side_by_side() -> None:
    """Capitals are none on Windows, and counters give a name again and again."""
    parts = (Part("SN.XLS", b"1"), Part("SN.XLS", b"2"), Part("sn.xls", b"3"))
    with zipfile.ZipFile(BytesIO(joined(parts))) as archive:
        names = archive.namelist()
    assert len({name.casefold() for name in names}) == 4
    assert set(parts_of(joined(parts)) or ()) == set(parts)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04",
        zipped({"a.txt": b"1"}),
        zipped({PARTS: b'{"parts": []}', "a.txt": b"1"}),
        zipped({PARTS: b'{"parts": [{"name": "a", "member": "gone"}]}'}),
        zipped({PARTS: b"[1]"}),
        zipped({PARTS: b"no json"}),
        zipped({PARTS: b'{"parts": ' + b"[" * 100_000}),
        zipped({PARTS: b'{"parts": []}'}, zipfile.ZIP_DEFLATED),
        joined(VIALS) + b"more",
        joined(VIALS)[:-5],
        joined(VIALS).replace(b"one", b"two"),
    ],
)  # fmt: skip
def test_what_was_not_joined_here_is_no_joined_run(content: bytes) -> None:
    """Somebody's workbook or archive, one that was altered, one cut short: never taken apart."""
    assert parts_of(content) is None


def test_any_altered_byte_makes_it_no_joined_run() -> None:
    """Each bit of each byte in turn: refused, and never an error of another kind."""
    whole = joined((Part("1.bin", b"one"),))
    for place in range(len(whole)):
        for bit in range(8):
            altered = bytearray(whole)
            altered[place] ^= 1 << bit
            assert parts_of(bytes(altered)) is None, place


def test_kilobytes_that_would_be_gigabytes_are_not_read() -> None:
    """One member listed ten thousand times: known by what the list adds up to."""
    listed = [{"name": str(n), "member": "a"} for n in range(10_000)]
    hostile = zipped({PARTS: json.dumps({"parts": listed}).encode(), "a": b"x" * 1_000_000})
    tracemalloc.start()
    try:
        assert parts_of(hostile) is None
        assert tracemalloc.get_traced_memory()[1] < 30_000_000
    finally:
        tracemalloc.stop()


def test_the_head_says_what_it_may_be() -> None:
    """So that nobody unpacks every workbook to find out."""
    assert is_marked(joined(VIALS))
    assert not is_marked(zipped({"xl/workbook.xml": b"1"}))
