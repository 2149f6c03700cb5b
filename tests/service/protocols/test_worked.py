"""Worked examples: the protocol's own test."""

from __future__ import annotations

from pathlib import Path

import pytest

from labsvc.errors import ConfigError
from labsvc.model.protocol import Protocol
from labsvc.model.result import Verdict
from labsvc.service.authoring.shipped import shipped
from labsvc.service.protocols.text import parse_protocol
from labsvc.service.protocols.worked import refuse_broken, rehearse, worked

FILES = sorted(shipped("protocols").glob("*.yaml"))
BINDING = (shipped("protocols") / "net-nisoxetine-binding.yaml").read_text("utf-8")


def read(text: str) -> Protocol:
    return parse_protocol(text.encode(), file="net.yaml")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_shipped_example_gives_its_answers(path: Path) -> None:
    """And is a good run: accepted, with two answers or more."""
    protocol = read(path.read_text("utf-8"))
    compared = rehearse(protocol)
    assert len(compared) > 1
    assert [one for one in compared if not one.agrees] == []
    assert protocol.example is not None
    assert worked(protocol, protocol.example).verdict is Verdict.ACCEPTED


def test_a_reading_changed_tells_what_differs() -> None:
    """Each answer with what it is and what it should be."""
    protocol = read(BINDING.replace("14.7 nM", "24.7 nM"))
    (off,) = [one for one in rehearse(protocol) if not one.agrees]
    assert (off.what, off.expected, off.found) == (
        "ki of imipramine", "24.7 nM within 3 %", "14.7 nM",
    )  # fmt: skip
    with pytest.raises(ConfigError, match=r"ki of imipramine is 14\.7 nM, not 24\.7 nM within 3 %"):
        refuse_broken(protocol)


def test_another_reduction_is_refused() -> None:
    """A layout read the wrong way round would give other numbers without a word."""
    turned = BINDING.replace("A02-B11, series: across", "B11-A02, series: across")
    with pytest.raises(ConfigError, match="no longer gives its answers"):
        refuse_broken(read(turned))


def test_your_own_constants_leave_the_example_as_it_is() -> None:
    """Its run sheet brings its own Kd, and your limits do not change its numbers."""
    mine = BINDING.replace('kd: {value: 0.8 nM, source: "Tejani', 'kd: {value: 3 nM, source: "Te')
    mine = mine.replace("5 nM to 50 nM", "1 nM to 2 nM")
    assert mine.count("3 nM, source") == 1
    refuse_broken(read(mine))


def test_a_verdict_that_is_written_is_held_to() -> None:
    protocol = read(BINDING.replace("  answers:\n", "  verdict: rejected\n  answers:\n"))
    assert [one.what for one in rehearse(protocol) if not one.agrees] == ["verdict"]


def test_a_fault_in_the_run_sheet_is_told_on_its_line_of_the_protocol() -> None:
    """Not on a line of a run sheet that nobody has."""
    text = BINDING.replace("- {name: desipramine, slot: 2", "- {name: desipramine, slot: 9")
    line = text[: text.index("slot: 9")].count("\n") + 1
    with pytest.raises(ConfigError, match=f"^net.yaml:{line}: the run sheet of its example"):
        rehearse(read(text))


def test_readings_that_do_not_fit_the_positions_are_told() -> None:
    """For vials the run sheet says how many there are."""
    text = (shipped("protocols") / "net-ne-uptake.yaml").read_text("utf-8")
    short = text.replace("- {position: 44,", "# - {position: 44,")
    with pytest.raises(ConfigError, match="44 readings for 43 positions"):
        rehearse(read(short))


def test_a_protocol_without_an_example_has_nothing_to_compare() -> None:
    bare = read(BINDING.partition("# The worked example")[0])
    assert rehearse(bare) == ()
    refuse_broken(bare)
