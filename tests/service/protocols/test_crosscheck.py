"""What one key of a protocol alone cannot show to be wrong."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from labsvc.model.protocol import Kind
from labsvc.service.protocols.crosscheck import MODELS, RESPONSES
from tests.service.protocols.test_text import AMOUNTS, lint

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "protocol.md"


@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_kind_has_its_row_with_what_it_takes(kind: str) -> None:
    """Its responses and its models, as the reader of the file sees them, and no others."""
    (row,) = re.findall(rf"^\| `{kind}` \|.*$", PAGE.read_text("utf-8"), re.M)
    _, _, _, response, fit, _, _ = row.split("|")
    assert set(re.findall(r"`(\w+)`", response)) == RESPONSES[kind]
    assert set(re.findall(r"`(\w+)`", fit)) == MODELS.get(kind, set())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("kd: 5 nM", "ki: 5 nM"), "kind saturation_binding needs the accepted 'kd'"),
        (("weights: 1/y", "ki: true"), "saturation_total_nsb gives no Ki"),
        (("weights: 1/y", "weights: poisson"), "takes the weights none, 1/y or 1/y2"),
        (("response: bound", "response: bound\n  same: [rack]"), "bound has no 'same'"),
        (("binding\ntarget", "binding\nhits: {at_least: 9 %, source: x}\ntarget"), "has no hits"),
    ],
)
def test_what_a_saturation_cannot_have_is_told(change: tuple[str, str], said: str) -> None:
    found = lint(*AMOUNTS, change)
    assert any(said in one for one in found), found


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (', source: "own saturation"', "", "p.yaml:14: kd needs both its value and its source"),
        ("  kd: {v", "  km: {v", "has 'kd', not 'km'"),
        ("0.8 nM", "0 nM", "kd must be above zero"),
        ("fail below: 0.4", "fail below: 0.6", "the limits must rise"),
        ("ki: true", "ki: false", "a Ki can only be accepted where the fit has 'ki: true'"),
        ("percent_specific", "percent_inhibition", "kind competition_binding gives"),
        ("tolerance: 10 min, ", "", "needs a tolerance or a maximum"),
        (", to: harvest", "", "needs both 'from' and 'to'"),
        ("response: percent_specific", "response: bound", "gives percent_specific"),
        ("model: inhibition_4pl", "model: dissociation", "has inhibition_3pl or inhibition_4pl"),
        ("top: 100", "p: 1", "inhibition_4pl has no 'p' to hold"),
        ("percent_specific", "percent_specific\n  time: 5 min", "has no 'time' here"),
        ("fit:", "hits: {at_least: 50 %, source: own}\nfit:", "has no hits"),
        ("ki: 5 nM to 50 nM", "kd: 5 nM to 50 nM", "finds no kd"),
        ("to: harvest", "to: harvest, filter: {type: GF/B, time: 30 min}", "but not in what"),
    ],
)
def test_keys_that_do_not_go_together_are_told(old: str, new: str, said: str) -> None:
    """One thing wrong gives one sentence."""
    (found,) = lint((old, new))
    assert said in found


def test_kd_may_be_left_to_the_run_sheet_but_not_forgotten() -> None:
    """A Ki without a Kd is refused when the protocol is read, not when a run is analysed."""
    kd = '  kd: {value: 0.8 nM, source: "own saturation"}\n'
    assert "Ki needs radioligand kd (value and source, or 'from: run sheet')" in lint((kd, ""))[0]
    assert lint((kd, "  kd: {from: run sheet}\n")) == []
