"""Any text comes back as it was."""

from __future__ import annotations

import pytest

from labsvc.service.authoring.scalars import plain, quoted
from labsvc.service.authoring.yamltext import load


@pytest.mark.parametrize("text", ['A "b" \\ c', "a\x85b\u2028c\ufeff\x7f", "é: #x", "", "a\n\tb"])
def test_any_text_is_written_so_that_it_is_read_again(text: str) -> None:
    """Also one that holds what may not stand in a file of ours."""
    assert load(f"a: {quoted(text)}\n", file="x.yaml").value == {"a": text}


def test_a_number_knows_how_it_was_written() -> None:
    """A lot may look like one."""
    assert (plain("010"), plain("010").written) == (10, "010")
    assert (plain("1.10"), plain("1.10").written) == (1.1, "1.10")
    assert plain("1" * 41) == "1" * 41
