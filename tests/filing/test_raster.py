"""Figures as PNG."""

from __future__ import annotations

import struct
import warnings
from importlib.metadata import metadata

import pytest

from labsvc.filing.figures import curves_svg
from labsvc.filing.raster import png
from tests.filing import example

BLANK = '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40" font-size="20"></svg>'


def written(text):
    line = f'<text x="5" y="28" font-family="Source Sans Pro, sans-serif">{text}</text>'
    return BLANK.replace("></svg>", f">{line}</svg>")


def size(picture):
    return struct.unpack(">II", picture[16:24])


def test_a_picture_is_as_wide_as_asked():
    picture = png(curves_svg(example.result(2)), width=640)
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert size(picture)[0] == 640


@pytest.mark.parametrize("sign", list("µ±−·²³¹⁴⁹₅–×βΩ…′⁻\u2011"))
def test_the_signs_of_the_field_are_drawn_with_our_own_font(sign):
    """Each sign leaves ink of its own: not empty, and not the box for a missing letter."""
    assert png(written(sign)) not in {png(written("\ufffd")), png(BLANK)}


def test_text_in_any_font_family_is_drawn():
    """A family the machine does not have falls back to ours, never to nothing."""
    strange = written("nM").replace("Source Sans Pro", "No Such Family")
    assert png(strange) == png(written("nM"))


def test_the_font_is_found_without_warnings_and_is_free():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        png(BLANK)
    assert "OFL" in (metadata("font-source-sans-pro")["License"] or "")


def test_control_characters_do_not_stop_a_picture():
    assert png(written("a\x00b\x1b")) != png(BLANK)


def test_what_is_no_figure_is_refused():
    with pytest.raises(ValueError, match=r".+"):
        png("not a figure")
