"""Text from outside is made fit, and fits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape

from labsvc.filing.text import clean, escaped, one_line, shorten, width

XML_ALLOWS = (range(0x20, 0xD800), range(0xE000, 0xFFFE), range(0x10000, 0x110000))


@given(st.text(alphabet=st.characters()))
def test_only_characters_that_xml_allows_are_left(text):
    """XML 1.0 production [2]: tab, line feed, return, and three ranges."""
    left = clean(text)
    assert len(left) == len(text)
    assert all(
        char in "\t\n\r" or any(ord(char) in allowed for allowed in XML_ALLOWS) for char in left
    )


def test_marks_that_turn_the_writing_round_are_shown():
    """A right-to-left override cannot make a name read as another."""
    assert clean("abc\u202edef") == "abc\ufffddef"


def test_letters_of_the_field_and_of_the_world_stay():
    name = "(±)-β-estradiol · µM − 漢字 é\u00a0\U0001f9ea"
    assert clean(name) == name


@given(st.text(max_size=300), st.floats(60, 400))
def test_a_shortened_name_fits_its_room(name, room):
    """Whatever the name: one line, no wider than its room."""
    short = shorten(name, room, 12)
    assert "\n" not in short
    assert width(short, 12) <= room + 12


def test_a_shortened_name_keeps_its_end():
    """Names of a series differ at their ends."""
    first, second = (shorten(f"an-endless-project-name-{n}", 90, 12) for n in ("0171", "0172"))
    assert first != second
    assert "…" in first


def test_line_ends_become_spaces():
    assert one_line(" a\r\n b\t c ") == "a b c"


@given(st.text(alphabet=st.characters()))
def test_escaped_text_is_what_a_template_makes_of_it(text):
    """Cleaned, and escaped by the very rules of the templates, whichever way it takes."""
    assert escaped(text) == str(escape(clean(text)))
