"""Total and non-specific binding (or uptake) at growing concentrations, fitted together.

Binding: Kd and Bmax; uptake: Km and Vmax. The non-specific part is a parameter of the joint fit:
to subtract it first biases both (Person & Wells 2011).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import nan

from labsvc.core.assays.replicates import amount, spread
from labsvc.core.counts.activity import added_dpm
from labsvc.core.counts.radioligand import activity_on_the_day
from labsvc.core.fitting.regression import DataSet, fit
from labsvc.model.assay import Assay
from labsvc.model.notation import interval, molar, molar_interval, significant
from labsvc.model.protocol import FitPlan
from labsvc.model.result import Curve, Finding, Fit, Point, Status

TOTAL = ("total", "vehicle")
NONSPECIFIC = ("nonspecific", "blank")
NAMES = {
    "saturation_total_nsb": ("kd", "bmax", "nonspecific"),
    "michaelis_menten_nonsaturable": ("km", "vmax", "blocked"),
}
"""Of each model: the constant, what is reached at saturation, the kind of its other points."""

CONSTANTS = {
    "homologous_competition": ("kd", "bmax"),
    **{model: (constant, most) for model, (constant, most, _) in NAMES.items()},
}
"""Of each model that finds both: the constant, and what is reached at saturation."""

SPELLED = {"kd": "Kd", "bmax": "Bmax", "km": "Km", "vmax": "Vmax"}


def series(points: Sequence[Point]) -> dict[str, list[Point]]:
    """The points with a concentration in these roles, by their group (``""``: none)."""
    found: dict[str, list[Point]] = {}
    for one in points:
        if one.role in (*TOTAL, *NONSPECIFIC) and one.concentration_m is not None:
            found.setdefault(", ".join(one.group.values()), []).append(one)
    return found


def fitted(points: Sequence[Point], plan: FitPlan, unit: str) -> Fit:
    """The joint fit; the concentrations are those added, taken as free."""
    other = NAMES[plan.model][2]
    read = DataSet(
        x=tuple(one.concentration_m or 0.0 for one in points),
        y=tuple(
            nan if one.masked or one.response is None else one.response for one in points
        ),
        kind=tuple("total" if one.role in TOTAL else other for one in points),
        units=unit,
    )  # fmt: skip
    return fit(plan.model, read, fixed=dict(plan.fixed), weights=plan.weights)


def curves(assay: Assay, points: Sequence[Point], unit: str) -> tuple[Curve, ...]:
    """A curve for each group of the run; unfitted where the protocol has no fit."""
    plan, name = assay.protocol.fit, assay.protocol.radioligand.name
    found = []
    for group, part in series(points).items():
        one = fitted(part, plan, unit) if plan is not None else None
        label = f"{name} ({group})" if group else name
        found.append(Curve(label, tuple(part), one, None, reportable(one)))
    return tuple(found)


def reportable(found: Fit | None) -> str:
    """``Kd 0.81 nM [0.7-0.93], Bmax 812 fmol/mg [780-845]``, a bound, or why there is neither."""
    if found is None:
        return "not fitted"
    constant, most = CONSTANTS[found.model]
    if found.qualifier and found.qualifier_bound is not None:
        return f"{SPELLED[constant]} {found.qualifier} {molar(found.qualifier_bound)}"
    half, top = found.parameters.get(constant), found.parameters.get(most)
    if half is None or half.value is None or top is None or top.value is None:
        return found.status.replace("_", " ")
    first = f"{SPELLED[constant]} {molar_interval(half.value, half.ci95)}"
    second = f"{SPELLED[most]} {significant(top.value)} {top.unit} {interval(top.ci95)}"
    return f"{first}, {second}".strip()


def range_findings(found: Sequence[Curve]) -> tuple[Finding, ...]:
    """Whether the concentrations bracket the constant: from below it to five times above."""
    return tuple(one for curve in found if (one := _range(curve)) is not None)


def _range(curve: Curve) -> Finding | None:
    constant = NAMES[curve.fit.model][0] if curve.fit else ""
    half = curve.fit.parameters.get(constant) if curve.fit else None
    if half is None or half.value is None:
        return None
    doses = [one.concentration_m or 0.0 for one in curve.points if one.masked is None]
    share = max(doses, default=0.0) / half.value
    low = min((dose for dose in doses if dose > 0), default=0.0)
    good = share >= 5 and low < half.value
    name = SPELLED[constant]
    sentence = (
        f"Concentrations from {molar(low)} to {molar(max(doses, default=0.0))}, "
        f"{significant(share)} times the {name}; expected from below it to five times above it."
    )
    status = Status.PASS if good else Status.WARN
    return Finding(f"range: {curve.compound}", status, share, "at least 5 times", sentence)


def role_findings(points: Sequence[Point]) -> tuple[Finding, ...]:
    """Without non-specific positions at several concentrations nothing tells the two apart."""
    found = series(points) or {"": []}
    return tuple(
        one for group, part in found.items() if (one := _roles(group, part)) is not None
    )  # fmt: skip


def _roles(group: str, points: Sequence[Point]) -> Finding | None:
    held = {
        name: len({one.concentration_m for one in points
                   if one.role in roles and one.masked is None})
        for name, roles in (("total", TOTAL), ("non-specific", NONSPECIFIC))
    }  # fmt: skip
    lacking = [f"{name} positions at {count} concentrations" for name, count in held.items()
               if count < 3]  # fmt: skip
    if not lacking:
        return None
    where = f" for {group}" if group else ""
    sentence = f"Found {' and '.join(lacking)}{where}; expected three or more of each."
    check = f"concentrations: {group}" if group else "concentrations"
    return Finding(check, Status.FAIL, None, "three or more of each", sentence)


def depletion_percent(assay: Assay, points: Sequence[Point]) -> tuple[float | None, str]:
    """The worst share of the ligand added that was bound in all, and where; or why there is none.

    Added is reckoned at each concentration from volume and specific activity on the day.
    """
    activity, volume = activity_on_the_day(assay).ci_per_mmol, assay.protocol.assay_volume_ml
    if not activity or not volume:
        return None, "volume and specific activity are not both known"
    shares: Mapping[float, float] = {
        dose: 100 * mean.mean / added_dpm(dose, volume, activity)
        for dose, counts in _by_dose(points, TOTAL, "dpm").items()
        if dose > 0 and (mean := spread(counts)) is not None
    }
    if not shares:
        return None, "no dpm is known of the total positions"
    worst = max(shares, key=lambda dose: shares[dose])
    return shares[worst], f"at {molar(worst)}"


def replicate_cv_percent(points: Sequence[Point], unit: str) -> tuple[float | None, str]:
    """The worst CV among total replicates, and at which concentration."""
    found = {
        dose: cv
        for dose, counts in _by_dose(points, TOTAL, unit).items()
        if (mean := spread(counts)) is not None and (cv := mean.cv_percent) is not None
    }
    if not found:
        return None, "there are no replicates"
    worst = max(found, key=lambda dose: found[dose])
    return found[worst], f"at {molar(worst)}"


def _by_dose(
    points: Sequence[Point], roles: Sequence[str], unit: str
) -> dict[float, list[float]]:  # fmt: skip
    found: dict[float, list[float]] = {}
    for one in points:
        counts = amount(one, unit)
        if one.role not in roles or one.masked is not None:
            continue
        if counts is not None and one.concentration_m is not None:
            found.setdefault(one.concentration_m, []).append(counts)
    return found
