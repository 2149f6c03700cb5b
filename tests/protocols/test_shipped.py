"""The protocols that labsvc ships."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from labsvc.model.plate import FORMATS
from labsvc.model.protocol import Kind, Protocol
from labsvc.service.protocols.text import lint_protocol, parse_protocol

FILES = sorted((Path(__file__).parents[2] / "protocols").glob("*.yaml"))


def read(path: Path) -> Protocol:
    return parse_protocol(path.read_bytes(), file=path.name)


def test_every_kind_is_shown() -> None:
    """At least one protocol of each kind, so that nobody begins with an empty file."""
    assert {read(path).kind for path in FILES} == set(get_args(Kind))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_is_in_the_list(path: Path) -> None:
    """With what it answers."""
    page = (path.parent / "README.md").read_text("utf-8")
    assert f"| `{path.name}` |" in page


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_is_without_fault_and_named_as_its_file(path: Path) -> None:
    """Lint has nothing to say, and a reader finds the file by the protocol's name."""
    assert lint_protocol(path.read_bytes(), file=path.name) == []
    assert read(path).name == path.stem


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_begins_with_what_it_is_for(path: Path) -> None:
    """A comment before the first key, and a source for every limit and constant."""
    assert path.read_text("utf-8").startswith("# ")
    protocol = read(path)
    assert all(limits.source for limits in protocol.qc.values())
    assert all(reference.source for reference in protocol.references)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_plate_is_placed_whole(path: Path) -> None:
    """Every well of a plate has a control's role or belongs to one slot.

    Not where the layout has no slots: there the run sheet lists what is where.
    """
    layout = read(path).layout
    if layout.size is None or not layout.slots:
        return
    placed = [*layout.roles, *(well for slot in layout.slots for row in slot.wells for well in row)]
    assert sorted(placed) == sorted(FORMATS[layout.size].wells())


def test_the_binding_plate_has_four_compounds_at_ten_points_in_duplicate() -> None:
    """The highest concentration is in column 2; eight totals and eight non-specific wells."""
    layout = read(Path(FILES[0].parent / "net-nisoxetine-binding.yaml")).layout
    assert [len(slot.wells) for slot in layout.slots] == [10, 10, 10, 10]
    assert (layout.slots[3].wells[0], layout.slots[3].wells[9]) == (("G02", "H02"), ("G11", "H11"))
    roles = list(layout.roles.values())
    assert (roles.count("total"), roles.count("nonspecific")) == (8, 8)


def test_the_binding_constants_are_those_of_the_literature() -> None:
    """Kd and Km as published, each with its source; the others leave theirs to the run sheet."""
    cited = {
        protocol.name: protocol.radioligand.affinity
        for protocol in map(read, FILES)
        if protocol.radioligand.affinity
    }
    assert {name: one.value for name, one in cited.items()} == {
        "net-nisoxetine-binding": 8e-10,
        "hsert-binding": 1.4e-9,
        "net-nisoxetine-kinetics": 8e-10,
        "hsert-citalopram-binding": 5.3e-9,
        "ne-uptake-synaptosomes": 3e-7,
        "hnet-ne-uptake": 2.8e-7,
        "hdat-da-uptake": 2e-6,
        "hsert-5ht-uptake": 4.63e-7,
        "hsert-5ht-uptake-24": 4.63e-7,
        "imipramine-sert-binding": 1.4e-9,
        "hdat-win35428-binding": 1e-8,
    }
    assert all(one.source for one in cited.values())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_tells_what_is_typical_and_whose_figures_they_are(path: Path) -> None:
    """Published figures with their year or record, or in words that none was found."""
    _, _, rest = path.read_text("utf-8").partition("# Typical ranges, and whose they are:\n")
    told = rest.partition("\n\n")[0].replace("\n#   ", " ")
    figures = told.splitlines()
    assert figures
    for one in figures:
        sourced = re.search(
            r"\b(19|20)\d\d\b|Assay Guidance Manual|BDBM\d+|the same|stand in|as in", one
        )
        assert sourced or "was found" in one, one


def test_no_reference_defines_nonspecific_binding_too() -> None:
    """Its curve would end at 0 % by definition."""
    for protocol in map(read, FILES):
        for one in protocol.references:
            assert one.compound.casefold() not in protocol.nonspecific.casefold(), protocol.name
