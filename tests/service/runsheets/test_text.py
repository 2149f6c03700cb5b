"""Run sheets from YAML and CSV, read against their protocol."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from labsvc.errors import ConfigError
from labsvc.model.protocol import Cited, Protocol
from labsvc.model.runsheet import Mask, RunSheet
from labsvc.service.protocols.text import parse_protocol
from labsvc.service.runsheets.text import lint_runsheet, parse_runsheet

FOLDER = Path(__file__).parents[3] / "protocols"
PROTOCOLS: dict[str, Protocol] = {
    path.stem: parse_protocol(path.read_bytes(), file=path.name) for path in FOLDER.glob("*.yaml")
}
PLATE = """\
protocol: net-nisoxetine-binding
plate: NET-0147
operator: A. Miller
lots: {nisoxetine: 0012, membranes: 1.10}
compounds:
  - {name: Imipramine, slot: 1, top: 10 uM, dilution: 1:10}
  - {name: "<b>=1+1", slot: 2, top: 10 uM, dilution: half-log, role: sample}
masks: [{position: b7, reason: bubble}]
times: {reaction_start: 2026-03-02 09:05, harvest: 2026-03-02 11:06+02:00}
radioligand: {concentration: 1.04 nM, source: counted aliquot}
kd: {value: 1.1 nM, source: notebook 3}
total_added: {value: 250000 dpm, source: counted}
"""


def parse(text: str, file: str = "sheets/NET-0147.yaml", default: str | None = None) -> RunSheet:
    return parse_runsheet(
        text.encode(),
        file=file,
        timezone="Europe/Vienna",
        protocols=PROTOCOLS.get,
        default_protocol=default,
    )


def lint(text: str, file: str = "r.yaml", default: str | None = None) -> list[str]:
    found = lint_runsheet(
        text.encode(),
        file=file,
        timezone="Europe/Vienna",
        protocols=PROTOCOLS.get,
        default_protocol=default,
    )
    return [str(fault) for fault in found]


def test_a_plate_run_sheet_is_read_whole() -> None:
    """Numbers meant as text as written, quantities molar, times in UTC."""
    sheet = parse(PLATE)
    assert (sheet.name, sheet.plate_id) == ("NET-0147", "NET-0147")
    assert dict(sheet.lots) == {"nisoxetine": "0012", "membranes": "1.10"}
    assert sheet.masks == (Mask("B07", "bubble"),)
    assert sheet.times["reaction_start"] == datetime(2026, 3, 2, 8, 5, tzinfo=UTC)
    assert sheet.times["harvest"] == datetime(2026, 3, 2, 9, 6, tzinfo=UTC)
    assert sheet.radioligand_concentration == Cited(1.04e-9, "M", "counted aliquot")
    assert sheet.affinity == Cited(1.1e-9, "M", "notebook 3")
    assert sheet.total_added == Cited(250000.0, "dpm", "counted")
    assert sheet.compounds[1].name == "<b>=1+1"


def test_a_series_takes_its_number_of_points_from_the_slot() -> None:
    """Ten points here, without saying so in the run sheet."""
    assert parse(PLATE).compounds[0].concentrations_m == (
        1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11, 1e-12, 1e-13, 1e-14,
    )  # fmt: skip


def test_the_protocols_reference_compound_is_known_by_its_name() -> None:
    """Whoever writes the run sheet need not repeat its role."""
    assert [one.role for one in parse(PLATE).compounds] == ["reference", "sample"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("slot: 2", "slot: 1", "r.yaml:7: slot 1 holds Imipramine already"),
        ("slot: 2", "slot: 9", "has no slot '9'; it has: 1, 2, 3, 4"),
        ("dilution: 1:10", "dilution: 3 uM", "is not a dilution"),
        ("top: 10 uM, dilution: 1:10", "top: 10 uM", "needs 'top' with 'dilution'"),
        (
            "top: 10 uM, dilution: 1:10",
            "concentrations: [1 uM, 1 nM]",
            "found 2 concentrations of Imipramine; slot 1 takes 10",
        ),
        ("compounds:", "compunds:", "did you mean 'compounds'?"),
        ("role: sample", "role: total", "a compound is a sample or a reference"),
        ("position: b7", "position: Q7", "is no well of a plate of 96"),
        ("reaction_start:", "reaction_strat:", "did you mean 'reaction_start'?"),
        ("2026-03-02 09:05", "2.3.2026 9:05", "is no time"),
        ("2026-03-02 09:05", "2026-10-25 02:30", "comes twice in Europe/Vienna"),
        ("2026-03-02 09:05", "2026-03-29 02:30", "never comes in Europe/Vienna"),
        ("kd:", "km:", "takes 'kd', not 'km'"),
        ("250000 dpm", "250000", "has no unit"),
        (", source: notebook 3", "", "'source' is missing in 'kd'"),
        ("net-nisoxetine-binding", "net-x", "r.yaml:1: protocol 'net-x' is not in force"),
        (
            "masks:",
            "positions: [{position: A02, role: blank}]\nmasks:",
            "A02 holds Imipramine by its slot",
        ),
        ("plate: NET-0147", "count: {plate: 2}", "expected the count's file, program or date"),
        ("A. Miller", '"A\\nB"', "U+000A"),
    ],
)
def test_each_fault_is_told_on_its_line(old: str, new: str, said: str) -> None:
    """One thing wrong gives one sentence."""
    assert old in PLATE
    found = lint(PLATE.replace(old, new, 1))
    assert len(found) == 1, found
    assert said in found[0]


def test_a_run_may_be_named_by_its_count() -> None:
    """For counters that know no plate names."""
    count = "count: {file: '*.csv', program: 065, date: 2024-03-06, plate: 2}"
    sheet = parse(PLATE.replace("plate: NET-0147", count))
    assert (sheet.count_file, sheet.count_program, sheet.plate) == ("*.csv", "065", 2)
    assert sheet.count_date == date(2024, 3, 6)


def test_what_the_protocol_leaves_to_the_run_sheet_must_be_there() -> None:
    """A Ki that needs this run's Kd is not quietly left out."""
    text = (FOLDER / "net-nisoxetine-binding.yaml").read_text("utf-8")
    kd = next(line for line in text.splitlines() if line.startswith("  kd:"))
    protocol = parse_protocol(text.replace(kd, "  kd: {from: run sheet}").encode(), file="p.yaml")
    sheet = PLATE.replace("kd: {value: 1.1 nM, source: notebook 3}\n", "")
    found = lint_runsheet(
        sheet.encode(), file="r.yaml", timezone="UTC", protocols={protocol.name: protocol}.get
    )
    assert "leaves kd to the run sheet" in str(found[0])


