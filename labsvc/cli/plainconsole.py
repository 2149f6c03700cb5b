"""Tables on a terminal, which obeys nothing that stands in them."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.text import Text

from labsvc.notify.words import body


class PlainConsole(Console):
    """What instruments and people wrote is text: no markup, and no mark that a terminal obeys."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(markup=False, emoji=False, highlight=False, **settings)

    def render_str(self, text: str, **settings: Any) -> Text:
        return super().render_str(body(text), **settings)
