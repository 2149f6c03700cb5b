"""What is asked of the general fitter, checked: model, constants, what is held, freed, shared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, log10
from typing import cast, get_args

from labsvc.core.fitting.general.reweight import Weights
from labsvc.core.models import MODELS, Model
from labsvc.core.models.model import PREFIX
from labsvc.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, checked: parameters by their fitted names."""

    model: Model
    held: Mapping[str, float]
    constants: Mapping[str, float]
    weights: Weights
    shared: tuple[str, ...]
    freed: frozenset[str]


def ask(
    model: str,
    fixed: Mapping[str, float],
    constants: Mapping[str, float],
    weights: str,
    free: Sequence[str],
    share: Sequence[str],
) -> Question:
    """The question, or ConfigError with what is wrong with it."""
    if model not in MODELS:
        raise ConfigError(f"model: found {model!r}, expected one of {', '.join(MODELS)}")
    if weights not in get_args(Weights):
        expected = ", ".join(get_args(Weights))
        raise ConfigError(f"weights: found {weights!r}, expected one of {expected}")
    found = MODELS[model]
    held = dict(_fixed(found, name, value) for name, value in fixed.items())
    freed = frozenset(_name(found, name, "free") for name in free)
    shared = tuple(_name(found, name, "share") for name in share)
    for name, value in ((one.name, one.usually) for one in found.parameters):
        if value is not None and name not in freed:
            held.setdefault(name, value)
    return Question(
        found, held, _constants(found, constants), cast("Weights", weights), shared, freed
    )


def _name(model: Model, name: str, where: str) -> str:
    """The fitted name of a parameter given by its plain or its fitted name."""
    for one in (name, PREFIX + name):
        if one in model.names:
            return one
    known = ", ".join(one.plain or one.name for one in model.parameters)
    raise ConfigError(f"{where}: found {name!r}, expected one of {known} for {model.name}")


def _fixed(model: Model, name: str, value: float) -> tuple[str, float]:
    fitted = _name(model, name, "fix")
    logarithm = fitted != name
    if not isfinite(value) or (logarithm and value <= 0) or (fitted == "hill" and value == 0):
        what = "a number above 0" if logarithm else "a number that is usable"
        raise ConfigError(f"fix: found {name} = {value!r}, expected {what}")
    return fitted, log10(value) if logarithm else value


def _constants(model: Model, given: Mapping[str, float]) -> dict[str, float]:
    """By the model's own names, in its units."""
    spellings = {
        other.lower(): (one, factor)
        for one in model.constants
        for other, factor in {one.name: 1.0, **(one.also or {})}.items()
    }
    found: dict[str, float] = {}
    for name, value in given.items():
        if name.lower() not in spellings:
            known = ", ".join(one.name for one in model.constants) or "none"
            raise ConfigError(f"const: found {name!r}, expected one of: {known} for {model.name}")
        one, factor = spellings[name.lower()]
        if not isfinite(value) or value < 0 or (value == 0 and one.unit != "min"):
            raise ConfigError(f"const: found {name} = {value!r}, expected a number above 0")
        found[one.name] = value * factor
    lacking = [one for one in model.constants if not one.optional and one.name not in found]
    if lacking:
        wanted = ", ".join(f"{one.name} ({one.meaning}, {one.unit})" for one in lacking)
        raise ConfigError(f"const: {model.name} needs {wanted}; give it as NAME=VALUE")
    return found