def test_the_real_uptake_run_sheet_reads_as_it_is(shared: Path) -> None:
    """A laboratory's own table: 142 tubes, its words for the roles, its group columns."""
    content = (shared / "truth/real_runs/wizard2_uptake_h4/runsheet.csv").read_bytes()
    sheet = parse(content.decode(), file="h4.csv", default="thyroid-hormone-uptake")
    roles = [one.role for one in sheet.placements]
    assert {role: roles.count(role) for role in sorted(set(roles))} == {
        "sample": 60, "total_added": 68, "unused": 6, "vehicle": 8,
    }  # fmt: skip
    tube = next(one for one in sheet.placements if (one.rack, one.position) == ("8", "3"))
    assert (tube.compound, tube.concentration_m) == ("bromosulfophthalein", 1e-5)
    assert dict(tube.group) == {
        "substrate": "T3",
        "cells": "H4",
        "compound": "bromosulfophthalein",
        "concentration_uM": "10.0",
        "dmso_percent": "0.5",
    }


def test_a_csv_head_says_what_columns_do_not() -> None:
    """Protocol, plate, count, operator, lots and times stand in comment lines."""
    text = (
        "# protocol: net-ne-uptake,,,\n# count file: *.csv,,,\n# count date: 2026-03-02\n"
        "# operator: Ann\n# lot NE: 0012\n# time stop: 2026-03-02 09:11\n"
        "rack,position,role,compound,concentration_nM\n1,1,control,,\n1,2,sample,X,10\n"
    )
    sheet = parse(text, file="r.csv")
    assert (sheet.protocol, sheet.count_file, sheet.operator) == ("net-ne-uptake", "*.csv", "Ann")
    assert (sheet.count_date, dict(sheet.lots)) == (date(2026, 3, 2), {"NE": "0012"})
    assert sheet.times["stop"] == datetime(2026, 3, 2, 8, 11, tzinfo=UTC)
    assert [one.concentration_m for one in sheet.placements] == [None, 1e-8]


@pytest.mark.parametrize("kind", ["yaml", "csv"])
def test_the_example_in_the_reference_is_without_fault(kind: str) -> None:
    """What the page shows can be copied."""
    page = (FOLDER.parent / "docs" / "reference" / "runsheet.md").read_text("utf-8")
    found = re.findall(rf"```{kind}\n(.*?)```", page, re.DOTALL)
    assert found
    assert lint(found[0], file=f"r.{kind}") == []


def test_a_run_sheet_without_a_protocol_is_refused() -> None:
    """It says how to name one."""
    with pytest.raises(ConfigError, match="no protocol is named; write 'protocol: its-name'"):
        parse("position,role\n1,vehicle\n", file="r.csv")
    with pytest.raises(ConfigError, match="no protocol is named; write 'protocol: its-name'"):
        parse("plate: X\n")


def test_other_kinds_of_file_and_unknown_time_zones_are_refused() -> None:
    """Neither is guessed at."""
    assert "expected a file name ending in" in lint("x", file="r.docx")[0]
    found = lint_runsheet(b"a: 1", file="r.yaml", timezone="Mars/X", protocols=PROTOCOLS.get)
    assert "'Mars/X' is no time zone" in str(found[0])
