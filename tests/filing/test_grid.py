"""The axes of a panel."""

from __future__ import annotations

import re

from labsvc.filing.grid import Room, grid

ROOM = Room(348.0, 250.0, 56.0, (-7.0, 107.0), percent=True)
DOSES: frozenset[float | None] = frozenset([1e-9, 1e-5])


def test_panels_of_one_dilution_series_share_their_axes() -> None:
    """Drawn once; another range of responses is another drawing."""
    first = grid(ROOM, DOSES)
    assert grid(Room(*ROOM), frozenset([1e-5, 1e-9])) is first
    assert grid(ROOM._replace(responses=(0.0, 50.0)), DOSES).svg != first.svg


def test_axes_have_a_name_for_each_look() -> None:
    """Figures of several plates in one page: none is drawn with the axes of another."""
    names = {
        re.search(r'id="(.+?)"', grid(ROOM._replace(responses=(0.0, top)), doses).svg)[1]
        for top in (50.0, 60.0)
        for doses in (DOSES, DOSES | {0.0})
    }
    assert len(names) == 4


def test_a_zero_breaks_the_axis_and_has_its_label() -> None:
    """Its place is left of the first decade."""
    with_zero = grid(ROOM, DOSES | {0.0})
    assert with_zero.x_labels[0].says == "0"
    assert with_zero.x_labels[0].at < with_zero.place.across.start
    assert grid(ROOM, DOSES).x_labels[0].says != "0"
