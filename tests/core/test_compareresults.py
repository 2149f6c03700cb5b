"""Two results side by side."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from labsvc.core.analyse import analyse
from labsvc.core.compareresults import Difference, differences
from labsvc.model.document import result_document
from labsvc.model.run import Program
from tests.core.bench import PROTOCOL, SHEET, unit


@pytest.fixture
def before() -> dict[str, Any]:
    return result_document(analyse(unit(), [PROTOCOL], [SHEET], []))


def moved(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Difference]:
    return {one.name: one for one in differences(before, after)}


def test_the_same_result_differs_in_nothing(before: dict[str, Any]) -> None:
    """Nor does one whose last digit another machine computed differently."""
    after = deepcopy(before)
    after["curves"][0]["fit"]["parameters"]["ic50"]["value"] *= 1 + 1e-12
    assert differences(before, before) == ()
    assert differences(before, after) == ()


def test_a_moved_number_has_its_size(before: dict[str, Any]) -> None:
    """Here the IC50 by a tenth; nothing else is said to have moved."""
    after = deepcopy(before)
    after["curves"][0]["fit"]["parameters"]["ic50"]["value"] *= 1.1
    ((name, found),) = moved(before, after).items()
    assert (name, found.section, found.unit) == ("desipramine: IC50", "curves", "M")
    assert found.change == "+10 %"


def test_a_masked_position_is_a_difference(before: dict[str, Any]) -> None:
    """With the reason on the side that has it."""
    after = deepcopy(before)
    after["points"][0]["masked"] = "bubble"
    assert moved(before, after) == {
        "A01: masked": Difference("positions", "A01: masked", None, "bubble")
    }


def test_a_finding_that_is_new_or_gone_is_told(before: dict[str, Any]) -> None:
    """Its status stands on the side that has it."""
    after = deepcopy(before)
    lost = after["findings"].pop()
    found = moved(before, after)[lost["check"]]
    assert (found.before, found.after, found.change) == (lost["status"], None, "gone")


def test_a_held_run_and_its_release_can_be_compared(before: dict[str, Any]) -> None:
    """The verdict first."""
    held = result_document(analyse(unit(program=Program("9")), [PROTOCOL], [], []))
    first = differences(held, before)[0]
    assert (first.section, first.name, first.before) == ("result", "verdict", "held")


def test_names_that_come_twice_are_both_compared(before: dict[str, Any]) -> None:
    """A compound on two curves of one plate."""
    twice = {**before, "curves": [before["curves"][0], deepcopy(before["curves"][0])]}
    after = deepcopy(twice)
    after["curves"][1]["reportable"] = "other"
    assert list(moved(twice, after)) == ["desipramine: reported (2)"]


@pytest.mark.parametrize(
    ("pair", "change"),
    [
        ((10.0, 31.0), "3.1 times"),
        ((31.0, 10.0), "0.323 times"),
        ((100.0, 95.0), "−5 %"),
        ((-1.0, 1.0), "+2"),
        ((0.0, 5.0), "+5"),
        ((-1.0, -1.1), "+10 %"),
        (("warn", "pass"), ""),
        ((None, 2.0), "new"),
        ((2.0, None), "gone"),
    ],
)
def test_how_much_it_moved_in_words(pair: tuple[Any, Any], change: str) -> None:
    """Times from a factor of two on, percent below; a difference across zero."""
    assert Difference("curves", "x", *pair).change == change


def test_two_numbers_that_round_alike_are_shown_in_full() -> None:
    """Or the two sides would look the same."""
    one = Difference("curves", "IC50", 1.2341e-8, 1.2342e-8, "M")
    assert (one.told(one.before), one.told(one.after)) == ("1.2341e-08 M", "1.2342e-08 M")
    two = Difference("curves", "IC50", 1e-8, 2e-8, "M")
    assert (two.told(two.before), two.told(None)) == ("10 nM", "–")
