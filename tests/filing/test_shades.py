"""Colours that say more or less at a glance, and figures on them that can be read."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from labsvc.filing.shades import colour_bar, colours, painted, shade_of


def luminance(colour: str) -> float:
    """Relative luminance after WCAG 2, with its exact transfer curve."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_more_counts_are_darker_all_the_way() -> None:
    """So that the order survives a grey print."""
    lights = [luminance(painted(shade)[0]) for shade in range(0, 1001, 25)]
    assert lights == sorted(lights, reverse=True)


@given(st.floats(0, 1))
def test_the_figure_in_a_well_stands_out(share: float) -> None:
    """Contrast of at least 3 to 1, as WCAG wants of large text."""
    colour, ink = painted(shade_of(share))
    light, dark = sorted((luminance(colour), luminance(ink)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 3


def test_a_plate_of_few_and_many_counts_is_shown_by_decades() -> None:
    """Beyond a factor of thirty; a plate of like counts is not."""
    assert colours([10.0, 1000.0]).logarithmic
    assert not colours([900.0, 1000.0]).logarithmic


def test_a_plate_without_counts_has_a_scale_all_the_same() -> None:
    """Nothing was counted, or the same everywhere."""
    assert colours([None, None]).share(0.0) == 0
    assert colours([5.0, 5.0]).share(5.0) == 1


def test_the_bar_runs_from_the_lightest_to_the_darkest() -> None:
    """Forty pieces side by side."""
    fills = re.findall(r'fill="(#\w{6})"', colour_bar(0.0, 0.0, 200.0))
    assert len(fills) == 40
    assert luminance(fills[0]) > luminance(fills[-1])
