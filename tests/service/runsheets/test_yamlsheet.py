"""Positions listed in a YAML run sheet."""

from __future__ import annotations

from pathlib import Path

import pytest

from labsvc.service.protocols.text import parse_protocol
from labsvc.service.runsheets.parts import Known, zone_of
from labsvc.service.runsheets.text import lint_runsheet
from labsvc.service.runsheets.yamlsheet import read_runsheet_yaml
from tests.bench import protocol

FOLDER = Path(__file__).parents[3] / "protocols"
HEAD = "protocol: thyroid-hormone-uptake\npositions:\n"


def read(rows: str) -> tuple[list[dict[str, str]], list[str]]:
    file = FOLDER / "thyroid-hormone-uptake.yaml"
    protocol = parse_protocol(file.read_bytes(), file=file.name)
    sheet, faults = read_runsheet_yaml(
        (HEAD + rows).encode(),
        "r.yaml",
        zone_of("UTC", file="r"),
        Known({protocol.name: protocol}.get),
    )
    groups = [dict(one.group) for one in sheet.placements] if sheet else []
    return groups, [str(fault) for fault in faults]


def test_a_position_has_every_column_its_protocol_compares_by() -> None:
    """The concentration is written once, with any unit, and compared as the protocol names it."""
    groups, faults = read(
        "  - {rack: 1, position: 1, role: sample, compound: X, concentration: 100 nM,\n"
        "     group: {substrate: T3, cells: H4, dmso_percent: 0.50}}\n"
    )
    assert faults == []
    assert groups[0]["concentration_uM"] == "0.1"
    assert (groups[0]["compound"], groups[0]["dmso_percent"]) == ("X", "0.50")


def test_a_position_without_a_compared_column_is_refused() -> None:
    """It could be matched with the wrong mix or with no vehicle."""
    _, faults = read("  - {rack: 1, position: 1, role: control, group: {cells: H4}}\n")
    assert faults == ["r.yaml:3: position 1 has no 'substrate', by which the protocol compares"]


def test_a_misspelled_key_of_a_position_is_no_group() -> None:
    """Further columns stand under group, so that every other key is checked."""
    _, faults = read("  - {rack: 1, position: 1, rolle: control}\n")
    assert faults == ["r.yaml:3: 'rolle' is not a key here; did you mean 'role'?"]


def test_a_control_may_leave_out_what_compounds_are_compared_by() -> None:
    """A blank of no solvent serves those that have none of their own; a sample names its own."""
    file = FOLDER / "net-ne-uptake.yaml"
    text = file.read_text("utf-8").replace(
        "reduction:\n", "reduction:\n  vehicle_same: [solvent]\n"
    )
    protocol = parse_protocol(text.encode(), file=file.name)
    rows = (
        "protocol: net-ne-uptake\nplate: A\npositions:\n  - {position: 1, role: nonspecific}\n"
        "  - {position: 2, role: vehicle, group: {solvent: DMSO}}\n"
        "  - {position: 3, role: sample, compound: X, concentration: 1 nM}\n"
    )
    known = Known({protocol.name: protocol}.get)
    sheet, faults = read_runsheet_yaml(rows.encode(), "r.yaml", zone_of("UTC", file="r"), known)
    assert sheet is not None
    assert [dict(one.group) for one in sheet.placements] == [{}, {"solvent": "DMSO"}]
    assert [str(one) for one in faults] == [
        "r.yaml:6: position 3 has no 'solvent', by which the protocol compares"
    ]


@pytest.mark.parametrize(
    ("ligand", "said"),
    [
        ("working: 10.4 nM, ", "does not tell how much radioligand goes into a well"),
        ("working: 10.4 nM, concentration: 1 nM, ", "or that of the 'working' solution"),
        ("", "write the concentration in the well"),
        ("working: 10.4, ", "has no unit"),
    ],
)
def test_what_is_wrong_of_a_working_solution_is_told(ligand: str, said: str) -> None:
    """The protocol must tell the volumes; the concentration is told once."""
    text = f"plate: P\nradioligand: {{{ligand}source: counted}}\n".encode()
    known = {protocol().name: protocol()}.get
    faults = lint_runsheet(text, file="r.yaml", timezone="UTC", protocols=known,
                           default_protocol=protocol().name)  # fmt: skip
    assert any(said in str(one) for one in faults)
