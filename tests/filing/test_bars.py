"""Uptake tables as bars."""

from __future__ import annotations

from dataclasses import replace

from labsvc.filing.bars import groups_values, shown_value
from labsvc.model.result import Group
from tests.filing import example

VALUES = groups_values(example.uptake(), "fraction_of_vehicle")


def test_fraction_of_vehicle_is_shown_before_any_other():
    assert shown_value(example.uptake().groups) == "fraction_of_vehicle"
    assert shown_value([Group({}, 1, {"sd_x": 1.0, "x": 2.0})]) == "x"
    assert shown_value([Group({}, 1, {"x": None})]) is None


def test_bars_are_as_long_as_their_values():
    """Half the fraction is half the length, from zero on."""
    vehicle, quinine = VALUES["bars"][0], VALUES["bars"][1]
    assert abs(quinine.width / vehicle.width - 0.42) < 0.001
    assert quinine.x == VALUES["zero"]


def test_whiskers_reach_one_sd_to_either_side():
    bar = VALUES["bars"][0]
    middle = bar.x + bar.width
    assert abs((middle - bar.low) - (bar.high - middle)) < 0.2
    assert abs((bar.high - middle) / bar.width - 0.06) < 0.001


def test_a_value_that_was_not_had_is_said_and_not_drawn():
    lost = VALUES["bars"][-1]
    assert not lost.known
    assert lost.width == 0


def test_single_wells_speak_of_no_sd():
    """A screen in singlets has none; its concentration stands on the bar."""
    groups = tuple(Group({"compound": name, "concentration": dose}, 1, {"percent_inhibition": 9.0})
                   for name, dose in (("A", "10 µM"), ("B", "1 µM")))  # fmt: skip
    values = groups_values(replace(example.uptake(), groups=groups), "percent_inhibition")
    assert values["heading"] == "percent inhibition"
    assert [bar.label for bar in values["bars"]] == ["A, 10 µM", "B, 1 µM"]
    assert values["headings"] == []


def test_what_all_groups_share_is_said_once():
    assert VALUES["shared"] == "substrate: [3H]-MPP+, DMSO, %: 0.1"
    assert [one.says for one in VALUES["headings"]] == ["HEK-OCT1", "HEK-mock"]
    assert VALUES["bars"][1].label == "quinine, 10 µM"


def test_negative_fractions_go_the_other_way():
    """A blank higher than its sample gives a negative fraction: it is shown as one."""
    groups = (Group({"a": "1"}, 1, {"x": -0.2}), Group({"a": "2"}, 1, {"x": 1.0}))
    values = groups_values(replace(example.uptake(), groups=groups), "x")
    assert values["bars"][0].x < values["zero"]
