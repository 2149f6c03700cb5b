"""Filed runs held against each other."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from labsvc.core.qc.repeatability import Repeat
from labsvc.errors import ConfigError
from labsvc.model.document import result_document
from labsvc.model.filing import StoredResult
from labsvc.model.result import Affinity, Curve, Fit, Group, Parameter, Point
from labsvc.service.trends.repeats import repeat_of, twins_among
from tests.store.conftest import NOON, a_result


def curve(name: str, ic50: float, ki: float | None, **more: Any) -> Curve:
    fit = Fit("inhibition_4pl", "converged", 12, {"ic50": Parameter(ic50, "M")}, **more)
    affinity = Affinity(ki, None, "Cheng-Prusoff", {}) if ki else None
    return Curve(name, (), fit, affinity, "")


def stored(run: str, *curves: Curve, protocol: str = "p", counts: Mapping[str, float] | None = None
           ) -> StoredResult:  # fmt: skip
    points = tuple(Point(place, "sample", cpm=cpm) for place, cpm in (counts or {}).items())
    result = a_result(run, curves=curves, points=points, protocol=protocol)
    document = json.dumps(result_document(result))
    return StoredResult(run, 1, "11" * 32, "counter", "key", 1, None, protocol, "accepted", "", "",
                        "", NOON, document, "")  # fmt: skip


def test_compounds_with_a_ki_in_both_runs_are_compared() -> None:
    """log10 ratios 0, 0.2, 0.4; the fourth is in one run only and the fifth only bounded."""
    one = stored("a", *(curve(name, 1e-7, 1e-8) for name in "xyzw"), curve("v", 1e-4, 1e-5))
    other = stored("b", curve("x", 1e-7, 1e-8), curve("y", 1e-7, 10**-7.8),
                   curve("z", 1e-7, 10**-7.6),
                   curve("v", 1e-4, 1e-5, qualifier=">", qualifier_bound=1e-4))  # fmt: skip
    found = repeat_of(one, other)
    assert (found.number, found.compounds) == ("ki", ("x", "y", "z"))
    assert isinstance(found.repeat, Repeat)
    assert found.repeat.msd == pytest.approx(0.4)
    assert found.repeat.mean_ratio == pytest.approx(10**0.2)


def test_where_there_is_no_ki_the_ic50_is_compared() -> None:
    one = stored("a", *(curve(name, 1e-7, None) for name in "xyz"))
    assert repeat_of(one, replace(one, run_id="b")).number == "ic50"


def screen(run: str, **inhibitions: float | None) -> StoredResult:
    groups = tuple(
        Group({"compound": name, "concentration": "10 µM"}, 2, {"percent_inhibition": value}, ())
        for name, value in inhibitions.items()
    )
    whole = json.dumps(result_document(a_result(run, groups=groups, curves=())))
    return replace(stored(run), document=whole)


def test_of_two_screens_the_inhibitions_are_compared() -> None:
    """Differences 0, 10 and 20; one compound gave no value, one is in one run only."""
    one = screen("a", x=5.0, y=50.0, z=90.0, w=None, v=1.0)
    found = repeat_of(one, screen("b", x=5.0, y=60.0, z=110.0, w=3.0))
    assert found.number == "percent_inhibition"
    assert found.repeat.msd == pytest.approx(20.0)
    assert found.compounds == ("x 10 µM", "y 10 µM", "z 10 µM")


def test_two_compounds_are_too_few() -> None:
    one = stored("a", *(curve(name, 1e-7, 1e-8) for name in "xy"))
    with pytest.raises(ConfigError, match="runs a and b have fewer than three compounds"):
        repeat_of(one, replace(one, run_id="b"))


def test_the_same_counts_under_two_names_are_twins() -> None:
    """Not where they are of two protocols, and not where they differ."""
    seen = {f"A{n:02}": 100.0 * n for n in range(1, 13)}
    one, copy = stored("a", counts=seen), stored("b", counts=seen)
    other = stored("c", counts={place: 1.3 * cpm for place, cpm in seen.items()})
    elsewhere = stored("d", counts=seen, protocol="q")
    (found,) = twins_among([one, copy, other, elsewhere])
    assert (found.first.run_id, found.second.run_id) == ("a", "b")
    assert found.agreement.same == 1.0
