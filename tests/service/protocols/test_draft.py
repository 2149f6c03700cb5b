"""Drafts of protocols: what a run shows is there, what nobody told is blank."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from labsvc.driver import Channel, CountRun, Program, Reading
from labsvc.model.assay import Unit
from labsvc.service.authoring.linting import lint_protocol_file
from labsvc.service.protocols.draft import Seen, draft, name_of, seen, shown_plate
from labsvc.service.protocols.text import parse_protocol
from tests.bench import plate_run

FILLED = {"title:": "title: x  ", "target:": "target: x ", "  name:": "  name: x ",
          "  isotope:  ": "  isotope: 3H", "  drivers:  ": "  drivers: [microbeta]"}  # fmt: skip


def unit(run: CountRun, name: str = "NET-1_A7_212.txt") -> Unit:
    return Unit(run, "microbeta", name, 1, None, run.readings, None, datetime.now(UTC))


def filled(text: str) -> str:
    for blank, word in FILLED.items():
        text = text.replace(f"\n{blank} ", f"\n{word} ", 1)
    return text


def test_lint_names_the_blanks_and_nothing_else() -> None:
    """Title, protein and ligand: a counter does not know them."""
    text = draft(seen(unit(plate_run("NET-1"))))
    found = lint_protocol_file(text.encode(), file="p.yaml")
    assert [one.sentence.split(" is empty")[0] for one in found] == [
        "'title'", "'target'", "'radioligand: name'",
    ]  # fmt: skip


def test_with_the_blanks_filled_in_it_is_a_protocol() -> None:
    """Recognised by the run's program, placed as the plate was."""
    protocol = parse_protocol(filled(draft(seen(unit(plate_run("N"))))).encode(), file="p.yaml")
    assert protocol.name == "h3-nisoxetine-1-min"
    assert (protocol.recognise.program_number, protocol.recognise.readings) == ("7", 96)
    assert protocol.radioligand.isotope == "3H"
    assert [len(one.wells) for one in protocol.layout.slots] == [10] * 4
    assert protocol.radioligand.affinity is None


def test_nothing_is_made_up_without_a_run() -> None:
    """The bare draft lacks the isotope too, and places no well."""
    found = lint_protocol_file(draft(Seen()).encode(), file="p.yaml")
    assert "'radioligand: isotope' is empty" in " ".join(one.sentence for one in found)
    protocol = parse_protocol(filled(draft(Seen())).encode(), file="p.yaml")
    assert (dict(protocol.layout.roles), protocol.layout.slots, protocol.qc) == ({}, (), {})


@pytest.mark.parametrize(
    ("program", "nuclide", "isotope"),
    [
        ("H3_NISOXETINE", None, "3H"),
        ("COPY_OF_H-3_X_5_MIN", None, "3H"),
        ("125I T3", None, "125I"),
        ("PROTOCOL 3", None, ""),
        ("PLATE C14", "3H", "3H"),
        ("H35", None, ""),
    ],
)
def test_an_isotope_is_read_only_where_it_stands(
    program: str, nuclide: str | None, isotope: str
) -> None:
    reading = Reading("A01", 1, (Channel("1", nuclide=nuclide, cpm=5.0),))
    run = replace(plate_run("N"), program=Program("1", program), readings=(reading,))
    assert seen(unit(run)).isotope == isotope


def test_vials_have_no_plate() -> None:
    """The run sheet will list them."""
    readings = tuple(Reading(str(n), n, (Channel("1", cpm=5.0),), rack="1") for n in range(1, 9))
    found = seen(unit(replace(plate_run("N"), readings=readings)))
    assert (found.plate, found.sight, shown_plate(found)) == (None, None, {})
    assert "  plate: none" in draft(found)


def test_names_from_outside_stay_comments() -> None:
    """A file's or a program's name cannot write a line of the protocol."""
    run = replace(plate_run("N"), program=Program("1", 'x"\nkind: y'))
    text = filled(draft(seen(unit(run, "a\nname: evil.txt")), origin="run\nname: evil"))
    protocol = parse_protocol(
        text.encode(),
        file="p.yaml",
    )
    assert protocol.name == "x-kind-y"
    assert name_of(Seen(program_name="___")) == "new-protocol"


def test_how_a_plate_is_named_is_proposed_from_the_file() -> None:
    """As a comment: a person says which part of the name is the plate's."""
    assert "# file_name: '(?P<plate_id>ABC_\\d+)'" in draft(Seen(file_name="ABC_0147.txt"))
    assert "# file_name: '(?P<plate_id>NET-\\d+)'" in draft(Seen(file_name="a'b.txt"))
