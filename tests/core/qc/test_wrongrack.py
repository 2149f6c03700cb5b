"""Places that the counter has passed, and places in words."""

from __future__ import annotations

from labsvc.core.qc.wrongrack import passed_by, spelt
from labsvc.model.protocol import Role
from labsvc.model.run import Reading

PLAN: dict[tuple[str | None, str], Role] = {("21", str(n)): "sample" for n in range(1, 13)}


def seen(*positions: int, rack: str = "21") -> list[Reading]:
    return [Reading(str(n), order, rack=rack) for order, n in enumerate(positions, 1)]


def test_two_planned_places_that_were_passed_are_told() -> None:
    """The counter went from 3 to 6."""
    assert passed_by(PLAN, seen(1, 2, 3, 6)) == [("21", "4"), ("21", "5")]


def test_one_place_alone_is_a_dropped_vial() -> None:
    """And what comes yet was not passed."""
    assert passed_by(PLAN, seen(1, 2, 4)) == []
    assert passed_by(PLAN, seen(1, 2)) == []


def test_vials_counted_in_another_order_are_not_passed() -> None:
    """Downwards, or as a person says: then a later place may come sooner."""
    assert passed_by(PLAN, seen(12, 11, 6)) == []
    wells: dict[tuple[str | None, str], Role] = {(None, "A01"): "total", (None, "A02"): "total"}
    assert passed_by(wells, [Reading("A03", 1)]) == []


def test_each_rack_is_looked_at_by_itself() -> None:
    """The end of a rack that was not counted to its end is no gap in the next."""
    plan = PLAN | {("22", position): role for (_, position), role in PLAN.items()}
    assert passed_by(plan, [*seen(1, 2), *seen(1, 2, rack="22")]) == []


def test_places_are_spelt_by_rack() -> None:
    """A few are named, of many how many more there are."""
    assert spelt([("21", "1"), ("21", "2"), ("22", "1")]) == "rack 21: 1, 2 and rack 22: 1"
    assert spelt([(None, str(n)) for n in range(1, 8)]) == "1, 2, 3, 4 and 3 more"
