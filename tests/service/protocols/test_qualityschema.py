"""The keys of a protocol's quality sections."""

from __future__ import annotations

from pathlib import Path

import pytest

from labsvc.service.protocols.qualityschema import CHECKS
from tests.service.protocols.test_text import lint

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "protocol.md"


@pytest.mark.parametrize("check", CHECKS)
def test_every_check_has_its_row_in_the_reference(check: str) -> None:
    """What can be limited is documented."""
    assert f"`{check}`" in PAGE.read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("z_prime", "zprime", "'zprime' is no check; did you mean 'z_prime'?"),
        ("fail below", "fail under", "'fail under' is not a key here; did you mean 'fail below'?"),
        ("5 nM to 50 nM", "50 nM to 5 nM", "the first must be lower than the second"),
        ("ki: 5 nM to 50 nM", "ki: 5 nM", "is not a range"),
    ],
)
def test_a_fault_of_the_quality_sections_is_told(old: str, new: str, said: str) -> None:
    """One thing wrong gives one sentence."""
    (found,) = lint((old, new))
    assert said in found
