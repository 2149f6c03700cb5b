"""The axes of a panel."""

from __future__ import annotations

from dataclasses import replace

from labsvc.filing.grid import Room, grid

ROOM = Room(348.0, 250.0, 56.0, (-7.0, 107.0), percent=True)


def test_panels_of_one_dilution_series_share_their_axes() -> None:
    """Drawn once; another range of responses is another drawing."""
    first = grid(ROOM, (-9.0, -5.0), has_zero=False)
    assert grid(replace(ROOM), (-9.0, -5.0), has_zero=False) is first
    assert grid(replace(ROOM, responses=(0.0, 50.0)), (-9.0, -5.0), has_zero=False).svg != first.svg


def test_a_zero_breaks_the_axis_and_has_its_label() -> None:
    """Its place is left of the first decade."""
    with_zero = grid(ROOM, (-9.0, -5.0), has_zero=True)
    assert with_zero.x_labels[0].says == "0"
    assert with_zero.x_labels[0].at < with_zero.place.across.start
    assert grid(ROOM, (-9.0, -5.0), has_zero=False).x_labels[0].says != "0"


def test_a_hostile_axis_title_is_escaped() -> None:
    svg = grid(replace(ROOM, x_title="<b>\x1b"), (-9.0, -5.0), has_zero=False).svg
    assert "&lt;b&gt;\ufffd" in svg
