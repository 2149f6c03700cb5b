"""The keys of a protocol: examples in the reference page are true."""

from __future__ import annotations

from pathlib import Path

import pytest

from labsvc.service.protocols.schema import ProtocolText

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "protocol.md"


@pytest.mark.parametrize("key", ProtocolText.model_fields)
def test_every_section_has_its_place_in_the_reference(key: str) -> None:
    """What can be written is documented."""
    assert f"`{key}`" in PAGE.read_text("utf-8")
