"""What a model is: one frozen value with its formula, its numbers and where it comes from.

The curve of a model is a pure function of parameters, columns and constants. It takes parameters
as arrays of shape (sets, 1), real or complex, and gives (sets, points): written with analytic
functions only, so that its derivatives can be had exactly from complex numbers. Those written out
beside it (``slopes``) are held against them in the tests. Whatever must be positive is fitted as
its log10, named ``log10_kd``, and reported as ``kd`` beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from labsvc.core.fitting.curves import Array, log10_molar

Numbers = NDArray[Any]  # real, or complex on the way to a derivative
Values = Mapping[str, Any]  # a parameter's numbers by its name
Constants = Mapping[str, float]

PREFIX = "log10_"
_MOST_KNOWN = 32
Made = TypeVar("Made")


@dataclass(frozen=True, eq=False)  # without slots: a curve asks for the same again and again
class Columns:
    """Where the points are: ``x`` (points,) in M or minutes, with what else the model names.

    ``conc`` (points,) is a second concentration in M; ``kind`` (points,) says what a point is of.
    """

    x: Array
    conc: Array | None = None
    kind: NDArray[np.str_] | None = None
    _known: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def log10(self) -> Array:
        """log10 of ``x``; of zero, a number so low that curves are at their plateau."""
        return log10_molar(self.x)

    def known(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What ``make`` makes of these places and nothing else but ``key``: made once."""
        try:
            found: Made = self._known[key]
        except KeyError:
            found = make()
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()  # places live long: plate after plate has its own constants
            self._known[key] = found
        return found

    def is_kind(self, name: str) -> NDArray[np.bool_]:
        """Which points are of this kind; none where no kinds are given."""
        return self.known(name, lambda: self._is_kind(name))

    def _is_kind(self, name: str) -> NDArray[np.bool_]:
        if self.kind is None:
            return np.zeros(len(self.x), dtype=np.bool_)
        return np.asarray(self.kind == name)

    def second(self) -> Array:
        """``conc``, which the model has asked for."""
        assert self.conc is not None
        return self.conc

    def take(self, rows: NDArray[Any]) -> Columns:
        """The points of these rows (indices or a mask)."""
        return Columns(
            self.x[rows],
            None if self.conc is None else self.conc[rows],
            None if self.kind is None else self.kind[rows],
        )


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter as it is fitted. ``response`` as unit stands for the unit of the data.

    ``linear``: the curve is linear in it with the others held. ``usually``: the value it is held
    at unless it is freed (None: it is free). ``log10_x`` is reported as ``x`` too, in ``unit``.
    """

    name: str
    unit: str
    meaning: str
    linear: bool = False
    usually: float | None = None

    @property
    def plain(self) -> str | None:
        """The name without log10, where it is fitted as a logarithm."""
        return self.name.removeprefix(PREFIX) if self.name.startswith(PREFIX) else None


@dataclass(frozen=True, slots=True)
class Constant:
    """A number the model is given. ``also`` holds other names for it, each with its factor."""

    name: str
    unit: str
    meaning: str
    optional: bool = False
    also: Mapping[str, float] | None = None


@dataclass(frozen=True, slots=True)
class Derived:
    """A number that follows from the fit, as its log10 (``log10_kd`` reported as ``kd`` too).

    ``value`` takes parameters and constants. ``of`` names the one parameter that it is a
    monotone function of, where there is one: its interval is then mapped. ``needs`` are optional
    constants without which it is left out.
    """

    name: str
    unit: str
    value: Callable[[Values, Constants], Any]
    of: str | None = None
    needs: tuple[str, ...] = ()


class Range(NamedTuple):
    """Where a parameter is looked for: its bounds, and the places to start from."""

    low: float
    high: float
    starts: tuple[float, ...]


Curve = Callable[[Values, Columns, Constants], Numbers]
Slopes = Callable[[Values, Columns, Constants], tuple[Array, Mapping[str, Any]]]
Search = Callable[[Columns, Array, Constants], Mapping[str, Range]]
Scout = Callable[[Columns, Array, Array, Constants], tuple[Array, Array] | None]


@dataclass(frozen=True, slots=True)
class Linearly:
    """A ``model`` of as many parameters that draws the same curves.

    ``back`` turns its values into those of the other; None where that has no such curve.
    """

    model: Model
    back: Callable[[Mapping[str, float]], Mapping[str, float] | None]


@dataclass(frozen=True)  # without slots: ``names`` is made once
class Model:
    """One model. ``x`` says what its x is: ``concentration`` (M) or ``time`` (min).

    ``slopes`` gives what ``curve`` does, and its derivative by each parameter: (sets, points) of
    real parameters, or what broadcasts to it. ``columns`` are further columns it must have
    (``conc``, ``kind``), ``kinds`` what may stand in ``kind``. ``search`` gives the range of every
    parameter that is not linear. ``flat`` holds the
    parameters whose values there leave no effect at all: the curve's rival in the F test.
    ``asked`` is the parameter that ``>`` and ``<`` speak of. ``nonsense`` finds the sentence to
    say of values that cannot be (a negative Bmax); ``ordered`` brings equal curves to one form;
    ``usual`` gives values to hold that depend on the data; ``by_response``
    says that ``search`` looks at them. ``twins`` are two parameters that may
    change places with those that go with them: it is enough to look where the first is lower.
    ``scout`` takes places, responses, weights and constants, and gives where to start from
    (starts, searched) with the size of a step there, where a grid would be coarse; None: not known.
    ``linearly`` is the same curve with more of its parameters linear, to be searched for instead.
    """

    name: str
    title: str
    formula: str
    source: str
    x: Literal["concentration", "time", "any"]
    parameters: tuple[Parameter, ...]
    curve: Curve
    slopes: Slopes
    search: Search
    asked: str
    constants: tuple[Constant, ...] = ()
    columns: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    derived: tuple[Derived, ...] = ()
    flat: Mapping[str, float] | None = None
    nonsense: Callable[[Mapping[str, float]], str | None] = lambda _: None
    ordered: Callable[[dict[str, float]], dict[str, float]] = lambda values: values
    usual: Callable[[Columns, Array], Mapping[str, float]] = lambda at, y: {}
    by_response: bool = False
    scout: Scout | None = None
    twins: tuple[str, str] | None = None
    linearly: Linearly | None = None
    notes: tuple[str, ...] = ()

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(one.name for one in self.parameters)

    def units(self) -> dict[str, str]:
        """Every reported name with its unit, in the order of the report."""
        found: dict[str, str] = {}
        reported: tuple[Parameter | Derived, ...] = (*self.parameters, *self.derived)
        for one in reported:
            if one.name.startswith(PREFIX):
                found[one.name.removeprefix(PREFIX)] = one.unit
                found[one.name] = f"log10 {one.unit}".strip()
            else:
                found[one.name] = one.unit
        return found
