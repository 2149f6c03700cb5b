"""What is legal but odd."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labsvc.model.protocol import Protocol, Volumes
from labsvc.service.authoring.finding import Finding
from labsvc.service.authoring.linting import lint_protocol_file, lint_runsheet_file
from labsvc.service.authoring.shipped import shipped
from labsvc.service.protocols.text import parse_protocol
from tests.bench import BINDING, sheet

TEXT = (shipped("protocols") / f"{BINDING}.yaml").read_text(encoding="utf-8")
PLAN = parse_protocol(TEXT.encode(), file="p.yaml")
SHEET = sheet("NET-1").decode()


def of_sheet(text: str, file: str = "r.yaml", plan: Protocol = PLAN) -> list[Finding]:
    known = {plan.name: plan}.get
    return lint_runsheet_file(text.encode(), file=file, timezone="UTC", protocols=known)


ODD = [
    ('source: "Tejani-Butt 1992, rat brain membranes"', "source: '?'", "who measured kd"),
    ("concentration: 1 nM ", "concentration: 1 uM ", "times its"),
    ("nonspecific: 1 uM desipramine", "nonspecific: 1 uM imipramine", "also defines nonspecific"),
    ("ki: 5 nM to 50 nM", "ki: 5 pM to 50 uM", "-fold wide"),
    ("    1: {wells: A02-B11, series: across}\n", "", "20 wells are given nothing, first A02"),
    ("  readings: 96", "  readings: 192", "192 readings for a plate of 96"),
    ("  specific_activity: {value: 80 Ci/mmol, date: 2026-01-15}", "", "no specific activity"),
    ("assay_volume: 0.25 mL", "", "without assay_volume"),
    (
        "assay_volume: 0.25 mL",
        "volumes: {well: 250 uL, radioligand: 25 uL, membrane: 190 uL, compound: 25 uL}",
        "make 240 uL of the 250 uL of the well",
    ),
    ("qc:\n", "qc:\n  run_controls_percent: default\n", "normalised by its own controls"),
    ("    from: reaction_start\n    to: harvest\n", "", "no step is timed"),
    ("C02-D11", "C02-D04", "has 3 concentrations"),
]


@pytest.mark.parametrize(("written", "instead", "words"), ODD)
def test_an_odd_protocol_is_told(written: str, instead: str, words: str) -> None:
    """As a warning, with the line; it is a protocol all the same."""
    assert written in TEXT
    changed = TEXT.replace(written, instead)
    if "from:" in written:
        changed = changed.replace("    tolerance: 10 min\n", "")
    found = lint_protocol_file(changed.encode(), file="p.yaml")
    assert {one.severity for one in found} == {"warning"}
    assert any(words in one.sentence for one in found), [one.sentence for one in found]
    assert all(one.line for one in found)


def test_a_protocol_without_reference_criteria_or_particulars() -> None:
    """Each is told: nothing would show a bad run."""
    start, end = TEXT.index("\nqc:"), TEXT.index("# The worked example")
    bare = TEXT[:start] + "\n" + TEXT[end:]
    bare = bare.replace('  program: {name: "*NISOXETINE*"}', "")
    bare = bare.replace("  file_name: '(?P<plate_id>NET-\\d+)'\n", "")
    bare = bare[: bare.index("# The worked example")]
    said = " ".join(one.sentence for one in lint_protocol_file(bare.encode(), file="p.yaml"))
    for words in ("no reference", "no criteria", "any run with these", "no worked example"):
        assert words in said


def test_a_driver_that_is_not_installed_is_told() -> None:
    """With the nearest; nothing is said where nobody knows what is installed."""
    text = TEXT.replace("drivers: [microbeta", "drivers: [microbtea").encode()
    assert not any("installed" in one.sentence for one in lint_protocol_file(text, file="p.yaml"))
    found = lint_protocol_file(text, file="p.yaml", drivers=["microbeta", "tricarb"])
    (odd,) = [one for one in found if "installed" in one.sentence]
    assert "did you mean 'microbeta'?" in odd.sentence
    assert odd.text.strip().startswith("drivers:")


ODD_SHEETS = [
    ("plate: NET-1\n", "", "no run belongs"),
    ("name: nortriptyline", "name: desipramine", "in 2 slots"),
    ("name: desipramine, slot: 2, top: 1 uM", "name: x, slot: 2, top: 20 mM", "few stocks"),
    ("name: desipramine,", "name: desipramine, stock: 100 nM,", "beyond its stock"),
    ("name: imipramine", "name: other", "reference compound (imipramine) is not"),
    ("desipramine", "Desipramine", "also defines nonspecific binding"),
]


@pytest.mark.parametrize(("written", "instead", "words"), ODD_SHEETS)
def test_an_odd_run_sheet_is_told(written: str, instead: str, words: str) -> None:
    assert written in SHEET, SHEET
    found = of_sheet(SHEET.replace(written, instead))
    assert {one.severity for one in found} == {"warning"}
    assert any(words in one.sentence for one in found), [one.sentence for one in found]


def test_a_concentration_that_the_stock_cannot_make_in_the_well_is_told() -> None:
    """1 uM from a stock of 5 uM is beyond it where a tenth of the well is compound."""
    sheet = SHEET.replace("name: desipramine,", "name: x, stock: 5 uM,")
    assert not any("stock" in one.sentence for one in of_sheet(sheet))
    in_wells = replace(PLAN, volumes=Volumes(0.25, compound=0.025))
    found = of_sheet(sheet, plan=in_wells)
    assert any("makes 5e-07 M in a well at most" in one.sentence for one in found)


def test_a_harvest_before_the_start_is_told() -> None:
    """Times that were exchanged."""
    times = "times: {reaction_start: 2026-03-02 11:00, harvest: 2026-03-02 09:00}\n"
    kept = SHEET.partition("times:")[0]
    assert any("not after" in one.sentence for one in of_sheet(kept + times))
