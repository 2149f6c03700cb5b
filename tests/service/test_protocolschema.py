"""The keys of a protocol: examples in the reference page are true."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from labsvc.model.protocol import Kind
from labsvc.service.protocolschema import CHECKS, ProtocolText
from labsvc.service.protocoltext import MODELS, RESPONSES

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "protocol.md"


@pytest.mark.parametrize("check", CHECKS)
def test_every_check_has_its_row_in_the_reference(check: str) -> None:
    """What can be limited is documented."""
    assert f"`{check}`" in PAGE.read_text("utf-8")


@pytest.mark.parametrize("key", ProtocolText.model_fields)
def test_every_section_has_its_place_in_the_reference(key: str) -> None:
    """What can be written is documented."""
    assert f"`{key}`" in PAGE.read_text("utf-8")


@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_kind_has_its_row_with_what_it_takes(kind: str) -> None:
    """Its responses and its models, as the reader of the file sees them, and no others."""
    (row,) = re.findall(rf"^\| `{kind}` \|.*$", PAGE.read_text("utf-8"), re.M)
    _, _, _, response, fit, _, _ = row.split("|")
    assert set(re.findall(r"`(\w+)`", response)) == RESPONSES[kind]
    assert set(re.findall(r"`(\w+)`", fit)) == MODELS.get(kind, set())
