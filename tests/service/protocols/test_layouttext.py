"""The layout language: wells, blocks, slots."""

from __future__ import annotations

import pytest

from labsvc.model.protocol import Layout
from labsvc.service.authoring.yamltext import Path
from labsvc.service.protocols.layouttext import read_layout, series
from labsvc.service.protocols.schema import LayoutText


def read(**keys: object) -> tuple[Layout, list[tuple[Path, str]]]:
    told: list[tuple[Path, str]] = []
    text = LayoutText.model_validate({"plate": 96, **keys})
    return read_layout(text, lambda path, message: told.append((path, message))), told


def test_a_block_is_the_rectangle_between_its_corners() -> None:
    """A01-B02 is four wells; single wells may stand beside it."""
    layout, told = read(total=["a1-B02", "H12"])
    assert dict(layout.roles) == dict.fromkeys(("A01", "A02", "B01", "B02", "H12"), "total")
    assert told == []


def test_a_series_across_has_its_replicates_in_the_rows() -> None:
    """The first corner holds the highest concentration."""
    assert series("A02", "B04", across=True) == (("A02", "B02"), ("A03", "B03"), ("A04", "B04"))
    assert series("A04", "B02", across=True)[0] == ("A04", "B04")


def test_a_series_down_has_its_replicates_in_the_columns() -> None:
    """And it runs upwards when the first corner is the lower one."""
    assert series("A02", "C03", across=False) == (("A02", "A03"), ("B02", "B03"), ("C02", "C03"))
    assert series("C02", "A02", across=False) == (("C02",), ("B02",), ("A02",))


def test_a_slot_runs_the_way_it_says() -> None:
    """The same block across and down."""
    slots = {
        "a": {"wells": "A01-B03", "series": "across"},
        "d": {"wells": "C01-D03", "series": "down"},
    }
    layout, told = read(slots=slots)
    assert [(slot.name, slot.wells[0]) for slot in layout.slots] == [
        ("a", ("A01", "B01")),
        ("d", ("C01", "C02", "C03")),
    ]
    assert told == []


def test_points_may_be_listed_well_by_well() -> None:
    """For layouts that are no rectangle."""
    layout, told = read(slots={"x": {"points": [["A02", "H02"], ["C5", "D7"]]}})
    assert layout.slots[0].wells == (("A02", "H02"), ("C05", "D07"))
    assert told == []


@pytest.mark.parametrize(
    ("keys", "path", "said"),
    [
        ({"total": ["I01"]}, ("layout", "total", 0), "I01 is not on a plate of 96 wells"),
        ({"total": ["A13"]}, ("layout", "total", 0), "A13 is not on a plate of 96 wells"),
        ({"total": ["A1-Z"]}, ("layout", "total", 0), "is no well or block"),
        ({"total": ["A01", "A01-B01"]}, None, "A01 is total here and total already"),
        (
            {"total": ["A01"], "blank": ["A01"]},
            ("layout", "blank", 0),
            "A01 is blank here and total already",
        ),
        (
            {"total": ["A02"], "slots": {"1": {"wells": "A01-A03", "series": "across"}}},
            ("layout", "slots", "1"),
            "A02 is slot 1 here and total already",
        ),
        (
            {"slots": {"1": {"points": [["A01", "B01"], ["A02"]]}}},
            ("layout", "slots", "1"),
            "different numbers of replicates",
        ),
        (
            {"slots": {"1": {"wells": "A01-A03"}}},
            ("layout", "slots", "1"),
            "expected 'wells' with 'series'",
        ),
        ({"plate": "none", "total": ["A01"]}, ("layout", "total"), "has no wells"),
    ],
)
def test_what_does_not_fit_the_plate_is_told(
    keys: dict[str, object], path: Path | None, said: str
) -> None:
    """No well is given twice and none is outside."""
    told = read(**keys)[1]
    matching = [found for found, message in told if said in message]
    assert matching
    assert path is None or path in matching


def test_vials_have_no_plate() -> None:
    """Their positions come from the run sheet."""
    layout, told = read(plate="none")
    assert (layout.size, told) == (None, [])


def test_controls_may_be_whole_columns_and_slots_lie_in_quadrants() -> None:
    """Four 96-well plates stamped into one of 384: each quadrant has its series."""
    slots = {n: {"wells": f"Q{n} A02-B11", "series": "across"} for n in "12"}
    told: list[tuple[Path, str]] = []
    text = LayoutText.model_validate({"plate": 384, "total": ["Q1 column 1"], "slots": slots})
    layout = read_layout(text, lambda path, message: told.append((path, message)))
    assert told == []
    assert list(layout.roles) == ["A01", "C01", "E01", "G01", "I01", "K01", "M01", "O01"]
    assert [slot.wells[0] for slot in layout.slots] == [("A03", "C03"), ("A04", "C04")]


def test_a_point_is_one_well_also_in_a_quadrant() -> None:
    layout, told = read(slots={"x": {"points": [["Q4 A01", "Q4 A02"]]}})
    assert (layout.slots[0].wells, told) == ((("B02", "B04"),), [])
    told = read(slots={"x": {"points": [["row A", "B02"]]}})[1]
    assert any("expected one well such as A02" in message for _, message in told)
