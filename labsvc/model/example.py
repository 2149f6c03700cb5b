"""A protocol's worked example: a run sheet, its readings, and the answers they must give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal


@dataclass(frozen=True, slots=True)
class Expected:
    """One answer that a worked example must give.

    ``of`` is a curve's compound, a check's name, or keys of a row (``groups``); ``value`` names
    the number. ``unit`` is ``M`` for molar. ``within`` is a share of it, or ``absolute`` its unit.
    """

    kind: Literal["curve", "check", "group"]
    of: str | Mapping[str, str]
    value: str
    expected: float
    unit: str
    within: float
    absolute: bool = False


@dataclass(frozen=True, slots=True)
class OtherPlate:
    """Another plate of the example's run: the text of its run sheet, and its readings."""

    runsheet: str
    readings: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example: the protocol's own test.

    ``runsheet`` is the text of a run sheet, beginning on ``line`` of the file. ``readings`` are
    row by row on a plate, else in the order of the run sheet's positions; None: not counted.
    Without a ``verdict`` only the numbers are held against. ``others`` are the run's other plates,
    where their controls are pooled; the answers are those of the first.
    """

    runsheet: str
    readings: tuple[float | None, ...]
    unit: Literal["cpm", "dpm"]
    corrected: tuple[str, ...]
    answers: tuple[Expected, ...]
    verdict: str | None = None
    counted_on: date | None = None
    line: int = 1
    others: tuple[OtherPlate, ...] = ()
