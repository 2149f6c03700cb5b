"""labsvc fit and labsvc models: one data set, one model."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, NoReturn, get_args

import typer

from labsvc.cli.common import capture_of, print_json, print_lines
from labsvc.cli.fitcsv import (
    CONCENTRATIONS,
    Reading,
    known_model,
    named_values,
    read_points,
    x_units,
)
from labsvc.cli.options import JsonOption
from labsvc.core.fitting.general.question import ask
from labsvc.core.fitting.general.reweight import Weights
from labsvc.core.fitting.regression import fit_series
from labsvc.core.models import MODELS, Model
from labsvc.core.models.model import PREFIX
from labsvc.errors import ConfigError, ParseError
from labsvc.model.document import fit_document
from labsvc.model.notation import significant
from labsvc.model.result import Fit, Parameter
from labsvc.service.authoring import quantities

USAGE = 2
_DIGITS = 4
_BY_UNIT: Mapping[str, Callable[[object], float]] = {
    "M": quantities.molar,
    "min": quantities.minutes,
    "mL": quantities.millilitres,
}

FileArgument = Annotated[Path, typer.Argument(help="A CSV file with a header: x,y and more.")]
ModelOption = Annotated[str, typer.Option(help="A model's name; labsvc models lists them.")]
FixOption = Annotated[
    list[str] | None, typer.Option(help="Hold a parameter: NAME=VALUE. May be repeated.")
]
FreeOption = Annotated[
    list[str] | None, typer.Option(help="Let go a parameter that is usually held: its name.")
]
ConstOption = Annotated[
    list[str] | None, typer.Option(help="A constant of the model: NAME=VALUE, or kd='1.1 nM'.")
]
WeightsOption = Annotated[str, typer.Option(help="none, 1/y, 1/y2, sd or poisson.")]
ShareOption = Annotated[
    list[str] | None,
    typer.Option(help="Parameters that are one for all series: top,bottom. May be repeated."),
]


def register(app: typer.Typer) -> None:
    app.command("fit")(fit_points)
    app.command("models")(list_models)


def fit_points(
    data: FileArgument,
    model: ModelOption,
    fix: FixOption = None,
    free: FreeOption = None,
    const: ConstOption = None,
    weights: WeightsOption = "none",
    x_unit: Annotated[str, typer.Option(help="M (the default), nM, ...; min, s, h.")] = "",
    conc_unit: Annotated[str, typer.Option(help="The unit of the column conc.")] = "",
    y_unit: Annotated[str, typer.Option(help="What y is in: a word for the table.")] = "",
    share: ShareOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fits one model to one data set and says what the data hold.

    Concentrations are in M and times in minutes, unless --x-unit says otherwise.

    Example: labsvc fit saturation.csv --model saturation_total_nsb --x-unit nM --weights 1/y
    """
    try:
        meant = known_model(model)
        fixed = _values(fix or (), _units(meant))
        constants = _values(const or (), _constant_units(meant))
        shared = [name.strip() for name in ",".join(share or ()).split(",") if name.strip()]
        question = ask(model, fixed, constants, weights, free or (), shared)
        reading = _reading(meant, x_unit, conc_unit, y_unit, weights, question.constants)
    except (ValueError, ConfigError) as error:
        _refuse(str(error))
    capture = capture_of(data)
    try:
        points = read_points(capture.content, reading)
    except ParseError as error:
        raise ParseError(f"{data.name}: {error}") from error
    fits = fit_series(
        model, points, share=shared, fixed=fixed, constants=constants,
        weights=question.weights, free=free or (),
    )  # fmt: skip
    _tell(fits, as_json=as_json)


def _refuse(sentence: str) -> NoReturn:
    """The command line is wrong: one sentence, exit code 2."""
    print(f"labsvc: {sentence}", file=sys.stderr)
    raise typer.Exit(USAGE)


def _units(model: Model) -> Mapping[str, str]:
    return {name: "" if name.startswith(PREFIX) else unit for name, unit in model.units().items()}


def _constant_units(model: Model) -> Mapping[str, str]:
    return {
        name.lower(): one.unit
        for one in model.constants
        for name, factor in {one.name: 1.0, **(one.also or {})}.items()
        if factor == 1.0
    }


def _values(pairs: Sequence[str], units: Mapping[str, str]) -> dict[str, float]:
    return {
        name: _value(name, text, units.get(name, units.get(name.lower(), "")))
        for name, text in named_values(pairs).items()
    }


def _value(name: str, text: str, unit: str) -> float:
    """A plain number, in the model's unit; or with a unit of its own."""
    try:
        return float(text)
    except ValueError:
        if unit in _BY_UNIT:
            return _BY_UNIT[unit](text)
        raise ValueError(f"{name}: found {text[:40]!r}, expected a number") from None


