"""Which run sheets belong to a run; thousands are not read through for each: they are indexed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from labsvc.core.matching.recognition import Shown, fits, plate_identity
from labsvc.model.protocol import Protocol
from labsvc.model.runsheet import RunSheet

_STAR = re.compile(r"[*?]")


class SheetIndex(tuple[RunSheet, ...]):
    """Run sheets in their order, found by protocol and plate, or by the count that they name."""

    _by_plate: dict[tuple[str, str], list[RunSheet]]
    _by_count: dict[tuple[date | None, str], list[RunSheet]]

    def __new__(cls, sheets: Iterable[RunSheet] = ()) -> SheetIndex:
        self = super().__new__(cls, sheets)
        self._by_plate, self._by_count = {}, {}
        for sheet in self:
            if sheet.names_count:
                begins = _STAR.split(sheet.count_file or "", maxsplit=1)[0].casefold()
                self._by_count.setdefault((sheet.count_date, begins), []).append(sheet)
            else:
                plate = (sheet.protocol, (sheet.plate_id or "").casefold())
                self._by_plate.setdefault(plate, []).append(sheet)
        return self

    @classmethod
    def of(cls, sheets: Sequence[RunSheet]) -> SheetIndex:
        """The run sheets indexed; as they are where they are already."""
        return sheets if isinstance(sheets, SheetIndex) else cls(sheets)

    def of_plate(self, protocol: str, plate: str) -> Sequence[RunSheet]:
        """Those that name this plate, and no count, for this protocol."""
        return self._by_plate.get((protocol, plate.casefold()), ())

    def naming_count(self, file_name: str, day: date | None) -> Iterator[RunSheet]:
        """Those that may name this count: none whose day, or whose file's first letters, differ."""
        name = file_name.casefold()
        for counted in {None, day}:
            for letters in range(len(name) + 1):
                yield from self._by_count.get((counted, name[:letters]), ())


def belonging(
    seen: Shown, protocols: Sequence[Protocol], sheets: Sequence[RunSheet]
) -> list[tuple[Protocol, RunSheet]]:
    """The run sheets that name this unit, each with its protocol."""
    index = SheetIndex.of(sheets)
    named = {one.name: (one, plate_identity(seen, one)) for one in protocols}
    by_plate = [
        (protocol, sheet)
        for protocol, identity in named.values()
        if identity is not None
        for sheet in index.of_plate(protocol.name, identity)
    ]
    by_count = [
        (named[sheet.protocol][0], sheet)
        for sheet in index.naming_count(seen.file_name, seen.counted_on)
        if sheet.protocol in named and belongs(seen, sheet, named[sheet.protocol][1])
    ]
    return by_plate + by_count


def belongs(seen: Shown, sheet: RunSheet, identity: str | None) -> bool:
    """Whether the run sheet names this unit: by how it was counted, or by plate identity.

    A plate whose report says its name is never taken for another, nor is one named by its file
    unless the run sheet names that file too.
    """
    if not sheet.names_count:
        return identity is not None and _same(sheet.plate_id, identity)
    if not _count_fits(seen, sheet) or not _plate_fits(seen, sheet):
        return False
    said = seen.plate_id if sheet.count_file else identity
    return not sheet.plate_id or not said or _same(sheet.plate_id, said)


def _same(named: str | None, found: str) -> bool:
    return (named or "").casefold() == found.casefold()


def _plate_fits(seen: Shown, sheet: RunSheet) -> bool:
    return sheet.plate == seen.plate or (sheet.plate is None and not seen.several)


def _count_fits(seen: Shown, sheet: RunSheet) -> bool:
    program = (seen.program.number, seen.program.name)
    return (
        (sheet.count_date is None or sheet.count_date == seen.counted_on)
        and (sheet.count_program is None or sheet.count_program in program)
        and (sheet.count_file is None or fits(seen.file_name, sheet.count_file))
    )
