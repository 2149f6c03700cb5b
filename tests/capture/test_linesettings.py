"""A line that cannot be opened, or would write elsewhere, is refused before it is begun."""

from __future__ import annotations

from pathlib import Path

import pytest

from labsvc.capture.linesettings import LineSettings
from labsvc.errors import ConfigError


def test_a_url_that_is_none_is_told_at_the_start(tmp_path: Path) -> None:
    """Not tried for ever."""
    with pytest.raises(ConfigError, match="there is no 'sockt://'"):
        LineSettings("counter-1", "sockt://x:1", "9600 8N1", None, "UTC", tmp_path)


@pytest.mark.parametrize("name", ["", "../counter", "counter/1", ".hidden"])
def test_a_name_that_could_leave_the_spool_is_refused(name: str, tmp_path: Path) -> None:
    """The sentence quotes it."""
    with pytest.raises(ConfigError, match="cannot name a folder"):
        LineSettings(name, "loop://", "9600 8N1", None, "UTC", tmp_path)