def _reading(
    model: Model, x_unit: str, conc_unit: str, y_unit: str, weights: str,
    constants: Mapping[str, float],
) -> Reading:  # fmt: skip
    known = x_units(model)
    x = x_unit.replace(" ", "") or known[0]
    if model.x != "any" and x not in known:
        raise ValueError(f"x-unit: found {x_unit!r}, expected one of {', '.join(known)}")
    conc = conc_unit or (x if x in CONCENTRATIONS else "M")
    if conc not in CONCENTRATIONS:
        raise ValueError(
            f"conc-unit: found {conc_unit!r}, expected one of {', '.join(CONCENTRATIONS)}"
        )
    added = None
    if x == "cpm":
        added = 1e12 * constants["volume_ml"] * constants["cpm_per_fmol"]
    return Reading(model, x, conc, y_unit or "response", weights, added, frozenset(constants))


def _tell(fits: Mapping[str, Fit], *, as_json: bool) -> None:
    if as_json:
        documents = {name: fit_document(fit) for name, fit in fits.items()}
        print_json({"fits": documents} if len(fits) > 1 else next(iter(documents.values())))
        return
    for name, fit in fits.items():
        print_lines(fit_lines(name, fit))


def fit_lines(name: str, fit: Fit) -> Iterator[str]:
    """A fit for the terminal."""
    yield f"{name + '  ' if name else ''}{fit.model}  {fit.status.upper()}  {fit.n_points} points"
    if fit.qualifier and fit.qualifier_bound is not None:
        yield f"  {fit.qualifier} {significant(fit.qualifier_bound, _DIGITS)}"
    rows = [("parameter", "value", "stderr", "95 % interval", "unit")]
    rows += [_row(one, parameter) for one, parameter in fit.parameters.items()]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row[:4], widths, strict=True)]
        yield f"  {'  '.join(cells)}  {row[4]}".rstrip()
    if fit.residual_sd is not None:
        figures = {"sum of squares": fit.residual_ss, "residual sd": fit.residual_sd,
                   "degrees of freedom": fit.degrees_of_freedom, "R2": fit.r_squared,
                   "AICc": fit.aicc}  # fmt: skip
        yield "  " + ", ".join(f"{word} {_shown(value)}" for word, value in figures.items())
    for remark in fit.remarks:
        yield f"  {remark}"


def _row(name: str, one: Parameter) -> tuple[str, str, str, str, str]:
    if one.fixed:
        return name, _shown(one.value), "held", "", one.unit
    low, high = one.ci95 or (None, None)
    ends = f"{_shown(low, 'open')} to {_shown(high, 'open')}" if one.ci95 else ""
    ends = f"{ends} ({one.ci_method})" if ends else ""
    return name, _shown(one.value), _shown(one.stderr), ends, one.unit


def _shown(value: float | None, nothing: str = "-") -> str:
    return nothing if value is None else significant(value, _DIGITS)


def list_models(as_json: JsonOption = False) -> None:
    """The models with formula, parameters, units, constants and source.

    Example: labsvc models --json
    """
    if as_json:
        print_json([model_document(one) for one in MODELS.values()])
        return
    for one in MODELS.values():
        print_lines(model_lines(one))


def model_document(model: Model) -> dict[str, Any]:
    """One model as ``labsvc models --json`` prints it."""
    return {
        "name": model.name,
        "title": model.title,
        "formula": model.formula,
        "x": {"concentration": "M", "time": "min", "any": None}[model.x],
        "parameters": [
            {"name": one.plain or one.name, "unit": one.unit, "meaning": one.meaning,
             "log10": one.plain is not None, "usually_fixed_at": one.usually}
            for one in model.parameters
        ],
        "derived": [
            {"name": one.name.removeprefix(PREFIX), "unit": one.unit, "needs": list(one.needs)}
            for one in model.derived
        ],
        "constants": [
            {"name": one.name, "unit": one.unit, "meaning": one.meaning, "optional": one.optional}
            for one in model.constants
        ],
        "columns": ["x", "y", *model.columns],
        "kinds": list(model.kinds),
        "weights": list(get_args(Weights)),
        "source": model.source,
        "notes": list(model.notes),
    }  # fmt: skip


def model_lines(model: Model) -> Iterator[str]:
    """One model for the terminal."""
    yield f"{model.name}: {model.title}"
    yield f"  {model.formula}"
    for one in model.parameters:
        held = f" (held at {one.usually:g} unless freed)" if one.usually is not None else ""
        yield f"  {one.plain or one.name} [{one.unit}] {one.meaning}{held}"
    for derived in model.derived:
        yield f"  {derived.name.removeprefix(PREFIX)} [{derived.unit}] follows from these"
    for constant in model.constants:
        may = ", optional" if constant.optional else ""
        yield f"  constant {constant.name} [{constant.unit}] {constant.meaning}{may}"
    if model.columns:
        yield f"  needs the column {', '.join(model.columns)}"
    if model.kinds:
        yield f"  kinds of points: {', '.join(model.kinds)}"
    for note in model.notes:
        yield f"  {note}"
    yield f"  Source: {model.source}"
    yield ""
