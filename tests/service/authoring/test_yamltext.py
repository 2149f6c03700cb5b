"""Reading YAML strictly: what is written is what is meant, and faults name their line."""

from __future__ import annotations

import pytest

from labsvc.errors import ConfigError
from labsvc.service.authoring.yamltext import MAX_BYTES, MOST_TWICE, load, read_yaml, survey


def refusal(text: str | bytes) -> str:
    content = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(ConfigError) as caught:
        read_yaml(content, file="x.yaml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1e-9", 1e-9),
        ("no", "no"),
        ("010", 10),
        ("1:10", "1:10"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("2026-03-02 09:05", "2026-03-02 09:05"),
        (".nan", ".nan"),
        ("true", True),
        ("~", None),
        ("'5'", "5"),
    ],
)
def test_a_scalar_means_what_is_written(written: str, meant: object) -> None:
    """YAML 1.1 would read no as False, 010 as 8, 1:10 as 70 and 1e-9 as text."""
    found = load(f"key: {written}\n", file="x.yaml").value["key"]
    assert found == meant
    assert isinstance(found, type(meant))


def test_a_number_keeps_its_spelling() -> None:
    """A lot 007 or a version 1.10 can be had as it was written."""
    values = load("lot: 007\nversion: 1.10\n", file="x.yaml").value
    assert values["lot"].written == "007"
    assert values["version"].written == "1.10"


def test_every_key_and_item_has_its_line() -> None:
    """A fault found later can be put on the line of its key."""
    document = load("a: 1\nb:\n  - x: 1\n    y: 2\n  - {x: 3,\n     y: 4}\n", file="x.yaml")
    assert document.line(("b", 0, "y")) == 4
    assert document.line(("b", 1, "y")) == 6
    assert document.line(("b", 1, "missing")) == 5
    assert str(document.fault(("b", 0), "wrong")) == "x.yaml:3: wrong"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: 2\na: 3\n", "x.yaml:3: the key 'a' is here twice (first on line 1)"),
        ("a:\n\tb: 1\n", "x.yaml:2: found a tab; indent and align with spaces"),
        ("a: &x 1\n", "x.yaml:1: found an anchor (&)"),
        ("a: *x\n", "x.yaml:1: found the alias '*x'"),
        ("a: !!python/object:os.system x\n", "x.yaml:1: found a tag (!)"),
        ("%YAML 1.1\n---\na: no\n", "x.yaml:1: found a % directive"),
        ("a: 1\n---\nb: 2\n", "x.yaml:2: found a second document"),
        ("", "x.yaml: this file is empty"),
        ("# only a comment\n", "x.yaml: this file is empty"),
        ("- 1\n", "x.yaml:1: expected keys and values"),
        ("a: [1, 2\n", "x.yaml:2: this is not YAML"),
        ("a:\n  b: 1\n   c: 2\n", "x.yaml:3: this is not YAML"),
        ("? [a]\n: 1\n", "x.yaml:1: expected a key"),
        ("a: \x07\n", "x.yaml:1: found the control character U+0007"),
    ],
)
def test_what_is_not_plain_yaml_is_refused_on_its_line(text: str, said: str) -> None:
    """Everything that could mean two things, or nothing, is refused in one sentence."""
    assert said in refusal(text)


def test_deep_nesting_is_refused_before_it_is_built() -> None:
    """A hundred thousand brackets neither crash the reader nor take its memory."""
    assert "nested more than 20 levels deep" in refusal("a: " + "[" * 100_000)


def test_a_large_file_is_refused_unread() -> None:
    """A measurement file dropped by mistake does not occupy the service."""
    assert "bytes; at most" in refusal(b"#" * (MAX_BYTES + 1))


def test_a_file_of_one_key_again_and_again_is_told_in_bounds() -> None:
    """Each would be a fault of its own, hundreds of thousands of them."""
    _, faults = survey("a: 1\n" * 5000, file="p.yaml")
    assert len(faults) == MOST_TWICE


def test_bytes_are_read_with_any_utf_mark_and_line_end() -> None:
    """Windows editors write marks and CRLF; both are no part of the text."""
    expected = {"a": 1, "b": "µ"}
    for content in (
        "a: 1\r\nb: µ\r\n".encode("utf-8-sig"),
        "a: 1\nb: µ\n".encode("utf-16"),
    ):
        assert read_yaml(content, file="x.yaml").value == expected


def test_bytes_that_are_no_text_are_refused_with_their_line() -> None:
    """An 8-bit code page would be a guess, and binary files are no protocols."""
    assert "x.yaml:2: byte 0xb5 is no UTF-8 text" in refusal(b"a: 1\nb: \xb5M\n")
    assert "U+0000" in refusal(b"a\x00:\x00")


def test_all_duplicate_keys_are_told_at_once() -> None:
    """Lint shows every fault, not the first alone."""
    _, faults = survey("a: 1\na: 2\nb: {c: 1, c: 2}\n", file="x.yaml")
    assert [fault.line for fault in faults] == [2, 3]
