"""Results and fits as JSON, by the keys that others rely on."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsvc.model.document import figure, fit_document, result_document
from labsvc.model.result import (
    Affinity,
    Candidate,
    Constant,
    Curve,
    Finding,
    Fit,
    Group,
    Operation,
    Parameter,
    Point,
    Result,
    Status,
    TimelineEntry,
    Verdict,
)

INFINITE = float("inf")
FIT = Fit(
    "inhibition_4pl", "converged", 18,
    {"ic50": Parameter(3.5e-8, "M", 2.1e-9, (3.1e-8, None), "profile"),
     "top": Parameter(100.0, "%", fixed=True)},
    812.4, 5.59, 14, 0.984, INFINITE, remarks=("a remark",),
)  # fmt: skip
RESULT = Result(
    "0bac3221e568", Verdict.REVIEW, "NET", "net", "1", "ab", "day-12", "cd", "MicroBeta", "key",
    1, "NET-0147", "Mon  2-Mar-2026",
    candidates=(Candidate("net", True, "driver"), Candidate("sert", False, "program 9")),
    timeline=(TimelineEntry("harvest", datetime(2026, 3, 2, 12, tzinfo=UTC), "log", "late",
                            3, 2.0),
              TimelineEntry("dried", None, "run sheet")),
    constants=(Constant("Kd", 1e-9, "M", "own"),),
    operations=(Operation("total", "Mean.", {"mean_cpm": 1000.0, "note": "x", "none": None}),),
    points=(Point("A01", "total", cpm=1000.0, dpm=float("nan"), response=100.0, masked="wet"),),
    curves=(Curve("drug", (), FIT, Affinity(1e-8, (9e-9, None), "Ki = ...", {"kd_m": INFINITE}),
                  "Ki 10 nM"), Curve("other", (), None, None, "not fitted")),
    groups=(Group({"cells": "H4"}, 2, {"fraction_of_added": 0.5, "sd": None}, ("2: flagged",)),),
    findings=(Finding("z_prime", Status.WARN, INFINITE, "at least 0.5", "Z'."),),
)  # fmt: skip


@pytest.mark.parametrize(
    ("value", "said"),
    [(21.0, "21"), (19.6, "19.6"), (0.0, "0"), (-3.0, "-3"), (1e-9, "1e-09"), (None, "null"),
     (INFINITE, "null"), (-INFINITE, "null"), (float("nan"), "null"), (2.0**60, str(2.0**60))],
)  # fmt: skip
def test_a_figure_is_a_json_number_or_null(value: float | None, said: str) -> None:
    """Whole ones without a point; what could not be had is null, never 0 or NaN."""
    assert json.dumps(figure(value), allow_nan=False) == said


@given(st.floats())
def test_a_figure_reads_back_as_it_was(value: float) -> None:
    """To the last bit, wherever it is finite."""
    read = json.loads(json.dumps(figure(value), allow_nan=False))
    assert read is None or read == value


def test_a_fit_has_the_keys_of_the_contract() -> None:
    """As labsvc fit prints it; an open end of an interval is null."""
    document = fit_document(FIT)
    assert document == {
        "model": "inhibition_4pl", "status": "converged", "n_points": 18,
        "parameters": {
            "ic50": {"value": 3.5e-8, "unit": "M", "stderr": 2.1e-9, "ci95": [3.1e-8, None],
                     "ci_method": "profile", "fixed": False},
            "top": {"value": 100, "unit": "%", "stderr": None, "ci95": None, "ci_method": None,
                    "fixed": True}},
        "residual_ss": 812.4, "residual_sd": 5.59, "degrees_of_freedom": 14, "r_squared": 0.984,
        "aicc": None, "qualifier": None, "qualifier_bound": None, "remarks": ["a remark"],
    }  # fmt: skip


def test_a_result_has_the_keys_of_the_contract() -> None:
    """Those that the pure line knows; the shell adds raw files, software and revision."""
    document = result_document(RESULT)
    assert document["id"] == "0bac3221e568"
    assert document["protocol"] == {"name": "net", "version": "1", "digest": "ab"}
    assert document["match"] == {
        "why": ["net: driver"], "rejected": [{"protocol": "sert", "why": "program 9"}],
    }  # fmt: skip
    assert document["timeline"][0] == {
        "step": "harvest", "at": "2026-03-02T12:00:00+00:00", "source": "log", "finding": "late",
        "washes": 3, "wash_ml": 2,
    }  # fmt: skip
    assert document["timeline"][1]["at"] is None
    assert document["constants"] == [{"name": "Kd", "value": 1e-9, "unit": "M", "source": "own"}]
    assert set(document["points"][0]) >= {
        "position", "role", "compound", "concentration_m", "cpm", "dpm", "specific", "percent",
        "masked",
    }  # fmt: skip
    assert (document["points"][0]["percent"], document["points"][0]["dpm"]) == (100, None)


def test_what_the_response_is_stands_beside_it() -> None:
    """``percent`` of a point is fmol/mg where the axis says so."""
    document = result_document(replace(RESULT, response_label="Bound (fmol/mg)"))
    assert document["response"] == "Bound (fmol/mg)"


def test_curves_findings_and_groups_are_told_with_their_numbers() -> None:
    """An infinite input is null; a curve without a fit is null."""
    document = result_document(RESULT)
    first, second = document["curves"]
    assert first["ki"] == {
        "value": 1e-8, "ci95": [9e-9, None], "unit": "M", "formula": "Ki = ...",
        "inputs": {"kd_m": None},
    }  # fmt: skip
    assert (first["reportable"], second["fit"], second["ki"]) == ("Ki 10 nM", None, None)
    assert document["findings"] == [
        {"check": "z_prime", "status": "warn", "value": None, "limits": "at least 0.5",
         "sentence": "Z'."}
    ]  # fmt: skip
    assert document["groups"] == [
        {"cells": "H4", "n": 2, "fraction_of_added": 0.5, "sd": None, "masked": ["2: flagged"]}
    ]
    assert document["operations"][0]["inputs"] == {"mean_cpm": 1000, "note": "x", "none": None}


def test_a_held_result_has_no_protocol_and_says_why() -> None:
    """null, not a protocol of nothing."""
    held = replace(RESULT, verdict=Verdict.HELD, protocol=None, runsheet=None,
                   held_because="no run sheet", released_by="one")  # fmt: skip
    document = result_document(held)
    assert (document["verdict"], document["protocol"], document["runsheet"]) == ("held", None, None)
    assert (document["held_because"], document["released_by"]) == ("no run sheet", "one")


def test_a_result_is_strict_json_even_with_hostile_text() -> None:
    """Names are untrusted; they stay text."""
    hostile = "</script>\x00\u2028\U0001f600"
    document = result_document(replace(RESULT, title=hostile, lots={hostile: hostile}))
    assert json.loads(json.dumps(document, allow_nan=False)) == document
