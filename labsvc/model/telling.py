"""What a protocol asks for its runs: what the report shows, and who is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Report:
    """What the report shows. ``title`` goes before the protocol's.

    ``curves`` are globs of compounds, in the order shown; none: all. ``unit`` is that of molar
    answers; empty: that which suits each. ``without`` are the sections left out.
    """

    title: str = ""
    curves: tuple[str, ...] = ()
    unit: Literal["", "mM", "µM", "nM", "pM"] = ""
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AlertWish:
    """Who is told of the runs of a protocol, and from which verdict on.

    ``to``: mail addresses; none: those of the settings. ``at``: ``rejected`` tells rejected and
    held runs, ``review`` those to be looked at too, ``accepted`` every run; ``never`` none.
    """

    to: tuple[str, ...] = ()
    at: Literal["accepted", "review", "rejected", "never"] = "rejected"
