"""The fit of a curve is the same bytes, whatever it is fitted with and wherever it stands.

The same file is worked out by itself, or with others of a backlog, and must be filed the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
import pytest

from labsvc.core.fit import CurveData, InhibitionModel, fit_inhibition
from labsvc.core.fitting.arrays import fit_arrays
from labsvc.core.fitting.curves import Array, inhibition
from labsvc.core.fitting.outliers import Suspect, proposed

A = TypeVar("A")
B = TypeVar("B")

LAYOUTS = [
    np.repeat(np.linspace(-9.5, -5.0, 10), 3),
    np.array([-9.0, -8.5, -8.0, -7.5, -7.0, -6.0, -5.0]),
    np.repeat(np.linspace(-14.0, -2.0, 13), 2),
    np.linspace(-9.0, -5.0, 8),
    np.array([-1e6, -9.0, -8.0, -7.0, -6.0, -5.0, -4.0]),
]
FIXED = [{}, {}, {}, {"bottom": 0.0}, {"top": 100.0}, {"top": 100.0, "bottom": 0.0}, {"hill": -0.7}]
SIZES = (2, 12, 50)


def curves(count: int, seed: int) -> list[CurveData]:
    """Of many layouts, masked, weighted, flat, steep, inverted, exact, with outliers."""
    chance = np.random.default_rng(seed)
    return [curve(chance) for _ in range(count)]


def curve(chance: np.random.Generator) -> CurveData:
    x = LAYOUTS[chance.integers(len(LAYOUTS))]
    y = responses(chance, x)
    heavy = np.exp(chance.normal(0.0, 1.0, len(x))) if chance.random() < 0.2 else None
    return CurveData(
        tuple(np.where(x < -90.0, 0.0, 10**x).tolist()),
        tuple(np.where(chance.random(len(x)) < chance.choice([0.0, 0.0, 0.2]), np.nan, y).tolist()),
        None if heavy is None else tuple(heavy.tolist()),
        FIXED[chance.integers(len(FIXED))],
        direction=(None, "falling", "rising")[chance.integers(3)],
    )


def responses(chance: np.random.Generator, x: Array) -> Array:
    middle, spread = chance.uniform(*chance.choice([[-8.7, -5.8], [-11.0, -3.0]])), chance.random()
    hill = -np.exp(chance.normal(0.0, 1.5 if spread < 0.3 else 0.2))
    y = inhibition(x, middle, hill, chance.choice([100.0, 100.0, 100.0, 0.0]), 0.0)
    noise = chance.choice([0.0, 0.1, 3.0, 10.0])
    return np.asarray(y + noise * chance.standard_t(3, len(x)))


def assert_same_with_any_neighbours(
    work: Callable[[Sequence[A]], Sequence[B]], asked: Sequence[A]
) -> None:
    """``repr`` tells every bit of a number."""
    chance = np.random.default_rng(len(asked))
    alone = [repr(work([one])[0]) for one in asked]
    for size in SIZES:
        order = chance.permutation(len(asked)).tolist()
        for some in (order[at : at + size] for at in range(0, len(order), size)):
            found = work([asked[row] for row in some])
            assert [repr(one) for one in found] == [alone[row] for row in some]


@pytest.mark.parametrize("model", ["inhibition_4pl", "inhibition_3pl"])
def test_a_fit_hangs_on_no_neighbour(model: InhibitionModel) -> None:
    """Whatever their layout, weights, direction, missing points and number."""
    assert_same_with_any_neighbours(lambda some: fit_inhibition(model, some), curves(50, 14))


def test_proposed_outliers_hang_on_no_neighbour() -> None:
    """Also on none with more points."""
    asked = curves(120, 3)
    fits = fit_inhibition("inhibition_4pl", asked)
    suspects = [
        Suspect(one.concentrations_m, one.responses, fit, (1.0, 1.0 + row % 4))
        for row, (one, fit) in enumerate(zip(asked, fits, strict=True))
    ]
    assert any(proposed(suspects))
    assert_same_with_any_neighbours(proposed, suspects)


def test_one_singular_curve_spoils_no_other() -> None:
    """Exact curves between two concentrations have no slope at all."""
    x = LAYOUTS[3]
    step = CurveData(tuple((10**x).tolist()), tuple(np.where(x < -7.0, 100.0, 0.0).tolist()))
    others = [one for one in curves(60, 4) if len(one.responses) == len(x)]
    assert_same_with_any_neighbours(
        lambda some: fit_inhibition("inhibition_4pl", [step, *some])[1:], others
    )


@pytest.mark.parametrize("count", [1, 2, 5])
def test_arrays_hang_on_no_neighbour(count: int) -> None:
    """``fit_arrays`` of some is that of all."""
    chance = np.random.default_rng(6)
    molar, y = 10 ** LAYOUTS[0], np.array([responses(chance, LAYOUTS[0]) for _ in range(40)]).T
    whole, part = fit_arrays(molar, y), fit_arrays(molar, y[:, :count])
    assert np.array_equal(whole.log10_ic50[:count], part.log10_ic50, equal_nan=True)
    assert np.array_equal(whole.limits[:, :count], part.limits, equal_nan=True)
    assert np.array_equal(whole.stderr[:, :count], part.stderr, equal_nan=True)
