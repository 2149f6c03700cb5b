"""Changes of lots along a series."""

from __future__ import annotations

from labsvc.core.trends.lots import LotChange, changed_near, lot_changes
from tests.core.trends.charted import daily

LOTS = [{"ligand": "A"}, {}, {"ligand": "A", "filter": "F1"}, {"ligand": "B", "filter": ""}]


def test_a_change_is_where_the_new_lot_first_appears() -> None:
    """A lot that was not written down, or is written down for the first time, is no change."""
    series = daily([0.0] * 4, lots=LOTS)
    assert lot_changes(series) == (LotChange(3, "ligand", "A", "B"),)


def test_only_changes_near_a_place_are_told() -> None:
    """Three runs to either side: a change point is not known better."""
    series = daily([0.0] * 4, lots=LOTS)
    changes = lot_changes(series)
    assert changed_near(changes, series, 0) == "; the ligand changed from A to B at run r3"
    assert changed_near(changes, series, 7) == ""
