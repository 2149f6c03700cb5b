"""Lint: each of many one-line mistakes is told on its line, with what to write instead."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from labsvc.model.protocol import Protocol
from labsvc.service.authoring.finding import Finding
from labsvc.service.authoring.linting import lint_protocol_file, lint_runsheet_file
from labsvc.service.protocols.text import parse_protocol

PROTOCOL = """\
name: our-binding
version: 1
title: A binding assay
kind: competition_binding
target: NET
recognise:
  drivers: [microbeta]
  program: {name: "*NIS*"}
  file_name: '(?P<plate_id>NET-[0-9]+)'
  readings: 96
radioligand:
  name: nisoxetine
  isotope: 3H
  concentration: 1 nM
  kd: {value: 0.8 nM, source: notebook 12}
  specific_activity: {value: 80 Ci/mmol, date: 2026-01-15}
nonspecific: 1 uM desipramine
assay_volume: 0.25 mL
layout:
  plate: 96
  total: [A01-D01, A12-D12]
  nonspecific: [E01-H01, E12-H12]
  slots:
    1: {wells: A02-D11, series: across}
    2: {wells: E02-H11, series: across}
steps:
  - name: incubation
    duration: 120 min
    tolerance: 10 min
    temperature: 4 C
    from: reaction_start
    to: harvest
counting:
  unit: cpm
  count_time: 1 min
  efficiency: {value: 40 %, source: measured}
reduction:
  response: percent_specific
fit:
  model: inhibition_4pl
  fixed: {bottom: 0}
  ki: true
qc:
  z_prime: {fail below: 0.4, warn below: 0.5, source: AGM}
reference:
  - compound: imipramine
    ki: 5 nM to 50 nM
    source: Tatsumi 1997
"""

RUNSHEET = """\
protocol: our-binding
plate: NET-1
operator: A. Miller
lots: {nisoxetine: 007}
compounds:
  - {name: imipramine, slot: 1, top: 10 uM, dilution: half-log}
  - {name: LAB-1, slot: 2, top: 1 uM, dilution: 1:3}
times:
  reaction_start: 2026-03-02 09:00
  harvest: 2026-03-02 11:00
radioligand: {concentration: 1.04 nM, source: counted aliquot}
masks:
  - {position: B07, reason: air bubble}
