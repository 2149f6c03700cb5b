"""ROUT: few false proposals, gross outliers found, nothing removed."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from labsvc.core.analyse import conclude
from labsvc.core.fit import CurveData, fit_inhibition
from labsvc.core.fitting.outliers import Suspect, flagged, outlier_remark, proposed
from labsvc.core.fitting.student import t_quantile
from tests.core.bench import CURVE, PROTOCOL, ROLES, assay, with_counts

DOSES = tuple((10.0 ** np.repeat(np.linspace(-10, -5, 10), 2)).tolist())
SD = 4.0


@cache
def simulated(sets: int, shift: float = 0.0) -> tuple[tuple[Suspect, ...], tuple[int, ...]]:
    """Duplicates at ten doses with Gaussian scatter; one point of each moved by ``shift`` SD."""
    rng = np.random.default_rng(12)
    middle = rng.uniform(-8.5, -6.5, sets)[:, None]
    y = 100 / (1 + 10 ** (np.log10(DOSES) - middle)) + rng.normal(0, SD, (sets, len(DOSES)))
    moved = rng.integers(0, len(DOSES), sets)
    y[np.arange(sets), moved] += shift * SD * rng.choice([-1, 1], sets)
    curves = [CurveData(DOSES, tuple(row)) for row in y.tolist()]
    fits = fit_inhibition("inhibition_4pl", curves)
    suspects = tuple(
        Suspect(one.concentrations_m, one.responses, fit)
        for one, fit in zip(curves, fits, strict=True)
    )
    return suspects, tuple(moved.tolist())


def test_clean_curves_are_rarely_suspected() -> None:
    """Of 3000 with Gaussian scatter 1 to 3 % have a point proposed (the paper: 1 to 3 %)."""
    suspects, _ = simulated(3000)
    share = sum(bool(one) for one in proposed(suspects)) / len(suspects)
    assert 0.01 < share < 0.03


def test_counts_scatter_more_where_there_are_more_of_them() -> None:
    """5 % pipetting on 1500 counts: taken as one scatter a third is suspected, else under 5 %."""
    rng, sets = np.random.default_rng(6), 600
    middle = rng.uniform(-8.5, -6.5, sets)[:, None]
    mean = 100 + 1400 / (1 + 10 ** (np.log10(DOSES) - middle))
    y = (rng.poisson(mean * np.exp(rng.normal(0, 0.05, mean.shape))) - 100) / 14
    curves = [CurveData(DOSES, tuple(row)) for row in y.tolist()]
    fits = fit_inhibition("inhibition_4pl", curves)
    shares = []
    for scatter in ((1.0, 1.0), (11.2, 84.5)):  # the root of n + (0.05 n)^2 at 100 and at 1500
        suspects = [
            Suspect(DOSES, one.responses, fit, scatter)
            for one, fit in zip(curves, fits, strict=True)
        ]
        shares.append(sum(map(bool, proposed(suspects))) / sets)
    assert shares[0] > 0.25
    assert shares[1] < 0.05


def test_a_gross_outlier_is_found_and_little_else() -> None:
    """10 SD away: in 98 of 100 curves that converged, with a false one beside it in under 3."""
    suspects, moved = simulated(500, 10.0)
    found = proposed(suspects)
    rows = [row for row, one in enumerate(suspects) if one.fit.status == "converged"]
    assert len(rows) > 450
    assert sum(moved[row] in found[row] for row in rows) / len(rows) > 0.98
    assert sum(len(set(found[row]) - {moved[row]}) > 0 for row in rows) / len(rows) < 0.03


def test_a_smaller_share_of_false_ones_proposes_less() -> None:
    """Q is the knob: at 0.1 % fewer than at 1 %, at 10 % more."""
    suspects, _ = simulated(3000)
    strict, usual, lax = (sum(map(bool, proposed(suspects, q))) for q in (0.001, 0.01, 0.1))
    assert strict < usual < lax


def test_the_rank_decides_how_far_is_too_far() -> None:
    """Twenty residuals of a 4-parameter fit: the largest is tested at 0.05 %, t = 4.35."""
    assert t_quantile(16, 1 - 0.01 / 20 / 2) == pytest.approx(4.346, abs=0.001)
    rest = [(-1) ** n * 0.1 * n for n in range(1, 20)]
    # RSDR: rank 0.6827 x 21 = 14.34 of |r|, 1.434, times 20/16.
    limit = 4.346 * 1.434 * 20 / 16
    assert flagged([*rest, limit * 1.01], 4) == (19,)
    assert flagged([*rest, limit * 0.99], 4) == ()


def test_all_that_lie_beyond_the_first_are_proposed_with_it() -> None:
    """Two at t = 4.2: enough at rank 19 (4.02); the larger goes with it, short of its 4.35."""
    rest = [(-1) ** n * 0.1 * n for n in range(1, 19)]
    far = 4.2 * 1.434 * 20 / 16
    assert flagged([far + 0.001, *rest, -far], 4) == (0, 19)
    assert flagged([far, *rest, 1.9], 4) == ()


def test_too_few_degrees_of_freedom_propose_nothing() -> None:
    """Six points of four parameters have no scatter to speak of."""
    assert flagged([0.1, -0.1, 0.1, -0.1, 0.1, 50.0], 4) == ()


def test_masked_points_and_other_layouts_side_by_side() -> None:
    """A NaN is no outlier; a shorter curve beside a longer one is judged by itself."""
    suspects, moved = simulated(500, 10.0)
    row = next(n for n, one in enumerate(proposed(suspects)) if one == (moved[n],))
    one = suspects[row]
    gap = (moved[row] + 5) % len(DOSES)
    responses = tuple(
        float("nan") if n == gap else y for n, y in enumerate(one.responses)
    ) + (float("nan"),) * 3  # fmt: skip
    longer = Suspect((*one.concentrations_m, 1e-5, 1e-5, 1e-5), responses, one.fit)
    assert proposed([longer, one]) == ((moved[row],), (moved[row],))


def test_what_is_proposed_does_not_depend_on_the_other_curves() -> None:
    """Sixty curves with an outlier each: alone as together, whichever takes longest to settle."""
    suspects, _ = simulated(60, 6.0)
    assert [proposed([one])[0] for one in suspects] == list(proposed(suspects))


def test_a_fit_that_did_not_converge_has_no_proposals() -> None:
    """There is no curve to be far from."""
    flat = CurveData(DOSES, (50.0,) * len(DOSES))
    (fit,) = fit_inhibition("inhibition_4pl", [flat])
    assert proposed([Suspect(flat.concentrations_m, flat.responses, fit)]) == ((),)
    assert proposed([]) == ()


def test_without_the_scatter_of_both_controls_nothing_is_proposed() -> None:
    """One total well has no SD: the plate does not say how far is far."""
    found = with_counts({"D03": CURVE["D03"] + 300})
    layout = replace(PROTOCOL.layout, roles={**ROLES, "A02": "unused", "A03": "unused",
                                             "A04": "unused"})  # fmt: skip
    (one,) = conclude(assay(found, replace(PROTOCOL, layout=layout))).curves
    assert one.fit is not None
    assert not any("ROUT" in remark for remark in one.fit.remarks)


def test_fixed_plateaus_and_slope_stay_where_they_are() -> None:
    """One gross point in a curve with three parameters held."""
    fixed = {"top": 100.0, "bottom": 0.0, "hill": -1.0}
    rng = np.random.default_rng(5)
    y = 100 / (1 + np.array(DOSES) / 1e-8) + rng.normal(0, SD, len(DOSES))
    y[7] += 60
    one = CurveData(DOSES, tuple(y.tolist()), fixed=fixed)
    (fit,) = fit_inhibition("inhibition_4pl", [one])
    assert proposed([Suspect(DOSES, one.responses, fit)]) == ((7,),)


def test_points_exactly_on_a_curve_are_no_outliers() -> None:
    """Where all that is left over is rounding, a point is not far by any measure."""
    suspects, moved = simulated(500, 10.0)
    row = next(n for n, one in enumerate(proposed(suspects)) if one == (moved[n],))
    exact = suspects[row]._replace(fit=replace(suspects[row].fit, residual_sd=1e-13))
    assert proposed([exact]) == ((),)


def test_the_remark_names_the_wells_and_leaves_them_in() -> None:
    """A person decides, with a reason, in the run sheet."""
    assert outlier_remark(["B07"]) == (
        "ROUT (Q = 1 %) proposes B07 as outlying; nothing was left out. Mask it in the run sheet "
        "if there is a reason to."
    )
    assert "B07, C02 as outlying; nothing was left out. Mask them" in outlier_remark(["B07", "C02"])


def test_a_plate_with_a_gross_well_names_it_beside_the_curve() -> None:
    """D03 is 300 cpm too high: proposed by name, still among the points, still unmasked."""
    (clean,) = conclude(assay()).curves
    (found,) = conclude(assay(with_counts({"D03": CURVE["D03"] + 300}))).curves
    assert clean.fit is not None
    assert found.fit is not None
    assert not any("ROUT" in one for one in clean.fit.remarks)
    assert any("proposes D03 as outlying" in one for one in found.fit.remarks)
    assert found.fit.n_points == clean.fit.n_points
    assert all(point.masked is None for point in found.points)
