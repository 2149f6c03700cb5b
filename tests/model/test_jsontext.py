"""JSON text: what was written is what is read, whatever is in it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsvc.model.jsontext import compact, compact_ascii, compact_each

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(VALUES)
def test_what_is_written_is_read_again(value: Any) -> None:
    """Every number to its last bit; half surrogates, as names of no UTF-8 have them, too."""
    assert json.loads(compact(value)) == value
    assert json.loads(compact_ascii(value)) == value


@given(st.lists(VALUES, max_size=4))
def test_many_values_are_written_as_each_of_them(values: list[Any]) -> None:
    assert compact_each(iter(values)) == [compact(one) for one in values]


@given(VALUES)
def test_text_for_the_database_is_ascii(value: Any) -> None:
    assert compact_ascii(value).isascii()


def test_the_order_of_keys_makes_no_other_text() -> None:
    assert compact({"b": 1, "a": [2.5e-9, "µ"]}) == compact({"a": [2.5e-9, "µ"], "b": 1})


@pytest.mark.parametrize(("letter", "text"), [("µ", r'"\u00b5"'), ("😀", r'"\ud83d\ude00"')])
def test_letters_beyond_ascii_are_escaped_as_json_has_them(letter: str, text: str) -> None:
    assert compact_ascii(letter) == text
