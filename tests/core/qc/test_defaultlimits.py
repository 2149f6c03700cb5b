"""The default limits."""

from __future__ import annotations

import pytest

from labsvc.core.qc.checks import RUN_CHECKS
from labsvc.core.qc.curvechecks import CURVE_CHECKS
from labsvc.core.qc.defaultlimits import DEFAULT_SET, DEFAULTS
from labsvc.errors import ConfigError
from labsvc.service.authoring.shipped import shipped
from labsvc.service.protocols.text import parse_protocol
from tests.service.authoring.test_editorschema import refusals

BINDING = (shipped("protocols") / "net-nisoxetine-binding.yaml").read_text("utf-8")


def test_every_check_has_its_default_and_every_default_its_check() -> None:
    """In the order in which people read them does not matter; that there is one does."""
    assert set(DEFAULTS) == {*RUN_CHECKS, *CURVE_CHECKS}
    assert set(DEFAULT_SET) <= set(DEFAULTS)


@pytest.mark.parametrize("name", DEFAULTS)
def test_a_default_limits_something_and_says_who_set_it(name: str) -> None:
    """Limits rise: fail below, warn below, warn above, fail above."""
    one = DEFAULTS[name]
    ladder = [one.fail_low, one.warn_low, one.warn_high, one.fail_high]
    given = [limit for limit in ladder if limit is not None]
    assert given
    assert given == sorted(given)
    assert one.source


def test_a_protocol_takes_a_default_by_that_word() -> None:
    """With its source, said to be ours; beside limits of the lab's own."""
    before, qc, after = BINDING.partition("qc:\n")
    text = f"{before}{qc}  edge_effect_percent: default\n{after}"
    protocol = parse_protocol(text.encode(), file="x.yaml")
    edge = protocol.qc["edge_effect_percent"]
    assert (edge.warn_high, edge.fail_high) == (20.0, None)
    assert edge.source.startswith("default of labsvc; Assay Guidance Manual")
    assert protocol.qc["z_prime"].fail_low == 0.4


@pytest.mark.parametrize(("written", "fine"), [("default", True), ("defalt", False)])
def test_editors_know_the_word(written: str, fine: bool) -> None:
    """By the JSON Schema; and what is no such word is refused in one sentence."""
    text = BINDING.replace("qc:\n", f"qc:\n  edge_effect_percent: {written}\n", 1)
    assert bool(refusals(text)) is not fine
    if not fine:
        with pytest.raises(ConfigError, match=r"edge_effect_percent.*write default"):
            parse_protocol(text.encode(), file="x.yaml")
