"""The example section: amounts with units, readings, and what is wrong with them."""

from __future__ import annotations

import pytest

from labsvc.service.authoring.shipped import shipped
from labsvc.service.protocols.exampletext import amount
from labsvc.service.protocols.text import lint_protocol, parse_protocol

BINDING = (shipped("protocols") / "net-nisoxetine-binding.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("16 nM", (1.6e-8, "M")),
        ("0.71", (0.71, "")),
        ("-0.9", (-0.9, "")),
        ("812 fmol/mg", (812.0, "fmol/mg")),
        ("3 %", (3.0, "%")),
        (5, (5.0, "")),
    ],
)
def test_amounts_keep_their_unit(text: object, expected: tuple[float, str]) -> None:
    """Molar ones become M; others stay as written."""
    assert amount(text) == expected


@pytest.mark.parametrize("text", ["nM", "1,5 nM", "", True])
def test_what_is_no_amount_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        amount(text)


def test_readings_are_read_row_by_row() -> None:
    """A dash was not counted."""
    example = parse_protocol(BINDING.encode(), file="x.yaml").example
    assert example is not None
    assert len(example.readings) == 96
    dashed = BINDING.replace(BINDING.split("readings: |\n")[1].split()[0], "-", 1)
    found = parse_protocol(dashed.encode(), file="x.yaml").example
    assert found is not None
    assert found.readings[0] is None
    assert found.readings[1:] == example.readings[1:]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("value: ki, is: 14.7 nM", "is: 14.7 nM", "with 'value', or 'check' alone"),
        ("is: 14.7 nM, within: 3 %", "is: 14.7 nM, within: 3 mL", "expected a percentage, or M"),
        ("  readings: |\n", "  readings: |\n    12x\n", "'12x' is no reading"),
        ("  readings: |\n", "  readings: |\n    12\n", "found 97 readings; a plate of 96 has 96"),
    ],
)
def test_faults_are_told_on_their_line(old: str, new: str, said: str) -> None:
    """In the words of the person who wrote it."""
    faults = lint_protocol(BINDING.replace(old, new, 1).encode(), file="x.yaml")
    assert any(said in str(one) for one in faults), faults
    assert all(str(one).startswith("x.yaml:") for one in faults)
