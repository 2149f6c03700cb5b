"""Bytes exactly as a source handed them over: the unit of work and of filing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from labsvc.model.locale import UNTOLD, Locale


@dataclass(frozen=True, slots=True)
class Capture:
    """Bytes with name, source and time received.

    ``name`` is the source's own name for them: untrusted text, never a path to write to.
    ``received_at`` is aware, in UTC. ``driver`` is set when the source names its driver; it is
    None when recognition decides. ``timezone`` (IANA name) is the zone of the instrument's clock.
    ``simulated`` marks bytes of a simulated instrument: everything made from them says so.
    ``locale`` is what the source tells of decimal sign, dates and encoding.
    """

    name: str
    source: str
    received_at: datetime
    content: bytes
    driver: str | None = None
    timezone: str = "UTC"
    simulated: bool = False
    locale: Locale = UNTOLD
    sha256: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sha256", hashlib.sha256(self.content).hexdigest())
