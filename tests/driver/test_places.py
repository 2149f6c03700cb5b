"""Places that were met before, and how often."""

from __future__ import annotations

import pytest

from labsvc.driver import Places, Visits


def test_a_place_is_met_when_it_comes_again() -> None:
    """In its own group only."""
    places = Places()
    assert not places.met("cycle 1", "7")
    assert not places.met("cycle 2", "7")
    assert places.met("cycle 1", "7")


@pytest.mark.parametrize(
    "place", ["0", "01", "1", "A01", "٣", "²", "", "1234567890123", "-1", "63"]
)
def test_no_place_is_taken_for_another(place: str) -> None:
    """``1`` and ``01``, wells, and numbers beyond any rack."""
    places = Places()
    others = {"0", "01", "1", "001", "A01", "B01", "64", "1234567890124", "٣", "²", "", "-1", "63"}
    for other in others - {place}:
        places.met("g", other)
    assert not places.met("g", place)
    assert places.met("g", place)


def test_each_of_ten_thousand_places_is_known_again() -> None:
    """Whatever word of bits it lies in."""
    places = Places()
    assert not any(places.met("g", str(n)) for n in range(10_000))
    assert all(places.met("g", str(n)) for n in range(10_000))


def test_visits_are_counted_by_place() -> None:
    """First, second, third; another place begins at one."""
    visits = Visits()
    times = ("9:00", "9:10", "9:20")
    assert [visits.count("run", "7", when) for when in times] == [1, 2, 3]
    assert visits.count("run", "8", "9:00") == 1
    assert visits.count("another run", "7", "9:00") == 1


def test_a_place_is_not_counted_twice_at_one_time() -> None:
    """Also not where it was counted at another time in between."""
    visits = Visits()
    assert [visits.count("run", "7", when) for when in ("9:00", "9:10", "9:00", "9:10")] == [
        1, 2, 0, 0,
    ]  # fmt: skip


def test_a_group_is_not_its_spelling() -> None:
    """A place that holds the mark between two parts is another place."""
    visits = Visits()
    assert visits.count(("a", "b"), "c", "d") == 1
    assert visits.count(("a",), "b', 'c", "d") == 1
    assert visits.count(("a", "b', 'c"), "", "d") == 1
