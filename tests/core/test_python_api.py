"""The examples of the pages about the fitter run, and give what the pages say."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


def examples(page: str) -> list[str]:
    text = (REFERENCE / page).read_text(encoding="utf-8")
    return re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def test_every_session_shown_gives_what_it_shows() -> None:
    """One after the other, as a reader types them."""
    told: list[str] = []
    shown = doctest.DocTestParser().get_doctest(
        "\n".join(examples("python-api.md")), {}, "python-api.md", None, 0
    )
    runner = doctest.DocTestRunner(verbose=False)
    runner.run(shown, out=told.append)
    assert len(shown.examples) > 15
    assert told == []


@pytest.mark.parametrize("page", ["models.md"])
def test_every_example_runs(page: str) -> None:
    """Those that show no answer at least do not fail."""
    found = examples(page)
    assert found
    for one in found:
        exec(compile(one, page, "exec"), {})
