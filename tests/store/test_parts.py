"""Files that wait for the others of their run: on the disk, whole, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from labsvc.errors import IntegrityError
from labsvc.model.capture import Capture
from labsvc.model.locale import Locale
from labsvc.store.parts import Parts, SetOf

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
RUN = SetOf("/out/run-7", "run-7", "triathler", 3600.0, "triathler", "Europe/Paris", True,
            Locale(decimal="comma"))  # fmt: skip


def vial(number: int, content: bytes | None = None) -> Capture:
    return Capture(f"{number}.bin", "triathler", NOON, content or b"vial %d" % number)


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return Parts(tmp_path / "parts")


def test_what_was_put_is_there_after_a_start(parts: Parts) -> None:
    """With all that is known of the set, and of each file, in the order they came."""
    for number in (2, 1):
        assert parts.add(RUN, vial(number))
    parts.given(RUN, 1, "ab")
    (found,) = Parts(parts.folder).sets()
    assert (found.of, found.given, found.sha256) == (RUN, 1, "ab")
    assert [(one.number, one.name, one.received_at) for one in found.parts] == [
        (1, "2.bin", NOON), (2, "1.bin", NOON)]  # fmt: skip
    assert Parts(parts.folder).content(RUN, found.parts[1]) == b"vial 1"
    assert parts.sets() == [found]


def test_the_same_file_again_is_nothing_new(parts: Parts) -> None:
    """A scan that died before it was noted takes it once more."""
    assert parts.add(RUN, vial(1))
    assert not parts.add(RUN, vial(1))
    assert not Parts(parts.folder).add(RUN, vial(1))
    assert parts.add(RUN, vial(1, b"other bytes"))
    (found,) = parts.sets()
    assert [one.number for one in found.parts] == [1, 2]


def test_sets_are_told_apart_by_source_and_place(parts: Parts) -> None:
    """A folder of one name may lie in two places."""
    for one in (RUN, replace(RUN, place="/out/b/run-7"), replace(RUN, source="other")):
        parts.add(one, vial(1))
    assert len(parts.sets()) == 3


def test_a_set_takes_on_what_its_source_tells_now(parts: Parts) -> None:
    """The patience may have been set anew, the driver named."""
    parts.add(RUN, vial(1))
    parts.given(RUN, 1, "ab")
    parts.add(replace(RUN, patience=60.0), vial(2))
    (found,) = Parts(parts.folder).sets()
    assert (found.of.patience, found.given, len(found.parts)) == (60.0, 1, 2)


def test_a_file_without_its_label_was_never_taken(parts: Parts) -> None:
    """And is swept at the start, as is a set that was being removed."""
    parts.add(RUN, vial(1))
    place = parts.folder / RUN.key
    (place / "000002").write_bytes(b"half")
    other = replace(RUN, source="other")
    parts.add(other, vial(1))
    (parts.folder / other.key / "set.json").unlink()
    again = Parts(parts.folder)
    again.sweep()
    (found,) = again.sets()
    assert len(found.parts) == 1
    assert sorted(one.name for one in place.iterdir()) == ["000001", "000001.json", "set.json"]
    assert not (parts.folder / other.key).exists()


def test_what_is_removed_is_gone(parts: Parts) -> None:
    """Twice is once; and another run may have that place again."""
    parts.add(RUN, vial(1))
    parts.remove(RUN)
    parts.remove(RUN)
    assert (parts.sets(), list(parts.folder.iterdir())) == ([], [])
    assert parts.add(RUN, vial(1))


@pytest.mark.parametrize("name", ["set.json", "000001", "000001.json", "given.json"])
def test_any_altered_file_is_found_and_named(parts: Parts, name: str) -> None:
    """One byte of each kind of file; left as it is."""
    parts.add(RUN, vial(1))
    parts.given(RUN, 1, "ab")
    assert list(Parts(parts.folder).verify()) == []
    file = parts.folder / RUN.key / name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    (sentence,) = Parts(parts.folder).verify()
    assert str(file.parent) in sentence
    assert file.read_bytes() == content


def test_bytes_that_changed_are_not_given_out(parts: Parts) -> None:
    """The capture would be another one, and nobody would know."""
    parts.add(RUN, vial(1))
    (found,) = parts.sets()
    (parts.folder / RUN.key / "000001").write_bytes(b"other")
    with pytest.raises(IntegrityError, match="changed on the disk"):
        parts.content(RUN, found.parts[0])
    assert parts.add(RUN, vial(1))


def test_no_file_is_written_over_one_whose_label_was_damaged(parts: Parts) -> None:
    """What is left of it may still be had."""
    parts.add(RUN, vial(1))
    (parts.folder / RUN.key / "000001.json").write_bytes(b"damaged")
    again = Parts(parts.folder)
    again.add(RUN, vial(2))
    assert (parts.folder / RUN.key / "000001").read_bytes() == b"vial 1"
    assert [one.number for one in again.sets()[0].parts] == [2]
