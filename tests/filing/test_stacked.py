"""Figures below each other."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from labsvc.filing.raster import png
from labsvc.filing.stacked import stacked

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}" role="img"><rect width="{w}" height="{h}" fill="#000"/></svg>'  # noqa: E501


def figure(width: int, height: int) -> str:
    return SVG.format(w=width, h=height)


def test_figures_stand_below_each_other_and_are_equally_wide() -> None:
    """Each keeps its own proportions."""
    root = ElementTree.fromstring(stacked([figure(100, 50), figure(200, 80)]))
    inner = [(float(one.get("y", "0")), float(one.get("width", "0")), float(one.get("height", "0")))
             for one in root]  # fmt: skip
    assert inner == [(0, 200, 100), (116, 200, 80)]
    assert (root.get("width"), root.get("height")) == ("200.00", "196.00")


def test_it_can_be_drawn() -> None:
    """As the mail's picture: the gap between is white."""
    assert png(stacked([figure(100, 50), figure(100, 50)]), width=100).startswith(b"\x89PNG")


def test_what_is_no_figure_is_refused() -> None:
    with pytest.raises(ValueError, match="without width and height"):
        stacked(["<p>not a figure</p>"])
