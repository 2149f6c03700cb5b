"""Protocols by name: the home's own before the shipped ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from labsvc.cli.ownprotocols import known_names, known_protocols, own_protocol, protocols_of
from labsvc.errors import ConfigError
from tests.bench import BINDING


@pytest.fixture
def mine(home: Path) -> Path:
    """A home whose protocol of a shipped name is another version, beside one of its own."""
    shipped = (home / "protocols" / f"{BINDING}.yaml").read_text("utf-8")
    own = shipped.replace(f"name: {BINDING}", "name: our-own")
    (home / "protocols" / "own.yaml").write_text(own, "utf-8")
    changed = shipped.replace("version: 1", "version: 7")
    (home / "protocols" / f"{BINDING}.yaml").write_text(changed, "utf-8")
    return home


def test_the_homes_protocol_goes_before_the_shipped_one(mine: Path) -> None:
    assert own_protocol(BINDING, mine).version == "7"
    assert own_protocol("our-own", mine).version == "1"
    assert own_protocol("net-ne-uptake", mine).name == "net-ne-uptake"
    assert {one.name for one in protocols_of(mine)} == {BINDING, "our-own"}


def test_names_to_suggest_are_the_homes_and_the_shipped(mine: Path) -> None:
    assert {"our-own", BINDING, "net-ne-uptake"} <= set(known_names(mine))


def test_a_protocol_that_nobody_has_is_told(mine: Path) -> None:
    assert known_protocols(mine)("net-x") is None
    with pytest.raises(ConfigError, match="there is no protocol 'net-x'"):
        own_protocol("net-x", mine)


def test_a_file_is_read_as_it_is(mine: Path) -> None:
    assert own_protocol(str(mine / "protocols" / "own.yaml"), None).name == "our-own"
