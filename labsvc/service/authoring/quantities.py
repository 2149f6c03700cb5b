"""Quantities as people write them (``1 nM``, ``120 min``, ``80 Ci/mmol``) to floats.

Every function takes the text and returns a float in the unit its name says; ValueError carries
one sentence for the person who wrote the text. Arithmetic is decimal until the end, so that
``1 nM`` is exactly the float 1e-9.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache, lru_cache
from math import isfinite
from types import ModuleType
from typing import TYPE_CHECKING, Any

from labsvc.unseen import unseen

if TYPE_CHECKING:
    from pint import UnitRegistry

_QUANTITY = re.compile(r"^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?)\s*(.*)$")
_UNIT = re.compile(r"^[A-Za-zµμ°%]{1,16}(?:\s?/\s?[A-Za-zµμ]{1,16})?$")
_COMMA = re.compile(r"^[+-]?\d+,\d")
_RANGE = re.compile(r"^(.+?)\s+to\s+(.+)$")
_FOLD = re.compile(r"^(?:1\s?:\s?)?(\d{1,9}\.?\d{0,20}|\.\d{1,20})$")
HALF_LOG = 10**0.5
STRONGEST_M = 56.0  # pure water is 55.5 mol/L: beyond it a unit was mistyped (MM for mM)
LONGEST = 60  # characters of a quantity

# The units of this field and no more: the whole of pint's own list takes 440 ms to build, this 3.
_UNITS = """
femto- = 1e-15 = f-
pico- = 1e-12 = p-
nano- = 1e-9 = n-
micro- = 1e-6 = u- = µ- = μ-
milli- = 1e-3 = m-
kilo- = 1e3 = k-
mega- = 1e6 = M-
giga- = 1e9 = G-
tera- = 1e12 = T-
mole = [substance] = mol
gram = [mass] = g
liter = [volume] = L = l = litre
molar = mole / liter = M
second = [time] = s = sec
minute = 60 * second = min
hour = 3600 * second = h
day = 86400 * second = d
becquerel = [activity] = Bq
curie = 3.7e10 * becquerel = Ci
degreecelsius = [temperature] = degC = C
percentage = [percentage] = percent
cpm = [counts]
dpm = [disintegrations]
"""


@cache
def _pint() -> ModuleType:
    """pint, which takes time and memory: only where a quantity is read.

    It loads numpy, of 15 MB, wherever it finds it, for arrays of quantities. Here it is given
    decimals alone.
    """
    with unseen("numpy"):
        import pint  # noqa: PLC0415
    return pint


@cache
def _registry() -> UnitRegistry[Any]:
    registry: UnitRegistry[Any] = _pint().UnitRegistry(None, non_int_type=Decimal)
    for line in _UNITS.strip().splitlines():
        registry.define(line)
    return registry


def load() -> None:
    """Read a quantity, so that the next one waits for nothing. Best before any thread starts: for a
    moment none can load numpy."""
    molar("1 nM")


def molar(text: object) -> float:
    """A concentration in mol/L, zero allowed: ``molar("1 nM") == 1e-9``."""
    value = _not_negative(text, "molar", "a concentration", "1 nM or 10 uM")
    if value > STRONGEST_M:
        raise ValueError(f"{text!r} is {value:g} mol/L, more than any solution holds; see its unit")
    return value


def minutes(text: object) -> float:
    """A duration in minutes: ``minutes("2 h") == 120.0``."""
    return _not_negative(text, "minute", "a duration", "120 min or 30 s")


def millilitres(text: object) -> float:
    """A volume in mL: ``millilitres("250 uL") == 0.25``."""
    return _not_negative(text, "milliliter", "a volume", "0.25 mL or 250 uL")


def milligrams(text: object) -> float:
    """A mass in mg: ``milligrams("20 ug") == 0.02``."""
    return _not_negative(text, "milligram", "a mass", "20 ug or 0.02 mg")


def mg_per_ml(text: object) -> float:
    """A concentration of protein in mg/mL: ``mg_per_ml("100 ug/mL") == 0.1``."""
    example = "0.1 mg/mL or 100 ug/mL"
    return _not_negative(text, "milligram / milliliter", "a concentration of protein", example)


def celsius(text: object) -> float:
    """A temperature in degrees Celsius; below zero is allowed."""
    return _converted(text, "degreecelsius", "a temperature in Celsius", "4 C or 37 C")


def percent(text: object) -> float:
    """A percentage, in percent: ``percent("40 %") == 40.0``."""
    return _not_negative(text, "percentage", "a percentage", "40 %")


def curies(text: object) -> float:
    """An activity in Ci: ``curies("1 uCi") == 1e-6``; becquerels are converted."""
    return _not_negative(text, "curie", "an activity", "1 uCi or 37 kBq")


def ci_per_mmol(text: object) -> float:
    """A specific activity in Ci/mmol; ``TBq/mmol`` and the like are converted."""
    return _not_negative(text, "curie / millimole", "a specific activity", "80 Ci/mmol")


def count_rate(text: object) -> tuple[float, str]:
    """Counts per minute with their kind: ``count_rate("250000 dpm") == (250000.0, "dpm")``."""
    number, unit = _split(_written(text).strip(), "a count rate", "250000 dpm or 90000 cpm")
    if unit not in {"cpm", "dpm"}:
        raise ValueError(f"{text!r} is not a count rate: write cpm or dpm, such as 250000 dpm")
    return _finite(number, text), unit


def fold(text: object) -> float:
    """A dilution factor above 1: ``3.162``, ``1:3.162`` or ``half-log`` (the root of 10)."""
    written = _written(text).strip()
    if written == "half-log":
        return HALF_LOG
    match = _FOLD.match(written)
    factor = float(match[1]) if match else 0.0
    if factor <= 1:
        raise ValueError(
            f"{written!r} is not a dilution: write how many fold each step is diluted, above 1, "
            "such as 1:3.162, 3.162 or half-log"
        )
    return factor


def molar_range(text: object) -> tuple[float, float]:
    """Two concentrations, the lower first: ``5 nM to 50 nM``."""
    match = _RANGE.match(_written(text).strip())
    if match is None:
        raise ValueError(f"{text!r} is not a range: write it as 5 nM to 50 nM")
    low, high = molar(match[1]), molar(match[2])
    if not low < high:
        raise ValueError(f"{text!r} is not a range: the first must be lower than the second")
    return low, high


@lru_cache(maxsize=256)
def dilution_series(top: float, factor: float, points: int) -> tuple[float, ...]:
    """``points`` concentrations from ``top`` down, each ``factor`` times lower (same unit).

    Kept: most compounds of a laboratory are diluted alike, and each run sheet stays in memory.
    """
    first, step = Decimal(repr(top)), Decimal(repr(factor))
    # Fifteen digits: two half-log steps down from 10 uM are 1 uM, not 9.99...98e-07.
    return tuple(float(f"{first / step**index:.15g}") for index in range(points))


def _not_negative(text: object, unit: str, what: str, example: str) -> float:
    value = _converted(text, unit, what, example)
    if value < 0:
        raise ValueError(f"{text!r} is below zero; expected {what} such as {example}")
    return value


def _converted(text: object, unit: str, what: str, example: str) -> float:
    return _in_unit(_written(text).strip(), unit, what, example)


@lru_cache(maxsize=256)
def _in_unit(written: str, unit: str, what: str, example: str) -> float:
    """A quantity as written, in ``unit``. Kept: a run sheet says 10 uM many times."""
    number, written_unit = _split(written, what, example)
    try:
        factor = _factor(written_unit, unit)
    except _pint().UndefinedUnitError as error:
        raise ValueError(
            f"{written_unit!r} in {written!r} is no unit known here; expected {what} such as "
            f"{example}"
        ) from error
    except _pint().DimensionalityError as error:
        raise ValueError(
            f"{written!r} is not {what}: {written_unit!r} measures something else; "
            f"write it such as {example}"
        ) from error
    return _finite(number * factor, written)


@lru_cache(maxsize=256)
def _factor(written_unit: str, unit: str) -> Decimal:
    """How many of ``unit`` one of the unit as written is. Kept: a run sheet says nM many times."""
    spelled = written_unit.replace("°C", "C").replace("%", "percent")
    registry = _registry()
    return Decimal(registry.Quantity(Decimal(1), registry.parse_units(spelled)).to(unit).magnitude)


def _split(written: str, what: str, example: str) -> tuple[Decimal, str]:
    if len(written) > LONGEST:
        raise ValueError(f"{written[:LONGEST]!r}... is too long for {what} such as {example}")
    if _COMMA.match(written):
        raise ValueError(f"{written!r} has a comma in its number; write a decimal point: {example}")
    match = _QUANTITY.match(written)
    if match is None:
        raise ValueError(f"{written!r} is not {what}: write a number and a unit, such as {example}")
    unit = match[2].strip()
    if not unit:
        raise ValueError(f"{written!r} has no unit; write {what} with its unit, such as {example}")
    if _UNIT.match(unit) is None:
        raise ValueError(f"{unit!r} in {written!r} is no unit; expected {what} such as {example}")
    return Decimal(match[1]), unit


def _written(text: object) -> str:
    """The text as it was written, for numbers that a YAML reader has turned into numbers."""
    written = getattr(text, "written", text)
    return written if isinstance(written, str) else str(written)


def _finite(number: Decimal, text: object) -> float:
    value = float(number)
    if not isfinite(value):
        raise ValueError(f"{text!r} is too large a number")
    return value
