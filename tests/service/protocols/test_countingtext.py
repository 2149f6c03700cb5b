"""The radioligand and the counting of a protocol file: what each key means, and its faults."""

from __future__ import annotations

from datetime import date

import pytest

from labsvc.errors import ConfigError
from labsvc.model.protocol import Cited, QuenchSet, Standard
from labsvc.service.protocols.text import lint_protocol, parse_protocol
from tests.service.protocols.test_text import BINDING

EFFICIENCY = "efficiency: {value: 40 %, source: spotted filter}"
QUENCH = """quench:
    index: tSIE
    source: own standards
    standards:
      - {at: 980, efficiency: 65.5 %}
      - {at: 440, efficiency: 49.2 %}
      - {at: 250.5, efficiency: 34.5 %}"""
KD = '{value: 0.8 nM, source: "own saturation"}'
ACTIVITY = "{value: 80 Ci/mmol, date: 2026-01-15}"


def changed(*changes: tuple[str, str]) -> bytes:
    text = BINDING
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text.encode()


def faults(*changes: tuple[str, str]) -> list[ConfigError]:
    return lint_protocol(changed(*changes), file="p.yaml")


def test_kd_may_have_its_standard_deviation() -> None:
    """In its own unit."""
    text = changed((KD, "{value: 0.8 nM, sd: 100 pM, source: own saturation}"))
    found = parse_protocol(text, file="p.yaml").radioligand
    assert found.affinity == Cited(8e-10, "M", "own saturation", 1e-10)


def test_a_standard_deviation_needs_its_value() -> None:
    """One that a run sheet gives has it there."""
    (one,) = faults((KD, "{from: run sheet, sd: 0.1 nM}"))
    assert "an sd needs the value of kd that it belongs to" in str(one)


@pytest.mark.parametrize(
    ("written", "label"),
    [("", None), (", label: carrier-free", "carrier_free"), (", label: in carrier", "in_carrier")],
)
def test_the_label_says_what_decay_does(written: str, label: str | None) -> None:
    """Not said: as certified."""
    text = changed((ACTIVITY, f"{ACTIVITY[:-1]}{written}}}"))
    assert parse_protocol(text, file="p.yaml").radioligand.label == label


def test_decay_in_carrier_needs_a_half_life_that_is_known() -> None:
    """The fault names those that are."""
    (one,) = faults(
        (ACTIVITY, f"{ACTIVITY[:-1]}, label: in carrier}}"), ("isotope: 3H", "isotope: 99Tc")
    )
    assert "the half-life of 99Tc is not known here" in str(one)
    assert "3H, 14C" in str(one)


def test_a_quench_curve_is_read_with_its_standards() -> None:
    """Index and efficiency of each, and who made them."""
    found = parse_protocol(changed((EFFICIENCY, QUENCH)), file="p.yaml").counting
    rows = ((980.0, 65.5), (440.0, 49.2), (250.5, 34.5))
    assert found.quench == QuenchSet("tSIE", rows, "own standards")
    assert found.efficiency_percent is None


def test_an_efficiency_and_a_quench_curve_are_one_too_many() -> None:
    """Which of them holds would be a guess."""
    (one,) = faults((EFFICIENCY, f"{EFFICIENCY}\n  {QUENCH}"))
    assert "give one efficiency or a quench curve, not both" in str(one)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("index: tSIE", "index: H#", "efficiency must fall as H# rises"),
        ("at: 440", "at: 980", "980 stands among the standards twice"),
        ("at: 440", "at: -1", "'counting: quench: standards, item 2: at'"),
        ("34.5 %", "34.5 nM", "34.5 nM"),
        ("    source: own standards\n", "", "'source' is missing"),
    ],
)
def test_an_unfit_quench_curve_is_a_fault_on_its_line(old: str, new: str, words: str) -> None:
    """Not one of the first run that needs it."""
    (one,) = faults((EFFICIENCY, QUENCH.replace(old, new)))
    assert words in str(one)
    assert one.line is not None
    assert one.line >= 28


@pytest.mark.parametrize("weights", ["none", "poisson"])
def test_the_weights_of_the_fit(weights: str) -> None:
    """None when nothing is said; others than these are refused."""
    fit = parse_protocol(changed(("ki: true", f"ki: true\n  weights: {weights}")), file="p").fit
    assert fit is not None
    assert fit.weights == weights
    (one,) = faults(("ki: true", "ki: true\n  weights: sd"))
    assert "'fit: weights': found 'sd'" in str(one)


def test_a_standard_is_read_with_its_day_and_source() -> None:
    """How far from it counts may lie is the laboratory's own."""
    said = "{value: 52000 dpm, date: 2026-01-15, within: 5 %, source: sealed standard 12}"
    found = parse_protocol(changed((EFFICIENCY, f"standard: {said}")), file="p.yaml").counting
    assert found.standard == Standard(52000.0, date(2026, 1, 15), "sealed standard 12", 5.0)
    (one,) = faults((EFFICIENCY, f"standard: {said.replace('dpm', 'cpm')}"))
    assert "expected dpm above zero" in str(one)


def test_the_head_of_detectors_is_rows_by_columns() -> None:
    """For counters that do not print which detector counted what."""
    text = changed((EFFICIENCY, f"{EFFICIENCY}\n  detectors: 2 x 3"))
    assert parse_protocol(text, file="p.yaml").counting.head == (2, 3)