"""

CSV = """\
# protocol: our-binding
# count file: x*.txt
# time harvest: 2026-03-02 11:00
position,role,compound,concentration_nM
A01,total,,
A02,sample,LAB-1,100
A03,sample,LAB-1,10
"""

# What is written, what stands there instead, and words of the sentence; the line is that of what
# was written.
IN_PROTOCOL = [
    ("name: our-binding", "nmae: our-binding", "did you mean 'name'"),
    ("name: our-binding", "name: Our Binding", "use a-z, 0-9 and hyphens"),
    ("version: 1", "version: ''", "empty text"),
    ("version: 1", "protein: {concentration: 1 mg/mL, source: x}\nversion: 1", "what brings it"),
    ("version: 1", "alert:\nversion: 1", "'alert' is empty; write a value or leave the key out"),
    ("  ki: true", "  weights:\n  ki: true", "'fit: weights' is empty"),
    ("assay_volume: 0.25 mL", "hits:\nassay_volume: 0.25 mL", "'hits' is empty"),
    ("version: 1", "verison: 1", "did you mean 'version'"),
    ("title: A binding assay", "title: [a, b]", "expected text"),
    ("kind: competition_binding", "kind: competition_bindng", "did you mean 'competition_binding'"),
    ("kind: competition_binding", "kind: competition_binding\nkind: x", "here twice"),
    ("target: NET", "target:", "empty"),
    ("target: NET", "target:\tNET", "tab"),
    ("target: NET", "target: *NET", "alias"),
    ("target: NET", "target: &a NET", "anchor"),
    ("target: NET", "target: !!python/object NET", "tag"),
    ("target: NET", 'target: "NET', "not YAML"),
    ("  drivers: [microbeta]", "  driver: [microbeta]", "did you mean 'drivers'"),
    ("  drivers: [microbeta]", "  drivers: microbeta", "expected a list"),
    ('  program: {name: "*NIS*"}', "  program: {nam: x}", "did you mean 'name'"),
    ("  file_name: '(?P<plate_id>NET-[0-9]+)'", "  file_name: '(?P<plate_id>NET'", "regular"),
    ("  file_name: '(?P<plate_id>NET-[0-9]+)'", "  file_name: '(?P<plateid>N)'", "known: plate_id"),
    ("  readings: 96", "  readings: ninety", "expected a whole number"),
    ("  readings: 96", "  readings: 0", "greater than 0"),
    ("  isotope: 3H", "  isotope: H3", "3H or 125I"),
    ("  isotope: 3H", "  isotop: 3H", "did you mean 'isotope'"),
    ("  concentration: 1 nM", "  concentration: 1", "no unit"),
    ("  concentration: 1 nM", "  concentration: 1 nm", "nm"),
    ("  concentration: 1 nM", "  concentration: 1,5 nM", "1,5"),
    ("  concentration: 1 nM", "  concentration: 1e-9", "no unit"),
    ("  concentration: 1 nM", "  concentration: -1 nM", "-1 nM"),
    ("  concentration: 1 nM", "  concentration: 100 M", "more than any solution holds"),
    ("  concentration: 1 nM", "  concentration: run shet", "run shet"),
    ("  kd: {value: 0.8 nM, source: notebook 12}", "  kd: {value: 0.8 nM}", "its source"),
    ("  kd: {value: 0.8 nM, source: notebook 12}", "  km: {value: 1 nM, source: x}", "has 'kd'"),
    ("  kd: {value: 0.8 nM, source: notebook 12}", "  kd: 0.8 nM", "expected keys and values"),
    ("  kd: {value: 0.8 nM, source: notebook 12}", "  kd: {value: 0 nM, source: x}", "above zero"),
    ("date: 2026-01-15}", "date: 15.1.2026}", "year-month-day"),
    ("date: 2026-01-15}", "date: 2026-02-30}", "no date"),
    (", date: 2026-01-15}", "}", "'date' is missing"),
    ("80 Ci/mmol", "80 Ci", "80 Ci"),
    ("assay_volume: 0.25 mL", "assay_volume: 0.25", "no unit"),
    ("assay_volume: 0.25 mL", "assay_volum: 0.25 mL", "did you mean 'assay_volume'"),
    ("assay_volume: 0.25 mL", "volumes: {wel: 0.25 mL}", "did you mean 'well'"),
    ("assay_volume: 0.25 mL", "volumes: {well: 250}", "no unit"),
    ("assay_volume: 0.25 mL", "volumes: {well: 250 uL, compound: 1 mL}", "more than the 250 uL"),
    ("assay_volume: 0.25 mL", "volumes: 250 uL", "expected keys and values"),
    ("version: 1", "report: {unit: nm}\nversion: 1", "mM, uM, nM or pM"),
    ("version: 1", "report: {curve: [a]}\nversion: 1", "did you mean 'curves'"),
    ("version: 1", "report: {without: [reading]}\nversion: 1", "did you mean 'readings'"),
    ("version: 1", "alert: {too: [a@b.c]}\nversion: 1", "did you mean 'to'"),
    ("version: 1", "alert: {to: [head of lab]}\nversion: 1", "is no mail address"),
    ("version: 1", "alert: {at: rejectd}\nversion: 1", "did you mean 'rejected'"),
    ("version: 1", "alert: {at: never, to: [a@b.c]}\nversion: 1", "tells nobody"),
    (
        "  response: percent_specific",
        "  controls: runs\n  response: percent_specific",
        "did you mean 'run'",
    ),
    (
        "  response: percent_specific",
        "  control: run\n  response: percent_specific",
        "did you mean 'controls'",
    ),
    ("  plate: 96", "  plate: 69", "expected 24, 48, 96 or 384"),
    ("  total: [A01-D01, A12-D12]", "  total: [A01-D01, A12-D13]", "D13 is not on a plate"),
    ("  total: [A01-D01, A12-D12]", "  total: [A01-D01, oops]", "write A01 or A01-D01"),
    ("  total: [A01-D01, A12-D12]", "  totals: [A01-D01]", "did you mean 'total'"),
    ("  nonspecific: [E01-H01, E12-H12]", "  nonspecific: [D01-H01]", "D01 is nonspecific here"),
    ("    1: {wells: A02-D11, series: across}", "    1: {wells: A02-D11}", "'wells' with 'series'"),
    ("series: across}\n    2", "series: acros}\n    2", "did you mean 'across'"),
    ("wells: E02-H11", "wells: D02-H11", "already"),
    ("    duration: 120 min", "    duration: 120", "no unit"),
    ("    duration: 120 min", "    duration: 120 mn", "120 mn"),
    ("    tolerance: 10 min", "    tolerence: 10 min", "did you mean 'tolerance'"),
    ("    temperature: 4 C", "    temperature: 4 K", "4 K"),
    ("    from: reaction_start", "    from: Reaction start", "reaction_start"),
    ("  - name: incubation", "  - nme: incubation", "did you mean 'name'"),
    ("  unit: cpm", "  unit: cpn", "did you mean 'cpm'"),
    ("value: 40 %", "value: 40", "no unit"),
    ("  response: percent_specific", "  response: percent_specfic", "'percent_specific'"),
    ("  response: percent_specific", "  response: percent_inhibition", "percent_specific"),
    ("  model: inhibition_4pl", "  model: inhibition_5pl", "did you mean 'inhibition_"),
    ("  fixed: {bottom: 0}", "  fixed: {botom: 0}", "did you mean 'bottom'"),
    ("  ki: true", "  ki: yes", "true or false"),
    ("  ki: true", "  ki: 'true'", "true or false"),
    ("  z_prime: {", "  zprime: {", "did you mean 'z_prime'"),
    ("fail below: 0.4", "fail bellow: 0.4", "did you mean 'fail below'"),
    ("fail below: 0.4", "fail below: 0.9", "must rise"),
    (", source: AGM}", "}", "'source' is missing"),
    ("    ki: 5 nM to 50 nM", "    ki: 5 nM - 50 nM", "5 nM - 50 nM"),
    ("    ki: 5 nM to 50 nM", "    ki: 50 nM to 5 nM", "50 nM to 5 nM"),
    ("    source: Tatsumi 1997", "    sorce: Tatsumi 1997", "did you mean 'source'"),
]

IN_RUNSHEET = [
    ("protocol: our-binding", "protocol: our-bindng", "did you mean 'our-binding'?"),
    ("protocol: our-binding", "protocl: our-binding", "did you mean 'protocol'"),
    ("plate: NET-1", "plate: [NET-1]", "expected text"),
    ("operator: A. Miller", "operater: A. Miller", "did you mean 'operator'"),
    ("slot: 1", "slot: 7", "no slot '7'"),
    ("slot: 2", "slot: 1", "holds imipramine already"),
    ("top: 10 uM", "top: 10", "no unit"),
    ("top: 10 uM", "topp: 10 uM", "did you mean 'top'"),
    ("dilution: half-log", "dilution: half log", "half log"),
    ("dilution: 1:3", "dilution: 0.3", "0.3"),
    (", dilution: 1:3", "", "'top' with 'dilution'"),
    ("reaction_start:", "reaction_strat:", "did you mean 'reaction_start'"),
    ("2026-03-02 09:00", "02.03.2026 09:00", "write it as 2026-03-02 09:05"),
    ("2026-03-02 11:00", "2026-03-02", "write it as 2026-03-02 09:05"),
    ("1.04 nM", "1.04", "no unit"),
    ("{concentration: 1.04", "{working: 1.04", "how much radioligand goes into a well"),
    ("{concentration: 1.04", "{workin: 1.04", "did you mean 'working'"),
    (", source: counted aliquot", "", "'source' is missing"),
    ("position: B07", "position: B77", "no well of a plate of 96"),
    (", reason: air bubble", "", "'reason' is missing"),
]

IN_CSV = [
    ("# protocol: our-binding", "# protocol: our_binding", "did you mean 'our-binding'?"),
    ("# count file:", "# count fill:", "did you mean 'count file'"),
    ("# time harvest:", "# time harvset:", "did you mean 'harvest'"),
    ("position,role", "position,rolle", "no column 'role'"),
    ("compound,conc", "compund,conc", "did you mean 'compound'"),
    ("concentration_nM", "concentration_nm", "names no unit"),
    ("A01,total", "A01,totl", "did you mean 'total'"),
    ("A02,sample", "A99,sample", "no well"),
    ("A03,sample", "A02,sample", "here twice"),
    ("LAB-1,100", ",100", "needs its compound"),
    ("LAB-1,100", "LAB-1,", "needs its concentration"),
    ("LAB-1,100", 'LAB-1,"1,5"', "1,5"),
    ("LAB-1,100", "LAB-1,100,5", "cells"),
]

PLAN = parse_protocol(PROTOCOL.encode(), file="our-binding.yaml")


def known(name: str) -> Protocol | None:
    return PLAN if name == PLAN.name else None


def changed(text: str, written: str, instead: str) -> tuple[bytes, int]:
    """The text with one mistake, and the line where the mistake begins."""
    assert text.count(written) >= 1, written
    at = text.index(written)
    same = next(
        (n for n, (a, b) in enumerate(zip(written, instead, strict=False)) if a != b),
        min(len(written), len(instead)),
    )
    line = text.count("\n", 0, at) + written.count("\n", 0, same) + 1
    return text.replace(written, instead, 1).encode(), line


def of_runsheet(content: bytes, file: str) -> list[Finding]:
    return lint_runsheet_file(
        content, file=file, timezone="UTC", protocols=known, names=[PLAN.name]
    )


def told(findings: list[Finding]) -> list[str]:
    return [f"{one.line}:{one.column}: {one.sentence}" for one in findings]


def test_what_the_mistakes_are_made_in_is_without_fault() -> None:
    """Or the mistakes would prove nothing. The only warning: no worked example."""
    (odd,) = lint_protocol_file(PROTOCOL.encode(), file="p.yaml")
    assert "no worked example" in odd.sentence
    assert of_runsheet(RUNSHEET.encode(), "r.yaml") == []
    errors = [one for one in of_runsheet(CSV.encode(), "r.csv") if one.severity == "error"]
    assert errors == []


@pytest.mark.parametrize(("written", "instead", "words"), IN_PROTOCOL)
def test_a_mistake_in_a_protocol(written: str, instead: str, words: str) -> None:
    """On its line, with the words that help."""
    content, line = changed(PROTOCOL, written, instead)
    found = lint_protocol_file(content, file="p.yaml")
    if "twice" in words:
        line += 1
    assert any(
        one.severity == "error" and one.line == line and words in one.sentence for one in found
    ), (line, told(found))


@pytest.mark.parametrize(("written", "instead", "words"), IN_RUNSHEET)
def test_a_mistake_in_a_run_sheet(written: str, instead: str, words: str) -> None:
    content, line = changed(RUNSHEET, written, instead)
    found = of_runsheet(content, "r.yaml")
    assert any(one.line == line and words in one.sentence for one in found), (line, told(found))


@pytest.mark.parametrize(("written", "instead", "words"), IN_CSV)
def test_a_mistake_in_a_run_sheet_in_csv(written: str, instead: str, words: str) -> None:
    content, line = changed(CSV, written, instead)
    found = of_runsheet(content, "r.csv")
    assert any(one.line == line and words in one.sentence for one in found), (line, told(found))


def test_every_mistake_of_a_file_is_told_at_once() -> None:
    """A misspelled key does not hide a well that is not on the plate, nor a limit too low."""
    text = PROTOCOL.replace("isotope", "isotop").replace("A12-D12", "A12-D13")
    found = lint_protocol_file(text.replace("0.4,", "0.9,").encode(), file="p.yaml")
    assert [(one.line, one.column) for one in found] == [(13, 3), (21, 20), (44, 3)]


def test_a_damaged_file_is_one_finding() -> None:
    """Bytes that are no text, and a file too large, are told and not read."""
    for content in (b"\xff\xfe\x00", b"PK\x03\x04", b"x: 1\n" * 300_000, b""):
        assert lint_protocol_file(content, file="p.yaml")[0].severity == "error"
        assert of_runsheet(content, "r.yaml")[0].severity == "error"


def test_the_shipped_protocols_have_no_errors() -> None:
    for path in (Path(__file__).parents[3] / "protocols").glob("*.yaml"):
        found = lint_protocol_file(path.read_bytes(), file=path.name)
        assert [one for one in found if one.severity == "error"] == []


LAUGHS = "a: &a [x, x]\n" + "".join(f"b{n}: &b{n} [*a, *a, *a, *a]\n" for n in range(9))
WELLS = ", ".join(["A01"] * 100_000)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (LAUGHS, "found an anchor"),
        ("a: [" * 5000, "nested more than 20 levels"),
        (PROTOCOL.replace("A01-D01, A12-D12", WELLS), "expected fewer items"),
        (PROTOCOL.replace("A01-D01", "A01-Z999999"), "is no well or block"),
        (PROTOCOL.replace("NET-[0-9]+", "([0-9]+)+"), "a repeat within a repeat"),
        (PROTOCOL.replace("our-binding", "../../etc/x"), "is no protocol name"),
        (PROTOCOL.replace("imipramine", "x" * 5000), "is longer than 200"),
        (PROTOCOL.replace("120 min", "1e999 min"), "too large"),
        (PROTOCOL.replace("A binding assay", "A \u202egnidnib"), "U+202E"),
    ],
)
def test_a_protocol_cannot_do_more_than_say_what_an_assay_is(content: str, said: str) -> None:
    """No code, no path, nothing without end, no text that reads otherwise than it is."""
    found = lint_protocol_file(content.encode(), file="p.yaml")
    assert any(said in one.sentence for one in found), told(found[:5])


@pytest.mark.parametrize(
    ("content", "file", "said"),
    [
        (LAUGHS, "r.yaml", "found an anchor"),
        (RUNSHEET.replace("slot: 1, top", f"slot: {'9' * 5000}, top"), "r.yaml", "longer than"),
        (CSV + "A04,sample,x,1\n" * 60_000, "r.csv", "at most 5000 are read"),
        (CSV + "A04,unused,,\n" * 4000, "r.csv", "here twice"),
        (CSV + f"A04,sample,{'x' * 90_000},1\n", "r.csv", "longer than 200"),
        (RUNSHEET + "".join(f"key{n}: 1\n" for n in range(4000)), "r.yaml", "is not a key here"),
        (CSV.replace("LAB-1,100", '=HYPERLINK("x"),100'), "r.csv", ""),
    ],
)
def test_a_run_sheet_cannot_do_more_than_list_wells(content: str, file: str, said: str) -> None:
    """A million wells are refused; a formula is a name like any other."""
    found = of_runsheet(content.encode(), file)
    assert any(said in one.sentence for one in found), told(found[:5])


SCRAPS = ["\n", ",", ":", "#", "[", "}", "'", '"', "1e999", "-1", "A99", "%", "\x00", "\t", "é"]
SCRAPS += ["=A1", "slot", "1", "mask", "layout", "9" * 30, "²", "null", "- ", "&a", "*a", "|", "±"]


@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_written_lint_answers(seed: int) -> None:
    """Findings, never a traceback: what a slip of the hand leaves behind."""
    chance = random.Random(seed)
    for whole, file in ((PROTOCOL, "p"), (RUNSHEET, "r.yaml"), (CSV, "r.csv")):
        text = whole
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(text))
            text = text[:at] + chance.choice(SCRAPS) + text[at + chance.choice([0, 1, 9]) :]
        content = text.encode()
        found = lint_protocol_file(content, file="p") if file == "p" else of_runsheet(content, file)
        assert all(one.sentence and one.file for one in found)
