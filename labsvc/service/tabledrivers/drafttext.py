"""A proposed table driver written as commented YAML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from textwrap import wrap

from labsvc.service.authoring.scalars import quoted
from labsvc.service.tabledrivers.guess import GuessedChannel

WIDTH = 96


@dataclass(frozen=True, slots=True)
class Part:
    """What was found for one shape of table. ``columns`` None: it is a grid.

    ``columns`` gives by field the printed name; ``unit`` is that of the live time.
    """

    channels: tuple[GuessedChannel, ...]
    decimal: str
    columns: Mapping[str, str] | None = None
    unit: str | None = None
    order: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    header: tuple[str, ...] = ()
    head_contains: tuple[str, ...] = ()
    not_counted: tuple[str, ...] = ("-",)
    overflow: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    skip_without_position: bool = False
    titled: bool = False
    plate_marker: str | None = None
    end: str | None = None
    notes: tuple[str, ...] = ()


def written(
    part: Part, *, name: str, file: str, pattern: str, separator: str | None, sheet: str | None
) -> str:
    """The YAML, what is to be settled first."""
    lines = [
        f"# Proposed from {_shown(file)}. Compare every reading with the counter's print-out, then",
        "# hold it against more files: labsvc driver test THIS_FILE OTHER_FILES",
        "# Every key is explained in docs/reference/table-driver.md.",
        *_settle(part),
        "",
        f"name: {name}",
        f"title: {quoted(f'table like {_shown(file)}')}",
        "maturity: draft",
        "instrument: {vendor: unknown}         # as it should stand in reports; add model",
        f"files: {{patterns: [{quoted(pattern)}], quiet: 30 s}}",
        *_recognise(part),
        *_form(separator, sheet),
        f"decimal: {part.decimal}",
        *([f"dates: {{order: {part.order}}}"] if part.order else []),
        *_shape(part),
        "channels:",
        *(line for one in part.channels for line in _channel(one)),
        *_labels(part),
        *_marks(part),
    ]
    return "\n".join(lines) + "\n"


def _shown(text: str) -> str:
    """A file's name, which may hold anything, as part of a comment."""
    return "".join(one if one.isprintable() else "?" for one in text)[:80]


def _settle(part: Part) -> Iterator[str]:
    if part.notes:
        yield "#"
        yield "# To settle:"
    for note in part.notes:
        first, *more = wrap(_shown_note(note), WIDTH)
        yield f"# - {first}"
        yield from (f"#   {line}" for line in more)


def _shown_note(note: str) -> str:
    return "".join(one if one.isprintable() else "?" for one in note)


def _recognise(part: Part) -> Iterator[str]:
    if part.header or part.head_contains:
        yield "recognise:"
    if part.head_contains:
        yield f"  head_contains: {_list(part.head_contains)}"
    if part.header:
        yield f"  header: {_list(part.header)}"


def _form(separator: str | None, sheet: str | None) -> Iterator[str]:
    if separator is not None:
        yield f"text: {{encoding: auto, separator: {separator}}}"
    elif sheet is not None:
        yield f"workbook: {{sheet: {quoted(sheet)}}}"
    else:
        yield "workbook: {}"


def _shape(part: Part) -> Iterator[str]:
    if part.columns is None:
        yield f"grid: {{titled: {str(part.titled).lower()}}}"
        if part.plate_marker:
            yield f"plate_marker: {quoted(part.plate_marker)}"
        return
    yield "columns:"
    for one, name in part.columns.items():
        if one == "live_time":
            yield f"  live_time: {{names: [{quoted(name)}], unit: {part.unit}}}"
        elif one == "quench":
            yield f"  quench: {{names: [{quoted(name)}], kind: {quoted(name)}}}"
        else:
            yield f"  {one}: {quoted(name)}"


def _channel(one: GuessedChannel) -> Iterator[str]:
    yield f"  - name: {quoted(one.name)}"
    if one.nuclide:
        yield f"    nuclide: {quoted(one.nuclide)}"
    for quantity, name in one.quantities.items():
        yield f"    {quantity}: {quoted(name)}"


def _labels(part: Part) -> Iterator[str]:
    if part.labels:
        yield "labels:"
    yield from (f"  {one}: {quoted(label)}" for one, label in part.labels.items())


def _marks(part: Part) -> Iterator[str]:
    yield f"not_counted: {_list(part.not_counted)}"
    if part.overflow:
        yield f"overflow: {_list(part.overflow)}"
    if part.skip or part.skip_without_position:
        yield "skip:"
    if part.skip:
        yield f"  matching: {_list(part.skip)}"
    if part.skip_without_position:
        yield "  without_position: true"
    if part.end:
        yield f"end: {quoted(part.end)}"


def _list(texts: tuple[str, ...]) -> str:
    return f"[{', '.join(map(quoted, texts))}]"
