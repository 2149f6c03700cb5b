"""What a person says of an instrument's computer, where its files leave it open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Decimal = Literal["point", "comma"]
DateOrder = Literal["day_first", "month_first"]
Encoding = Literal["utf-8", "utf-16", "cp1252", "latin-1", "cp437", "cp850", "shift_jis"]


@dataclass(frozen=True, slots=True)
class Locale:
    """Told for a source; None: not told. What the file itself shows always says more.

    ``decimal`` is the sign between the whole and its fraction, ``dates`` whether 03/04/2026 is in
    April or in March, ``encoding`` that of text without a byte-order mark.
    """

    decimal: Decimal | None = None
    dates: DateOrder | None = None
    encoding: Encoding | None = None

    def told(self) -> dict[str, str]:
        """What is told, by its name: nothing for a locale that tells nothing."""
        named = {"decimal": self.decimal, "dates": self.dates, "encoding": self.encoding}
        return {name: value for name, value in named.items() if value is not None}

    @classmethod
    def from_told(cls, told: Mapping[str, str]) -> Locale:
        """The locale that ``told`` came from. TypeError for a name that is none."""
        return cls(**told)  # type: ignore[arg-type]


UNTOLD = Locale()
"""Nothing is told: what a file leaves open stays open."""
