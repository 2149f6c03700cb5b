"""The many small cells of a report: curves, fits, readings, inputs.

A page has a thousand of them. They are written here and not by a template: five times as fast.
Text from outside passes ``escaped``; numbers are text of our own.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from functools import lru_cache

from markupsafe import Markup

from labsvc.filing.text import escaped, ours
from labsvc.filing.wording import given, ic50, keys, note, parameter, well, words
from labsvc.model.notation import NOTHING, exact, in_unit, molar, molar_interval, significant
from labsvc.model.result import Affinity, Curve, Finding, Fit, Operation, Parameter, Point, Status

_NUMBER = '</td><td class="number">'
Inputs = Mapping[str, float | str | None]
_CODE = ' class="code"'
_WHOLE = '</td><td class="whole">'


@lru_cache(maxsize=512)  # a report says the same few hundreds of times
def said(name: str) -> str:
    """A name of a protocol or of ours in words, escaped."""
    return escaped(words(name))


def facts(known: Iterable[tuple[str, str | int | None]], *, code: Container[str]) -> Markup:
    """A name and a value each, nothing where nothing is known; those of ``code`` as code."""
    rows = [
        f"<div><dt>{escaped(name)}</dt><dd{_CODE if name in code else ''}>"
        f"{escaped(str(value))}</dd></div>\n"
        for name, value in known
        if value not in {None, ""}
    ]
    return ours("".join(rows))


def findings(found: Iterable[Finding]) -> Markup:
    """A table row for each finding."""
    return ours("".join([_finding(one) for one in found]))


def _finding(one: Finding) -> str:
    status = one.status.value
    badge = "n/a" if one.status is Status.NOT_APPLICABLE else status.upper()
    return (
        f'<tr><td><span class="badge {status}">{badge}</span></td>\n'
        f'<td>{escaped(words(one.check))}</td><td class="said">{escaped(one.sentence)}{_NUMBER}'
        f"{significant(one.value)}</td><td>{escaped(one.limits)}</td></tr>\n"
    )


def readings(points: Iterable[Point]) -> Markup:
    """A table row for each point, masked ones marked as such."""
    compounds: dict[str, str] = {"": ""}  # a plate repeats them
    return ours("\n".join([_reading(one, compounds) for one in points]))


def masked(points: Iterable[Point]) -> int:
    """How many of the points are masked."""
    return sum([one.masked is not None for one in points])


def _reading(one: Point, compounds: dict[str, str]) -> str:
    dose = molar(one.concentration_m) if one.concentration_m is not None else ""
    how, why = ("", "") if one.masked is None else (' class="masked"', escaped(one.masked))
    return (
        f"<tr{how}><td>{escaped(well(one))}</td><td>{said(one.role)}</td>"
        f"<td>{_substance(one, compounds)}</td><td>{dose}</td><td>{exact(one.cpm)}</td>"
        f"<td>{significant(one.dpm, 5)}</td><td>{significant(one.specific, 5)}</td>"
        f"<td>{significant(one.response, 4)}</td><td>{why}</td></tr>"
    )


def _substance(one: Point, seen: dict[str, str]) -> str:
    name = one.compound or ""
    compound = seen.get(name)
    if compound is None:
        compound = seen[name] = escaped(name)
    if not one.group:
        return compound
    return f'{compound} <span class="inputs">{escaped(keys(one.group))}</span>'


def summaries(curves: Iterable[Curve], unit: str) -> Markup:
    """A table row for each curve: what is to be reported, and what it was read from."""
    return ours("".join([_summary(one, unit) for one in curves]))


def _summary(curve: Curve, unit: str) -> str:
    tag = ' <span class="tag">reference</span>' if curve.role == "reference" else ""
    ki = _affinity(curve.ki, unit) if curve.ki else NOTHING
    return (
        f'<tr><td class="name">{escaped(curve.compound)}{tag}</td>\n'
        f'<td class="report">{escaped(curve.reportable)}</td>\n'
        f'<td class="whole">{escaped(in_unit(ic50(curve.fit), unit))}</td>\n'
        f'<td class="whole">{parameter(curve.fit, "hill")}</td>\n<td class="whole">{ki}</td>\n'
        f'<td class="remarks">{_remarks(curve)}</td></tr>\n'
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
                f"<li><strong>{said(one.name)}.</strong> {escaped(one.sentence)}"
                f"{_inputs(one.inputs)}</li>\n"
                for one in done
            ]
        )
    )


def fits(curves: Iterable[Curve]) -> Markup:
    """A table row for each curve that was fitted."""
    return ours("".join([_fit(one.compound, one.fit) for one in curves if one.fit]))


def _fit(compound: str, fit: Fit) -> str:
    found = [_parameter(name, one) for name, one in fit.parameters.items()]
    numbers = significant(fit.residual_sd), significant(fit.r_squared)
    return (
        f'<tr><td class="name">{escaped(compound)}{_WHOLE}{said(fit.model)}'
        f"{_WHOLE}{said(fit.status)}{_NUMBER}{fit.n_points}</td>\n"
        f'<td class="inputs">{"".join(found)}</td>\n'
        f'<td class="number">{_NUMBER.join(numbers)}</td></tr>\n'
    )


def formulas(curves: Iterable[Curve]) -> list[str]:
    """The formulas by which Ki was had, each once."""
    return list(dict.fromkeys(one.ki.formula for one in curves if one.ki))


def affinities(curves: Iterable[Curve], unit: str, *, with_formula: bool) -> Markup:
    """A table row for each Ki, with the inputs that are its own."""
    found = [(one.compound, one.ki) for one in curves if one.ki]
    shared = _shared([ki.inputs for _, ki in found])
    rows = [
        f'<tr><td class="name">{escaped(compound)}{_WHOLE}{_affinity(ki, unit)}</td>'
        f"{_formula(ki) if with_formula else ''}<td>{_inputs(ki.inputs, but=shared)}</td></tr>\n"
        for compound, ki in found
    ]
    return ours("".join(rows))


def shared_inputs(curves: Iterable[Curve]) -> Markup:
    """The inputs that every Ki has alike, said once; nothing where there are none."""
    shared = _shared([one.ki.inputs for one in curves if one.ki])
    return ours(f'<p class="inputs">In each: {_spans(shared)}</p>\n' if shared else "")


def _shared(inputs: Sequence[Inputs]) -> Inputs:
    """What is the same in all, where there are several."""
    if len(inputs) < 2:
        return {}
    alike = set.intersection(*[set(one.items()) for one in inputs])
    return {name: value for name, value in inputs[0].items() if (name, value) in alike}


def _formula(ki: Affinity) -> str:
    return f'<td class="said">{escaped(ki.formula)}</td>'


def _parameter(name: str, one: Parameter) -> str:
    """With its unit and standard error."""
    unit = f" {escaped(one.unit)}" if one.unit else ""
    fixed = " (fixed)" if one.fixed else ""
    error = f" ± {significant(one.stderr)}" if one.stderr is not None else ""
    return f"<span>{said(name)} {given(one.value)}{unit}{fixed}{error}</span> "


def _inputs(values: Inputs, *, but: Container[str] = ()) -> str:
    """The inputs of an operation or a formula, in a line of their own; nothing without any."""
    spans = _spans({name: value for name, value in values.items() if name not in but})
    return f'<div class="inputs">{spans}</div>' if spans else ""


def _spans(values: Inputs) -> str:
    return "".join(
        [f"<span>{escaped(name)} = {escaped(given(one))}</span> " for name, one in values.items()]
    )
