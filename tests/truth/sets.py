"""Reading the reference folder's sets, and what is held against them."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from labsvc.model.result import Fit, Parameter

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TruthSet:
    """A set: its JSON document and the rows of its CSV."""

    document: Json
    rows: list[dict[str, str]]

    def numbers(self, column: str, factor: float = 1.0) -> tuple[float, ...]:
        return tuple(float(row[column]) * factor for row in self.rows)

    def molar(self, column: str = "log10_M") -> tuple[float, ...]:
        """A column of log10 M."""
        return tuple(10 ** float(row[column]) for row in self.rows)

    def words(self, column: str) -> tuple[str, ...]:
        return tuple(row[column] for row in self.rows)

    def expected(self, key: str = "expected") -> dict[str, Json]:
        """The expected parameters by their names in the set."""
        found = self.document[key]
        listed = found["params"] if isinstance(found, dict) else found
        return {one["param"]: one for one in listed}

    def within(self, name: str) -> float:
        """The set's own tolerance."""
        return float(self.document["tolerance"][name])

    def where(self, column: str, value: str) -> TruthSet:
        return TruthSet(self.document, [row for row in self.rows if row[column] == value])


def truth_set(shared: Path, name: str) -> TruthSet:
    """``saturation/syn_sat_global`` of the reference folder."""
    base = shared / "truth" / "data" / name
    document = json.loads(base.with_name(f"{base.name}.json").read_text(encoding="utf-8"))
    table = base.with_name(f"{base.name}.csv")
    lines = table.read_text(encoding="utf-8").splitlines()
    return TruthSet(document, list(csv.DictReader(one for one in lines if one[:1] != "#")))


def agrees(
    found: Parameter, expected: Json, values: float = 1e-5, se: float = 1e-4, profile: float = 0.005
) -> None:
    """Value and standard error within relative tolerances, limits within a share of the latter.

    A limit of profile likelihood that is None in the set is open here too.
    """
    assert found.value == pytest.approx(expected["value"], rel=values)
    assert found.stderr == pytest.approx(expected["se"], rel=se)
    ends = expected.get("ci95_profile")
    if ends is None or found.ci_method != "profile":
        return
    assert found.ci95 is not None
    for ours, theirs in zip(found.ci95, ends, strict=True):
        assert ours == (theirs and pytest.approx(theirs, abs=profile * expected["se"]))


def recovers(fit: Fit, truth: Mapping[str, float], within: float) -> None:
    """The values that noise-free points were made from."""
    assert fit.status == "converged"
    for name, value in truth.items():
        assert fit.parameters[name].value == pytest.approx(value, rel=within), name
