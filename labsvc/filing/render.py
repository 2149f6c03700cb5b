"""The templates: loaded once, everything escaped, nothing left undefined."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from labsvc.filing import rows, wording
from labsvc.filing.text import clean, one_line
from labsvc.model import notation

_FILTERS: dict[str, Callable[..., Any]] = {
    "affinities": rows.affinities,
    "findings": rows.findings,
    "fits": rows.fits,
    "formulas": rows.formulas,
    "in_unit": notation.in_unit,
    "input": wording.given,
    "masked": rows.masked,
    "molar": notation.molar,
    "molar_interval": notation.molar_interval,
    "moment": wording.moment,
    "note": wording.note,
    "one_line": one_line,
    "operations": rows.operations,
    "parameter": wording.parameter,
    "readings": rows.readings,
    "shared_inputs": rows.shared_inputs,
    "significant": notation.significant,
    "summaries": rows.summaries,
    "words": wording.words,
}


def render(template: str, **values: Any) -> str:
    """One template of this package filled in. Text is cleaned and escaped; Markup is ours."""
    return _environment().get_template(template).render(**values)


def load_templates() -> None:
    """Compile every template now, and not in the first report."""
    for name in _environment().list_templates(extensions=["j2"]):
        _environment().get_template(name)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("labsvc.filing"),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_fit_for_xml,
    )
    environment.filters.update(_FILTERS)
    return environment


def _fit_for_xml(value: object) -> object:
    """Every value on its way into a page passes here, so that no text escapes the cleaning."""
    if type(value) is Markup or type(value) is float:  # most of a figure
        return value
    if isinstance(value, str) and not isinstance(value, Markup):
        return clean(value)
    return "" if value is None else value
