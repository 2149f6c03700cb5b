"""The worked example of a protocol, run through the line and held against what it must give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time

from labsvc.core.analyse import conclude
from labsvc.core.assays.fellows import joined
from labsvc.core.matching.match import assemble
from labsvc.errors import ConfigError, LayoutError
from labsvc.model.assay import Assay, Held, Unit
from labsvc.model.example import Example, Expected
from labsvc.model.notation import molar, significant
from labsvc.model.plate import FORMATS
from labsvc.model.protocol import Protocol
from labsvc.model.result import Result
from labsvc.model.run import Channel, CountRun, Instrument, Reading, State
from labsvc.model.runsheet import RunSheet
from labsvc.service.runsheets.text import parse_runsheet

_DAY = datetime(2026, 1, 1, tzinfo=UTC)  # an example without a date is counted on some day
Number = tuple[float | None, str]


@dataclass(frozen=True, slots=True)
class Compared:
    """One answer of the example beside what the line made of it, in words."""

    what: str
    expected: str
    found: str
    agrees: bool


def rehearse(protocol: Protocol) -> tuple[Compared, ...]:
    """Every answer of the protocol's example; none without one.

    ConfigError (file, line) where its run sheet or readings cannot be run at all.
    """
    example = protocol.example
    if example is None:
        return ()
    result = worked(protocol, example)
    verdict = result.verdict.value
    judged = Compared("verdict", example.verdict or "", verdict, verdict == example.verdict)
    numbers = tuple(_compared(one, result) for one in example.answers)
    return (judged, *numbers) if example.verdict else numbers


def refuse_broken(protocol: Protocol) -> None:
    """ConfigError, naming what differs, for a protocol whose example gives other answers."""
    differing = [one for one in rehearse(protocol) if not one.agrees]
    if differing:
        told = "; ".join(f"{one.what} is {one.found}, not {one.expected}" for one in differing[:3])
        more = f" and {len(differing) - 3} more" if len(differing) > 3 else ""
        raise _fault(
            protocol,
            f"its worked example no longer gives its answers: {told}{more}; mend the protocol, or "
            "the example where the change is meant (labsvc protocol test shows all)",
        )


def _fault(protocol: Protocol, message: str, line: int | None = None) -> ConfigError:
    start = protocol.example.line - 1 if protocol.example else 1
    return ConfigError(message, file=protocol.file, line=line or start)


def worked(protocol: Protocol, example: Example) -> Result:
    """What the line makes of the example; ConfigError as for ``rehearse``."""
    assay = _assay(protocol, example)
    if example.others:
        others = [
            _assay(protocol, replace(example, runsheet=one.runsheet, readings=one.readings), number)
            for number, one in enumerate(example.others, start=2)
        ]
        assay = joined(assay, others)
    try:
        return conclude(assay)
    except LayoutError as error:
        raise _fault(protocol, f"its worked example cannot be run: {error}") from error


def _assay(protocol: Protocol, example: Example, number: int = 1) -> Assay:
    """One plate of the example; the run's second and further ones by their ``number``."""
    sheet = _sheet(protocol, example)
    unit = _unit(protocol, example, sheet)
    if number > 1:
        unit = replace(unit, plate=number)
    assembled = assemble(unit, protocol, sheet, (), ())
    if isinstance(assembled, Held):
        raise _fault(protocol, f"its worked example cannot be run: {assembled.because}")
    return assembled


def _sheet(protocol: Protocol, example: Example) -> RunSheet:
    try:
        return parse_runsheet(
            example.runsheet.encode(),
            file="example.yaml",
            timezone="UTC",
            protocols={protocol.name: protocol}.get,
            default_protocol=protocol.name,
        )
    except ConfigError as error:
        line = example.line + error.line - 1 if error.line else None
        why = str(error).partition(": ")[2]
        raise _fault(protocol, f"the run sheet of its example: {why}", line) from error


def _unit(protocol: Protocol, example: Example, sheet: RunSheet) -> Unit:
    readings = tuple(_readings(protocol, example, sheet))
    counted = datetime.combine(example.counted_on, time(12), UTC) if example.counted_on else None
    run = CountRun("example", Instrument("worked example"), readings)
    plate = None if protocol.layout.size is None else 1
    return Unit(run, "example", "example", plate, sheet.plate_id, readings, counted, _DAY)


def _readings(protocol: Protocol, example: Example, sheet: RunSheet) -> Iterator[Reading]:
    size = protocol.layout.size
    places: list[tuple[str | None, str]]
    if size is not None:
        places = [(None, well) for well in FORMATS[size].wells()]
    else:
        places = [(one.rack, one.position) for one in sheet.placements]
    if len(places) != len(example.readings):
        raise _fault(
            protocol,
            f"its example has {len(example.readings)} readings for {len(places)} positions of its "
            "run sheet; write one for each, in their order",
        )
    for order, ((rack, position), value) in enumerate(
        zip(places, example.readings, strict=True), start=1
    ):
        yield _reading(example, rack, position, order, value)


def _reading(
    example: Example, rack: str | None, position: str, order: int, value: float | None
) -> Reading:  # fmt: skip
    if value is None:
        return Reading(position, order, rack=rack, state=State.NOT_COUNTED)
    dpm = example.unit == "dpm"
    channel = Channel("1", cpm=None if dpm else value, dpm=value if dpm else None,
                      corrected=example.corrected)  # fmt: skip
    return Reading(position, order, (channel,), rack=rack)


def _compared(one: Expected, result: Result) -> Compared:
    found, unit = _found(one, result)
    allowed = one.within if one.absolute else abs(one.expected) * one.within
    # A hair for the arithmetic: what is exactly as far off as is allowed agrees.
    near = found is not None and abs(found - one.expected) <= allowed * (1 + 1e-9)
    of = one.of if isinstance(one.of, str) else ", ".join(one.of.values())
    what = of if one.kind == "check" else f"{one.value} of {of}"
    within = _said(one.within, one.unit) if one.absolute else f"{significant(100 * one.within)} %"
    expected = f"{_said(one.expected, one.unit)} within {within}"
    shown = "not there" if found is None else _said(found, unit)
    return Compared(what, expected, shown, near and unit == one.unit)


def _said(value: float, unit: str) -> str:
    return molar(value) if unit == "M" else f"{significant(value, 4)} {unit}".rstrip()


def _found(one: Expected, result: Result) -> Number:
    """The number the answer is about, with its unit; None where the result has none such."""
    match one.kind:
        case "curve":
            return _of_curve(str(one.of), one.value, result)
        case "check":
            named = [each for each in result.findings if each.check == one.of]
            return (named[0].value if named else None), one.unit
    rows = [each for each in result.groups if _holds(each.keys, one.of)]
    return (rows[0].values.get(one.value) if len(rows) == 1 else None), one.unit


def _holds(keys: Mapping[str, str], wanted: str | Mapping[str, str]) -> bool:
    assert not isinstance(wanted, str)
    return all(keys.get(name) == text for name, text in wanted.items())


def _of_curve(compound: str, name: str, result: Result) -> Number:
    curve = next((one for one in result.curves if one.compound == compound), None)
    if curve is None:
        return None, ""
    if name == "ki" and curve.ki is not None:
        return curve.ki.value, "M"
    parameter = curve.fit.parameters.get(name) if curve.fit else None
    return (parameter.value, parameter.unit) if parameter else (None, "")
