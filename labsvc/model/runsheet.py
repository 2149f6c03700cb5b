"""A RunSheet: what one experiment put where. Times are aware (UTC) once read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, NamedTuple

from labsvc.model.protocol import Cited, Role


class Compound(NamedTuple):
    """A compound in one slot of the protocol's layout. A tuple, as thousands of run sheets wait.

    ``concentrations_m`` goes with the slot's wells, highest first; ``stock_m`` is what it was
    diluted from, where that is told.
    """

    name: str
    slot: str
    concentrations_m: tuple[float, ...]
    role: Role = "sample"
    group: Mapping[str, str] = {}
    stock_m: float | None = None


class Placement(NamedTuple):
    """What one position holds, when the run sheet lists positions. A tuple for the same reason."""

    position: str
    role: Role
    rack: str | None = None
    compound: str | None = None
    concentration_m: float | None = None
    group: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Mask:
    """A position left out on purpose, with the reason."""

    position: str
    reason: str
    rack: str | None = None


@dataclass(frozen=True, slots=True)
class RunSheet:
    """One experiment.

    A run belongs to it by plate identity (``plate_id``), or by how it was counted: ``count_file``
    (a glob for the name of the counter's file), ``count_program`` (number or name of the
    counter's program) and ``count_date`` (the counter's own date); each one given must hold.
    ``plate`` (1-based) says which plate of a file that holds several. ``orientation`` is how its
    filter lay in the counter (``core.orientation``).
    """

    name: str
    protocol: str
    plate_id: str | None = None
    count_file: str | None = None
    count_program: str | None = None
    count_date: date | None = None
    plate: int | None = None
    operator: str | None = None
    lots: Mapping[str, str] = field(default_factory=dict)
    compounds: tuple[Compound, ...] = ()
    placements: tuple[Placement, ...] = ()
    masks: tuple[Mask, ...] = ()
    times: Mapping[str, datetime] = field(default_factory=dict)
    radioligand_concentration: Cited | None = None
    affinity: Cited | None = None
    total_added: Cited | None = None
    protein: Cited | None = None
    orientation: str | None = None
    form: Literal["yaml", "csv"] = "yaml"
    """How ``text`` is written; of a workbook it is the words as CSV."""
    text: str = ""
    digest: str = ""

    @property
    def names_count(self) -> bool:
        """Whether the run sheet says which count it belongs to."""
        return any((self.count_file, self.count_program, self.count_date))
