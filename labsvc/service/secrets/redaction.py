"""Secrets kept out of logs: whatever was read from its place is blanked wherever it would be told.

One for the whole process, as the log is: what any part of it has read, no part of it may print.
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any, Final
from urllib.parse import quote

BLANK: Final = "[secret]"
SHORTEST: Final = 4
"""A shorter secret is no secret, and to blank it would eat the log."""
_DEEPEST: Final = 6
# user:password@ of any URL, also of one that nobody told us of.
_IN_URL: Final = re.compile(r"(?<=://)([^\s/:@'\"]*):[^\s/@'\"]+@")


class Redaction:
    """Blanks what it was told of, and passwords in URLs. Used from any thread."""

    def __init__(self) -> None:
        self._known: tuple[str, ...] = ()

    def learn(self, secret: str) -> None:
        """From now on ``secret`` is blanked, also as it stands in a URL and in a ``repr``."""
        new = {secret, quote(secret, safe=""), repr(secret)[1:-1]} - set(self._known)
        longer = [one for one in new if len(one) >= SHORTEST]
        # The longest first: one secret may begin as another does.
        self._known = tuple(sorted([*self._known, *longer], key=len, reverse=True))

    def text(self, text: str) -> str:
        for secret in self._known:
            text = text.replace(secret, BLANK)
        return _IN_URL.sub(rf"\1:{BLANK}@", text) if "://" in text else text

    def value(self, value: Any, depth: int = 0) -> Any:
        """The value with every text in it blanked; what is no text or list of texts is kept."""
        if isinstance(value, str):
            return self.text(value)
        if depth > _DEEPEST:
            return BLANK
        if isinstance(value, dict):
            return {self.value(key, depth + 1): self.value(one, depth + 1)
                    for key, one in value.items()}  # fmt: skip
        if isinstance(value, list | tuple | set | frozenset):
            return [self.value(one, depth + 1) for one in value]
        if value is None or isinstance(value, bool | int | float):
            return value
        return self.text(str(value))

    def __call__(
        self, logger: Any, method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        """As a processor of the log: after the traceback is text, before the line is made."""
        return {name: self.value(one) for name, one in event.items()}


HIDDEN: Final = Redaction()
"""That of this process."""
