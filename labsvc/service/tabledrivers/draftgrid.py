"""What a file of grids shows of itself: titles, markers of plates, its last line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from labsvc.driver.tables.cells import Row, said
from labsvc.driver.tables.figures import Value, spelled
from labsvc.driver.tables.grid import ROWS_BY_COLUMNS, find_grid
from labsvc.service.tabledrivers.drafttext import Part
from labsvc.service.tabledrivers.facts import date_order, decimal_sign, marks
from labsvc.service.tabledrivers.guess import GuessedChannel, guess_labels, guess_quantity

_PLATE = re.compile(r"^(plate|platte)( no\.?)?:? *\d+", re.IGNORECASE)
_END = re.compile(r"^(end|eof|eop|total|finished)\b", re.IGNORECASE)


def grid_part(rows: Sequence[Row]) -> Part:
    """A proposal for the grids in these rows."""
    above, cells, rest = _cut(rows)
    titles = [_title(one) for one in above]
    channels = _channels(titles)
    decimal, sign_note = decimal_sign(cells)
    found = marks(cells, decimal)
    order, order_note = date_order(cell for one in above for row in one for cell in row.cells)
    last = [row for row in rest if not row.blank]
    end = said(last[-1]) if last and _END.match(said(last[-1])) else None
    notes = [sign_note, order_note, *_notes(titles, found.strange, bool(end))]
    return Part(
        channels=channels or (GuessedChannel("1", None, {"cpm": "CPM"}),),
        decimal=decimal,
        order=order,
        labels=guess_labels([row for one in above for row in one]),
        head_contains=_head(above[0]),
        not_counted=found.not_counted or ("-",),
        overflow=found.overflow,
        titled=bool(channels),
        plate_marker=_marker(above),
        end=f"^{re.sub(r'[0-9.]+', '[0-9.]+', re.escape(end))}$" if end else None,
        notes=tuple(note for note in notes if note),
    )


def _cut(rows: Sequence[Row]) -> tuple[list[Sequence[Row]], list[Value], Sequence[Row]]:
    """The rows above each grid, all the grids' cells, and what follows the last."""
    above: list[Sequence[Row]] = []
    cells: list[Value] = []
    while (found := find_grid(rows)) is not None:
        index, column, wide = found
        tall = ROWS_BY_COLUMNS[wide]
        above.append(rows[:index])
        for row in rows[index + 1 : index + 1 + tall]:
            cells += row.cells[column : column + wide]
        rows = rows[index + 1 + tall :]
    return above, cells, rows


def _title(above: Sequence[Row]) -> str:
    """The last text above a grid: of its cells the name of a quantity, where one is."""
    last = next((row for row in reversed(above) if not row.blank), None)
    if last is None:
        return ""
    texts = [spelled(cell) for cell in last.cells]
    return next((one for one in texts if guess_quantity(one) is not None), said(last))


def _channels(titles: Sequence[str]) -> tuple[GuessedChannel, ...]:
    channels: dict[str, GuessedChannel] = {}
    for title in titles if all(titles) else ():
        guessed = guess_quantity(title)
        if guessed is not None:
            quantity, channel, nuclide = guessed
            one = channels.setdefault(channel, GuessedChannel(channel, nuclide))
            one.quantities.setdefault(quantity, title)
    # A title that nothing is known of is kept unread, beside one that is known.
    return tuple(channels.values())


def _marker(above: Sequence[Sequence[Row]]) -> str | None:
    """The pattern of the line that begins a plate, where every plate has one."""
    for row in above[0]:
        found = _PLATE.match(said(row))
        if found is not None:
            word = re.sub(r"\d+$", "", found[0]).strip()
            return f"^{re.escape(word)} *([0-9]+)"
    return None


def _head(above: Sequence[Row]) -> tuple[str, ...]:
    """Texts of the first lines that do not look like values."""
    texts = [spelled(cell) for row in above for cell in row.cells]
    wordy = [one for one in texts if re.fullmatch(r"[^\W\d][\w /()*:=-]{3,39}", one)
             and not re.search(r"\d", one)]  # fmt: skip
    return tuple(dict.fromkeys(wordy))[:2]


def _notes(titles: Sequence[str], strange: Sequence[str], ends: bool) -> Iterator[str]:
    known = [one for one in titles if guess_quantity(one) is not None]
    if not known:
        yield "no title says what the figures of a grid are: cpm is a proposal"
    elif left := dict.fromkeys(one for one in titles if one not in known):
        yield f"kept, but not read: the grids {', '.join(left)}"
    if strange:
        yield (
            f"among the figures stands {', '.join(map(repr, strange[:4]))}: add it to not_counted "
            "or overflow"
        )
    yield "head_contains is what tells this table from others: take words of your instrument"
    if not ends:
        yield "no last line shows the end: a file must be quiet for a while before it is taken"
