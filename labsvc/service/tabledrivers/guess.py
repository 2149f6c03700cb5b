"""What the columns of an example most likely are, by their names. A proposal, for a person."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from labsvc.driver.tables.cells import Row, name
from labsvc.driver.tables.figures import spelled
from labsvc.driver.tables.listing import HEADER_WITHIN

# By field, what its column is called in the exports and manuals that are known.
_FIELDS = {
    "position": r"pos|position|well|well position|tube|tube no\.?|vial|s#|sample no\.?|place",
    "rack": r"rack|rack no\.?|tray|cassette",
    "sample": r"sample|sample (id|code|name)|smpl_?id|code|probe",
    "plate": r"plate|plate no\.?|platte",
    "plate_id": r"barcode|plate (id|barcode)",
    "repeat": r"repeat|rep",
    "cycle": r"cycle|cyc",
    "live_time": r"(count|live|counting)? ?time ?[\[(]?(s|sec|min|h)?[\])]?|ctime|messzeit|zeit",
    "counted_at": r"date|datum|(date|datum)[ /&]+(time|zeit)|measure(d|ment)( date.*)?|counted at"
    r"|count[ _]date",
    "clock": r"clock|time of day|uhrzeit|count[ _]hour",
    "quench": r"tsie|sie|sis|h#|ic#|sqp(\(e\))?|qip",
    "program_number": r"prot|protocol|protocol (id|no\.?|number)|program( no\.?)?",
    "program_name": r"(protocol|program) name",
    "run_id": r"run|run (id|no\.?|number)",
}
_QUANTITIES = {
    "counts": r"(counts|impulse)",
    "cpm": r"c?cpm",
    "dpm": r"dpm",
    "error_2sigma_percent": r"2 ?(s|sig|sigma) ?%",
    "efficiency_percent": r"eff(iciency)?\.? ?%?",
}
_BEFORE = r"(?P<before>[\w-]+[ :_])?"
_AFTER = r"[ _]?(?P<after>[a-d]|\d{0,2})"
_NUCLIDE = re.compile(r"^[A-Z][a-z]?-\d{1,3}m?$")
_LABELS = {
    "program_number": ("counting protocol no", "protocol no", "protocol number", "protocol id",
                       "protocol"),
    "program_name": ("protocol name", "name"),
    "run_id": ("run id", "run no", "run number", "run"),
    "counted_at": ("started", "start time", "measured", "measurement date", "date/time", "date",
                   "datum"),
    "serial_number": ("serial no", "serial number", "instrument serial number"),
    "software": ("software", "software version"),
    "plate_id": ("barcode", "plate id"),
}  # fmt: skip


@dataclass(slots=True)
class GuessedChannel:
    """A window: by quantity, the name of its column or grid as printed."""

    name: str
    nuclide: str | None
    quantities: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Guess:
    """The columns of one row of names; ``left`` are those that nothing is known of."""

    index: int
    fields: dict[str, str] = field(default_factory=dict)
    channels: dict[str, GuessedChannel] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)

    @property
    def weight(self) -> int:
        known = sum(len(one.quantities) for one in self.channels.values())
        return len(self.fields) + known if self.channels and "position" in self.fields else 0


def guess_header(rows: Sequence[Row]) -> Guess | None:
    """The row that looks most like column names; None where none has a position and a figure."""
    guesses = [guess_columns(index, row) for index, row in enumerate(rows[:HEADER_WITHIN])]
    best = max(guesses, key=lambda one: one.weight, default=None)
    return best if best is not None and best.weight else None


def guess_columns(index: int, row: Row) -> Guess:
    """What each cell of the row would be as the name of a column."""
    guess = Guess(index)
    for cell in row.cells:
        text = spelled(cell)
        if text and not _taken(guess, text):
            guess.left.append(text)
    return guess


def guess_quantity(text: str) -> tuple[str, str, str | None] | None:
    """Quantity, channel and nuclide of a name such as ``I-125 CPM``, ``CCPM1`` or ``A:2S%``."""
    plain = " ".join(text.split())
    for quantity, pattern in _QUANTITIES.items():
        found = re.fullmatch(f"{_BEFORE}{pattern}{_AFTER}", plain, re.IGNORECASE)
        if found is None:
            continue
        before = (found["before"] or "").rstrip(" :_")
        channel = before or found["after"].upper() or "1"
        return quantity, channel, before if _NUCLIDE.match(before) else None
    return None


def guess_labels(rows: Sequence[Row]) -> dict[str, str]:
    """By field, the label that stands in these rows as its first cell or before a colon."""
    found: dict[str, str] = {}
    for row in rows:
        for text in _starts(row):
            for one, names in _LABELS.items():
                if one not in found and name(text) in names:
                    found[one] = text
    return found


def _starts(row: Row) -> Iterator[str]:
    """Cells with something beside them, and what stands before a colon."""
    texts = [spelled(cell) for cell in row.cells]
    for number, text in enumerate(texts):
        label, colon, rest = text.partition(":")
        if colon and rest.strip():
            yield f"{label}:"
        elif text and any(texts[number + 1 :]):
            yield text


def _taken(guess: Guess, text: str) -> bool:
    """Whether the name is known and nothing else has its place."""
    for known, pattern in _FIELDS.items():
        if known not in guess.fields and re.fullmatch(pattern, name(text)):
            guess.fields[known] = text
            return True
    quantity = guess_quantity(text)
    if quantity is None:
        return False
    which, channel, nuclide = quantity
    one = guess.channels.setdefault(channel, GuessedChannel(channel, nuclide))
    if which in one.quantities:
        return False
    one.quantities[which] = text
    return True
