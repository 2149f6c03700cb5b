"""The keys of a protocol's radioligand and counting sections."""

from __future__ import annotations

import pytest

from tests.service.protocols.test_text import lint


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("concentration: 1 nM", "concentration: 1", "p.yaml:13: 'radioligand: concentration'"),
        ("isotope: 3H", "isotope: tritium", "is no isotope"),
        ("date: 2026-01-15", "date: 15.1.2026", "is no date"),
    ],
)
def test_a_fault_of_the_radioligand_is_told(old: str, new: str, said: str) -> None:
    """One thing wrong gives one sentence."""
    (found,) = lint((old, new))
    assert said in found


@pytest.mark.parametrize("written", ["6", "1 x 1", "0 x 3", "two x three"])
def test_what_is_no_head_of_detectors_says_so(written: str) -> None:
    (one,) = lint(("counting:", f"counting:\n  detectors: {written}"))
    assert "is no head of detectors" in one
