"""The many small cells of a report: readings, parameters, inputs.

A page has a thousand of them. They are written here and not by a template: five times as fast.
Text from outside passes ``escaped``; numbers are text of our own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from markupsafe import Markup

from labsvc.filing.text import escaped, ours
from labsvc.filing.wording import given, keys, well, words
from labsvc.model.notation import exact, molar, significant
from labsvc.model.result import Fit, Point

_NUMBER = '</td><td class="number">'


def readings(points: Iterable[Point]) -> Markup:
    """A table row for each point, masked ones marked as such."""
    seen: dict[str, str] = {}  # a plate repeats its roles and compounds
    return ours("\n".join([_reading(one, seen) for one in points]))


def _reading(one: Point, seen: dict[str, str]) -> str:
    role = seen.get(one.role) or seen.setdefault(one.role, escaped(words(one.role)))
    numbers = (
        molar(one.concentration_m) if one.concentration_m is not None else "",
        exact(one.cpm),
        significant(one.dpm, 5),
        significant(one.specific, 5),
        significant(one.response, 4),
    )
    masked = ' class="masked"' if one.masked is not None else ""
    return (
        f"<tr{masked}><td>{escaped(well(one))}</td><td>{role}</td><td>{_substance(one)}"
        f"{_NUMBER}{_NUMBER.join(numbers)}</td><td>{escaped(one.masked or '')}</td></tr>"
    )


def _substance(one: Point) -> str:
    compound = escaped(one.compound) if one.compound else ""
    if not one.group:
        return compound
    return f'{compound} <span class="inputs">{escaped(keys(one.group))}</span>'


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
