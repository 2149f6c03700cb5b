"""What a list shows of itself: its columns, the rows that are no readings, marks, dates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from labsvc.driver.tables.cells import Row, said
from labsvc.driver.tables.figures import Value, spelled
from labsvc.service.tabledrivers.drafttext import Part
from labsvc.service.tabledrivers.facts import date_order, decimal_sign, is_clock, marks, time_unit
from labsvc.service.tabledrivers.guess import Guess, GuessedChannel, guess_labels

_END = re.compile(r"^(end|eof|eop|total|finished)\b", re.IGNORECASE)
_SUMMARY = re.compile(
    r"^(average|mean|sum|total|sd|cv|mittelwert|summe|moyenne)\b", re.IGNORECASE | re.ASCII
)
_MANY = 6
_RATIO = {"counts", "cpm"}


@dataclass(frozen=True, slots=True)
class _Body:
    """The rows below the names: readings, and those that seem to be none."""

    readings: tuple[Row, ...]
    other: tuple[Row, ...]
    placeless: tuple[Row, ...]
    end: Row | None


def list_part(rows: Sequence[Row], guess: Guess, *, padded: bool) -> Part:
    """A proposal for the list below the row of names."""
    names = [spelled(cell) for cell in rows[guess.index].cells]
    body = _body(rows[guess.index + 1 :], names, guess.fields["position"], padded=padded)
    cells = {name: _column(body.readings, n) for n, name in reversed(list(enumerate(names)))}
    _tell_clock(guess, cells)
    figures = [cell for name in _figure_names(guess) for cell in cells[name]]
    decimal, sign_note = decimal_sign(figures)
    found = marks(figures, decimal)
    labels = guess_labels(rows[: guess.index])
    order, order_note = date_order(_dates(guess, cells, rows[: guess.index]))
    unit, unit_note = _unit(guess, cells, decimal)
    notes = [sign_note, order_note, unit_note, *_notes(guess, body, found.strange)]
    return Part(
        channels=tuple(guess.channels.values()),
        decimal=decimal,
        columns=guess.fields,
        unit=unit,
        order=order,
        labels={one: label for one, label in labels.items() if one not in guess.fields},
        header=tuple([guess.fields["position"], *_figure_names(guess)][:_MANY]),
        not_counted=found.not_counted or ("-",),
        overflow=found.overflow,
        skip=tuple(dict.fromkeys(_pattern(row) for row in body.other)),
        skip_without_position=bool(body.placeless),
        end=f"^{_general(said(body.end))}$" if body.end is not None else None,
        notes=tuple(note for note in notes if note),
    )


def _body(rows: Sequence[Row], names: Sequence[str], position: str, *, padded: bool) -> _Body:
    filled = [row for row in rows if not row.blank]
    end = filled.pop() if filled and _END.match(said(filled[-1])) else None
    filled = [row for row in filled if [spelled(cell) for cell in row.cells] != list(names)]
    at, width = names.index(position), len(names)
    whole = [
        row for row in filled
        if _fits(row, width, padded=padded) and not _SUMMARY.match(_cell(row, at))
    ]  # fmt: skip
    other = tuple(row for row in filled if row not in whole)
    placeless = tuple(row for row in whole if not _cell(row, at))
    readings = tuple(row for row in whole if _cell(row, at))
    return _Body(readings, other, placeless, end)


def _fits(row: Row, width: int, *, padded: bool) -> bool:
    """At the width of the names; a workbook leaves out blank cells at the end."""
    if len(row.cells) < width:
        return padded
    return not any(map(spelled, row.cells[width:]))


def _cell(row: Row, column: int) -> str:
    return spelled(row.cells[column]) if column < len(row.cells) else ""


def _column(rows: Sequence[Row], column: int) -> list[Value]:
    return [row.cells[column] if column < len(row.cells) else "" for row in rows]


def _figure_names(guess: Guess) -> list[str]:
    return [name for one in guess.channels.values() for name in one.quantities.values()]


def _tell_clock(guess: Guess, cells: dict[str, list[Value]]) -> None:
    """A column Time may hold times of day."""
    time = guess.fields.get("live_time")
    if time is not None and "clock" not in guess.fields and is_clock(cells[time]):
        guess.fields["clock"] = guess.fields.pop("live_time")


def _dates(guess: Guess, cells: dict[str, list[Value]], head: Sequence[Row]) -> Iterator[Value]:
    yield from cells.get(guess.fields.get("counted_at", ""), [])
    for row in head:
        yield from row.cells


def _unit(guess: Guess, cells: dict[str, list[Value]], decimal: str) -> tuple[str | None, str]:
    """The unit of the time column, by its name or by counts over count rate; with a note."""
    name = guess.fields.get("live_time")
    if name is None:
        return None, "no column tells how long a place was counted: the protocol must say it"
    if printed := re.search(r"[ (\[](s|sec|min|h)[)\]]?$", name, re.IGNORECASE):
        return printed[1].lower().removesuffix("ec"), ""
    both = next((one for one in guess.channels.values() if set(one.quantities) >= _RATIO), None)
    unit = None if both is None else _shown_unit(both, cells, cells[name], decimal)
    if unit is not None:
        return unit, f"{name!r} is read in {unit}, because that fits counts over count rate"
    del guess.fields["live_time"]
    return None, (
        f"whether {name!r} is in seconds or minutes is not shown: write live_time: {{names: "
        f"[{name}], unit: s}} or min under columns; until then it is kept unread"
    )


def _shown_unit(
    one: GuessedChannel, cells: dict[str, list[Value]], times: list[Value], decimal: str
) -> str | None:
    counts, rates = cells[one.quantities["counts"]], cells[one.quantities["cpm"]]
    return time_unit(times, counts, rates, "comma" if decimal == "comma" else "point")


def _notes(guess: Guess, body: _Body, strange: Sequence[str]) -> Iterator[str]:
    if strange:
        yield (
            f"among the figures stands {', '.join(map(repr, strange[:4]))}: add it to not_counted "
            "or overflow, or skip the row"
        )
    for row in (body.other + body.placeless)[:4]:
        yield f"line {row.line} is skipped as no reading: {said(row)[:80]!r}"
    if guess.left:
        yield f"kept, but not read: {', '.join(guess.left[:12])}"
    if any("cpm" in one.quantities for one in guess.channels.values()):
        yield (
            "what the counter took off already (corrected: [background, efficiency, dead_time]) "
            "cannot be seen in a table: look it up in the counter's protocol"
        )


def _pattern(row: Row) -> str:
    """A pattern for rows that begin as this one does."""
    start = next(spelled(cell) for cell in row.cells if spelled(cell))
    return f"^{_general(start[:40])}"


def _general(text: str) -> str:
    """The text as a pattern: any number in place of a number."""
    return re.sub(r"\d+", r"\\d+", re.escape(text).replace(r"\ ", " "))
