"""Primary screens: rows, hits, and what was not had."""

from __future__ import annotations

import pytest

from labsvc.core.analyse import conclude
from labsvc.core.assays.screen import findings, hits, rows
from labsvc.model.protocol import Hits
from labsvc.model.result import Group, Point, Result, Status
from tests.core.vials import Vial, counted, protocol

HALF = Hits(50.0, "own")
SCREEN = protocol("primary_screen", "percent_inhibition", hits=HALF)
CONTROLS = [Vial("total", 1100.0), Vial("total", 1100.0), Vial("nonspecific", 100.0)]


def sample(compound: str, cpm: float, dose: float = 1e-5) -> Vial:
    return Vial("sample", cpm, dose, compound)


def screened(*vials: Vial) -> Result:
    return conclude(counted(SCREEN, [*CONTROLS, *vials]))


def test_a_row_is_the_mean_inhibition_of_a_compound_with_its_sd() -> None:
    """600 and 400 cpm in a window of 1000: 50 and 70 %, mean 60, SD 14.1; the strongest first."""
    result = screened(sample("idle", 1050.0), sample("strong", 600.0), sample("strong", 400.0))
    assert [one.keys["compound"] for one in result.groups] == ["strong", "idle"]
    strong = result.groups[0]
    assert (strong.n, strong.keys["concentration"]) == (2, "10 µM")
    assert strong.values["percent_inhibition"] == pytest.approx(60.0)
    assert strong.values["sd_percent_inhibition"] == pytest.approx(14.142, abs=1e-3)
    assert result.curves == ()


def test_a_compound_at_two_concentrations_has_two_rows() -> None:
    """They are no replicates of each other."""
    result = screened(sample("A", 600.0, 1e-5), sample("A", 1000.0, 1e-6))
    assert [(one.keys["concentration"], one.n) for one in result.groups] == [
        ("10 µM", 1), ("1 µM", 1),
    ]  # fmt: skip


def test_hits_are_named_with_their_inhibition() -> None:
    """On the threshold is a hit; a plate without one is as good as any."""
    result = screened(sample("A", 600.0), sample("B", 200.0), sample("C", 601.0))
    (found,) = (one for one in result.findings if one.check == "hits")
    assert (found.value, found.status) == (2.0, Status.PASS)
    assert found.sentence == (
        "2 of 3 compounds are hits, at 50 % inhibition or more: B (90 %), A (50 %)."
    )
    assert found.limits == "50 % inhibition or more (own)"


def test_one_hit_is_a_hit_and_none_are_hits() -> None:
    (one,) = findings([Group({"compound": "A"}, 1, {"percent_inhibition": 80.0})], HALF)
    (none,) = findings([Group({"compound": "A"}, 1, {"percent_inhibition": 8.0})], HALF)
    assert one.sentence.startswith("1 of 1 compounds is a hit, ")
    assert none.sentence == "0 of 1 compounds are hits, at 50 % inhibition or more."


def test_a_long_list_of_hits_is_cut_and_says_so() -> None:
    """The table has all of them."""
    many = [Group({"compound": f"C{n}"}, 1, {"percent_inhibition": 90.0}) for n in range(43)]
    (found,) = findings(many, HALF)
    assert found.value == 43.0
    assert found.sentence.endswith("C39 (90 %) and 3 more.")


def test_a_compound_without_a_value_warns_and_is_no_hit() -> None:
    """All its wells masked: it is named, with place and reason in its row."""
    lost = Point("A2", "sample", compound="A", concentration_m=1e-5, response=99.0, masked="spilt")
    made = rows([lost])
    assert (made[0].n, made[0].values["percent_inhibition"]) == (0, None)
    assert made[0].masked == ("A2: spilt",)
    assert hits(made, HALF) == ()
    warned = findings(made, HALF)[1]
    assert (warned.status, warned.sentence) == (Status.WARN, "Without a value: A.")


def test_a_run_without_compounds_warns() -> None:
    (found,) = findings([], None)
    assert (found.status, found.sentence) == (Status.WARN, "No compound was run.")
