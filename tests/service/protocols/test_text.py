"""Protocols from text: what each key means, and every fault on its line."""

from __future__ import annotations

import hashlib
import json
from datetime import date

import pytest

from labsvc.errors import ConfigError
from labsvc.model.protocol import Cited, Limits, Reference, Slot, Step
from labsvc.service.protocols.text import lint_protocol, parse_protocol, protocol_schema

BINDING = """\
name: tiny-binding
version: 1.10
title: A tiny binding assay
kind: competition_binding
target: NET
recognise:
  drivers: [microbeta]
  program: {number: 016, name: "*NISOX*"}
  file_name: '(?P<plate_id>T-[0-9]+)'
radioligand:
  name: "[3H]nisoxetine"
  isotope: 3H
  concentration: 1 nM
  kd: {value: 0.8 nM, source: "own saturation"}
  specific_activity: {value: 80 Ci/mmol, date: 2026-01-15}
assay_volume: 250 uL
layout:
  plate: 24
  total: [A01-B01]
  nonspecific: [C01-D01]
  slots:
    1: {wells: A02-B04, series: across}
steps:
  - {name: incubation, duration: 2 h, tolerance: 10 min, temperature: 4 C,
     from: reaction_start, to: harvest}
counting:
  count_time: 1 min
  efficiency: {value: 40 %, source: spotted filter}
reduction:
  response: percent_specific
fit:
  model: inhibition_4pl
  fixed: {top: 100}
  ki: true
qc:
  z_prime: {fail below: 0.4, warn below: 0.5, source: AGM}
reference:
  - {compound: imipramine, ki: 5 nM to 50 nM, source: chart}
"""


def lint(*changes: tuple[str, str]) -> list[str]:
    text = BINDING
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return [str(fault) for fault in lint_protocol(text.encode(), file="p.yaml")]


def test_a_protocol_is_read_whole() -> None:
    """Every quantity in its unit, every source kept, numbers meant as text as written."""
    protocol = parse_protocol(BINDING.encode(), file="p.yaml")
    assert (protocol.version, protocol.recognise.program_number) == ("1.10", "016")
    assert protocol.radioligand.affinity == Cited(8e-10, "M", "own saturation")
    assert protocol.radioligand.specific_activity_on == date(2026, 1, 15)
    assert protocol.assay_volume_ml == 0.25
    assert protocol.layout.slots == (Slot("1", (("A02", "B02"), ("A03", "B03"), ("A04", "B04"))),)
    assert protocol.steps == (
        Step("incubation", 120.0, 10.0, None, 4.0, "reaction_start", "harvest"),
    )
    assert protocol.counting.efficiency_percent == 40.0
    assert protocol.fit is not None
    assert (dict(protocol.fit.fixed), protocol.fit.affinity) == ({"top": 100.0}, True)
    assert protocol.qc["z_prime"] == Limits(warn_low=0.5, fail_low=0.4, source="AGM")
    assert protocol.references == (Reference("imipramine", "ki", 5e-9, 5e-8, "chart"),)


AMOUNTS = (
    ("kind: competition_binding", "kind: saturation_binding"),
    ("percent_specific", "bound"),
    ("inhibition_4pl\n  fixed: {top: 100}\n  ki: true", "saturation_total_nsb\n  weights: 1/y"),
    ("{compound: imipramine, ki: 5 nM", "{compound: nisoxetine, kd: 5 nM"),
)


def test_a_saturation_is_read_with_its_constant() -> None:
    """Its reference is the Kd of the radioligand; slots may say what their wells are."""
    slots = ("across}", "across, role: total}")
    assert lint(*AMOUNTS, slots) == []


def test_filter_and_washes_are_read() -> None:
    """With their units; a step without them has none."""
    said = "{type: GF/B, presoak: 0.3 % PEI, time: 30 min}, washes: {number: 3, volume: 2 mL}"
    text = BINDING.replace("to: harvest", f"to: harvest, filter: {said}")
    (step,) = parse_protocol(text.encode(), file="p.yaml").steps
    assert (step.filter, step.presoak, step.presoak_minutes) == ("GF/B", "0.3 % PEI", 30.0)
    assert (step.washes, step.wash_ml) == (3, 2.0)


def test_a_protocol_carries_its_text_and_digest() -> None:
    """A result can show exactly which text it was judged by."""
    protocol = parse_protocol(BINDING.encode(), file="p.yaml")
    assert (protocol.text, protocol.file) == (BINDING, "p.yaml")
    assert protocol.digest == hashlib.sha256(BINDING.encode()).hexdigest()


def test_parsing_raises_the_first_fault_with_file_and_line() -> None:
    """What a person reads when a bad edit was saved."""
    wrong = BINDING.replace("recognise:", "recognize:")
    with pytest.raises(ConfigError) as caught:
        parse_protocol(wrong.encode(), file="p.yaml")
    assert (caught.value.file, caught.value.line) == ("p.yaml", 6)
    assert str(caught.value).endswith("'recognize' is not a key here; did you mean 'recognise'?")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("duration: 2 h", "duration: 2", "has no unit"),
        ("A02-B04", "A02-B07", "B07 is not on a plate of 24 wells"),
        ("A02-B04", "A01-B04", "A01 is slot 1 here and total already"),
        ("ki: true", "ki: yes", "expected true or false"),
        ("inhibition_4pl", "inhibition_4lp", "did you mean 'inhibition_4pl'?"),
        ("fixed: {top", "fixed: {tpo", "did you mean 'top'?"),
        ("(?P<plate_id>", "(?P<plate>", "the named group 'plate' means nothing here"),
        ("(?P<plate_id>", "(", ""),
        ("name: tiny-binding", "name: ../../etc", "is no protocol name"),
        ("name: tiny-binding", 'name: "tiny-binding\\n"', "is no protocol name"),
        ("plate: 24", "plate: 25", "expected 24, 48, 96 or 384"),
        ("to: harvest", "to: harvest, washes: {number: 0}", "washes: number"),
        ("assay_volume", "protein: {value: 0 ug, source: x}\nassay_volume", "must be above zero"),
    ],
)
def test_each_fault_is_told_in_its_own_words(old: str, new: str, said: str) -> None:
    """One thing wrong gives one sentence."""
    found = lint((old, new))
    assert len(found) == (1 if said else 0), found
    assert not said or said in found[0]


def test_lint_tells_all_faults_in_the_order_of_the_file() -> None:
    """Nobody has to mend a file once for each run of lint."""
    found = lint(("kind: comp", "kind: com"), ("1 nM\n", "1\n"), ("plate: 24", "plate: 25"))
    assert [line.split(":")[1] for line in found] == ["4", "13", "18"]


def test_the_schema_for_editors_is_json() -> None:
    """It names the keys as they are written in the file."""
    schema = json.loads(json.dumps(protocol_schema()))
    assert '"fail below"' in json.dumps(schema["properties"]["qc"])
    assert set(schema["required"]) >= {"name", "kind", "recognise", "layout"}


def test_bytes_that_are_no_protocol_are_refused() -> None:
    """A photograph in the protocols folder is one clear sentence, not a crash."""
    assert len(lint_protocol(b"\x89PNG\r\n\x1a\n\x00\x00", file="p.yaml")) == 1
