"""The many small cells of a report: curves, fits, readings, inputs.

A page has a thousand of them. They are written here and not by a template: five times as fast.
Text from outside passes ``escaped``; numbers are text of our own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from markupsafe import Markup

from labsvc.filing.text import escaped, ours
from labsvc.filing.wording import given, ic50, keys, note, parameter, well, words
from labsvc.model.notation import NOTHING, exact, in_unit, molar, molar_interval, significant
from labsvc.model.result import Affinity, Curve, Fit, Operation, Point

_NUMBER = '</td><td class="number">'
_WHOLE = '</td><td class="whole">'


def readings(points: Iterable[Point]) -> Markup:
    """A table row for each point, masked ones marked as such."""
    roles: dict[str, str] = {}  # a plate repeats them, and its compounds
    compounds: dict[str, str] = {}
    return ours("\n".join([_reading(one, roles, compounds) for one in points]))


def masked(points: Iterable[Point]) -> int:
    """How many of the points are masked."""
    return sum([one.masked is not None for one in points])


def _reading(one: Point, roles: dict[str, str], compounds: dict[str, str]) -> str:
    role = roles.get(one.role) or roles.setdefault(one.role, escaped(words(one.role)))
    numbers = (
        molar(one.concentration_m) if one.concentration_m is not None else "",
        exact(one.cpm),
        significant(one.dpm, 5),
        significant(one.specific, 5),
        significant(one.response, 4),
    )
    how, why = ("", "") if one.masked is None else (' class="masked"', escaped(one.masked))
    return (
        f"<tr{how}><td>{escaped(well(one))}</td><td>{role}</td><td>{_substance(one, compounds)}"
        f"{_NUMBER}{_NUMBER.join(numbers)}</td><td>{why}</td></tr>"
    )


def _substance(one: Point, seen: dict[str, str]) -> str:
    name = one.compound or ""
    compound = seen.get(name) or seen.setdefault(name, escaped(name))
    if not one.group:
        return compound
    return f'{compound} <span class="inputs">{escaped(keys(one.group))}</span>'


def summaries(curves: Iterable[Curve], unit: str) -> Markup:
    """A table row for each curve: what is to be reported, and what it was read from."""
    return ours("".join([_summary(one, unit) for one in curves]))


def _summary(curve: Curve, unit: str) -> str:
    tag = ' <span class="tag">reference</span>' if curve.role == "reference" else ""
    numbers = (
        in_unit(ic50(curve.fit), unit),
        parameter(curve.fit, "hill"),
        _affinity(curve.ki, unit) if curve.ki else NOTHING,
    )
    return (
        f'<tr><td class="name">{escaped(curve.compound)}{tag}</td>\n'
        f'<td class="report">{escaped(curve.reportable)}</td>\n'
        + "".join([f'<td class="whole">{escaped(one)}</td>\n' for one in numbers])
        + f'<td class="remarks">{_remarks(curve)}</td></tr>\n'
    )


def _affinity(ki: Affinity, unit: str) -> str:
    return in_unit(molar_interval(ki.value, ki.ci95), unit)


def _remarks(curve: Curve) -> str:
    doubt = note(curve)
    said = [f'<span class="doubt">{escaped(doubt)}</span>'] if doubt else []
    said += [escaped(one) for one in (curve.fit.remarks if curve.fit else ())]
    return "; ".join(said)


def operations(done: Iterable[Operation]) -> Markup:
    """A list item for each operation, with its inputs."""
    return ours(
        "".join(
            [
                f"<li><strong>{escaped(words(one.name))}.</strong> {escaped(one.sentence)}"
                f"{inputs(one.inputs)}</li>\n"
                for one in done
            ]
        )
    )


def fits(curves: Iterable[Curve]) -> Markup:
    """A table row for each curve that was fitted."""
    return ours("".join([_fit(one.compound, one.fit) for one in curves if one.fit]))


def _fit(compound: str, fit: Fit) -> str:
    numbers = significant(fit.residual_sd), significant(fit.r_squared)
    return (
        f'<tr><td class="name">{escaped(compound)}{_WHOLE}{escaped(words(fit.model))}'
        f"{_WHOLE}{escaped(words(fit.status))}{_NUMBER}{fit.n_points}</td>\n"
        f'<td class="inputs">{parameters(fit)}</td>\n'
        f'<td class="number">{_NUMBER.join(numbers)}</td></tr>\n'
    )


def formulas(curves: Iterable[Curve]) -> list[str]:
    """The formulas by which Ki was had, each once."""
    return list(dict.fromkeys(one.ki.formula for one in curves if one.ki))


def affinities(curves: Iterable[Curve], unit: str, *, with_formula: bool) -> Markup:
    """A table row for each Ki, with the inputs of its formula."""
    rows = [
        f'<tr><td class="name">{escaped(one.compound)}{_WHOLE}{escaped(_affinity(one.ki, unit))}'
        f"</td>{_formula(one.ki) if with_formula else ''}<td>{inputs(one.ki.inputs)}</td></tr>\n"
        for one in curves
        if one.ki
    ]
    return ours("".join(rows))


def _formula(ki: Affinity) -> str:
    return f'<td class="said">{escaped(ki.formula)}</td>'


def parameters(fit: Fit) -> Markup:
    """Every parameter of a fit with its unit and standard error."""
    said = []
    for name, one in fit.parameters.items():
        unit = f" {one.unit}" if one.unit else ""
        fixed = " (fixed)" if one.fixed else ""
        error = f" ± {significant(one.stderr)}" if one.stderr is not None else ""
        said.append(f"{words(name)} {given(one.value)}{unit}{fixed}{error}")
    return _spans(said)


def inputs(values: Mapping[str, float | str | None]) -> Markup:
    """The inputs of an operation or a formula, in a line of their own; nothing without any."""
    if not values:
        return Markup("")
    spans = _spans(f"{name} = {given(value)}" for name, value in values.items())
    return ours(f'<div class="inputs">{spans}</div>')


def _spans(texts: Iterable[str]) -> Markup:
    spans = [f"<span>{escaped(text)}</span> " for text in texts]
    return ours("".join(spans))
