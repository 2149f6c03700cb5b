"""One row of the table as a Reading: columns are found by name, never by place."""

from __future__ import annotations

import re
from collections.abc import Mapping

from labsvc.driver import Channel, Quench, Reading, State, number
from labsvc_drivers.tricarb.preamble import Preamble
from labsvc_drivers.tricarb.table import STARS, Row

REGIONS = ("A", "B", "C")
# Nuclide 1 is counted in region A; in a dual-label report nuclide 2 is counted in region B.
_DPM = {"A": "DPM1", "B": "DPM2"}
_ISOTOPE = re.compile(r"(\d{1,3}[A-Z][a-z]?|[A-Z][a-z]?-?\d{1,3})(?![A-Za-z0-9])")
_NEXT = re.compile(r"\s*[-/,+& ]\s*")


class RowReader:
    """Reads the rows of one table under its preamble."""

    def __init__(self, columns: tuple[str, ...], preamble: Preamble) -> None:
        self._dual = "DPM2" in columns
        self._time = next((name for name in columns if name.startswith("Count Time")), "")
        self._fields = self._known(columns)
        # In the order of the table: of several that cannot be read the first one is named.
        self._figures = [one for one in columns if one in self._fields - {"S#", "SMPL_ID"}]
        self._nuclides = self._named(isotopes(preamble.values.get("Nuclide", "")))
        self._corrected = () if preamble.is_off("Background Subtract") else ("background",)
        self._preset = _preset_minutes(preamble)

    def read(self, row: Row, *, modified: bool) -> Reading:
        """The reading of ``row``; ``modified`` when a warning above says conditions changed."""
        figures = {name: _figure(row, name) for name in self._figures}
        minutes = figures.get(self._time)
        recovered = self._recovered(row)
        channels = tuple(
            self._channel(region, figures, recovered)
            for region in REGIONS
            if _counts(region) & row.cells.keys()
        )
        return Reading(
            position=str(row.number),
            order=0,
            channels=channels,
            sample=row.cells.get("SMPL_ID") or None,
            live_time_s=None if minutes is None else round(minutes * 60, 6),
            state=State.OVERFLOW if _overflowed(row.cells) else State.COUNTED,
            flags=self._flags(row, minutes, bool(recovered), modified),
            quench=_quench(figures),
            extras=self._extras(row.cells, figures),
        )

    def _known(self, columns: tuple[str, ...]) -> frozenset[str]:
        """The columns that have a field of their own in a Reading."""
        names = {"S#", "SMPL_ID", "tSIE", "SIS", self._time}
        for region in REGIONS:
            names |= _counts(region) | {f"{region}:2S%", self._efficiency(region)}
        return frozenset(names & (set(columns) - {""}))

    def _named(self, found: tuple[str, ...]) -> dict[str, str]:
        """The nuclide of a region, where the assay names as many as it counts; else none is told.

        Nuclide 1 is taken for the first one named: no dual-label report has been seen.
        """
        regions = REGIONS[:2] if self._dual else REGIONS[:1]
        return dict(zip(regions, found, strict=True)) if len(found) == len(regions) else {}

    def _efficiency(self, region: str) -> str:
        """In a dual-label report B stands for nuclide 2, C for neither; else there is one."""
        if self._dual and region == "C":
            return ""
        return f"Eff Nuc{2 if self._dual and region == 'B' else 1} In {region}"

    def _channel(
        self, region: str, figures: Mapping[str, float | None], recovered: Mapping[str, float]
    ) -> Channel:
        dpm = _DPM.get(region, "")
        return Channel(
            name=region,
            nuclide=self._nuclides.get(region),
            cpm=figures.get(f"CPM{region}"),
            dpm=recovered.get(dpm, figures.get(dpm)),
            error_2sigma_percent=figures.get(f"{region}:2S%"),
            efficiency_percent=figures.get(self._efficiency(region)),
            corrected=self._corrected,
        )

    def _recovered(self, row: Row) -> dict[str, float]:
        """DPM printed as stars, had again from becquerels, else from CPM and efficiency."""
        found = {}
        for region, column in _DPM.items():
            if STARS.match(row.cells.get(column, "")):
                dpm = self._dpm_again(row, region, column)
                if dpm is not None:
                    found[column] = round(dpm, 6)
        return found

    def _dpm_again(self, row: Row, region: str, column: str) -> float | None:
        becquerel = _figure(row, column.replace("DPM", "Bq:"))
        if becquerel is not None:
            return becquerel * 60
        cpm, efficiency = _figure(row, f"CPM{region}"), _figure(row, self._efficiency(region))
        # With two labels a region holds counts of both, so this holds for one label only.
        if cpm is None or not efficiency or self._dual:
            return None
        return cpm / (efficiency / 100)

    def _flags(
        self, row: Row, minutes: float | None, recovered: bool, modified: bool
    ) -> tuple[str, ...]:
        short = minutes is not None and self._preset is not None and minutes < self._preset
        flags = {
            "recovered": recovered,
            "count_conditions_modified": modified,
            "short_count_time": short and not modified,
            "instrument_flag": bool(row.cells.get("MESSAGES")),
            "dpm_unexplained": not all(_agrees(row, column) for column in _DPM.values()),
        }
        return tuple(flag for flag, raised in flags.items() if raised)

    def _extras(
        self, cells: Mapping[str, str], figures: Mapping[str, float | None]
    ) -> dict[str, str]:
        """What was printed and has no field: other columns, stars, the second quench index."""
        second = {"SIS"} if figures.get("tSIE") is not None else set()
        return {
            name: text
            for name, text in cells.items()
            if text and (name not in self._fields or name in second or STARS.match(text))
        }


def _counts(region: str) -> set[str]:
    """The columns of a region that hold its counts, as cpm and dpm."""
    return {f"CPM{region}", _DPM.get(region, f"CPM{region}")}


def _overflowed(cells: Mapping[str, str]) -> bool:
    counts = set().union(*(_counts(region) for region in REGIONS))
    return any(STARS.match(cells.get(name, "")) for name in counts)


def _figure(row: Row, name: str) -> float | None:
    """The number printed under ``name``; None for a blank, for stars, and without the column."""
    text = row.cells.get(name, "")
    if not text or STARS.match(text):
        return None
    return number(text, line=row.line, what=name)


def _agrees(row: Row, column: str) -> bool:
    """Whether DPM is 60 times its becquerels, as closely as the printed figures tell.

    True where one of them is not printed. The last digit of the becquerels is cut off, or rounded.
    """
    name = column.replace("DPM", "Bq:")
    becquerel, dpm = _figure(row, name), _figure(row, column)
    if becquerel is None or dpm is None:
        return True
    return abs(becquerel * 60 - dpm) <= 60 * _unit(row.cells[name]) + _unit(row.cells[column])


def _unit(text: str) -> float:
    """The last printed digit: 0.001 for ``1.331``."""
    return 10.0 ** -len(text.partition(".")[2])


def _quench(figures: Mapping[str, float | None]) -> Quench | None:
    for kind in ("tSIE", "SIS"):
        value = figures.get(kind)
        if value is not None:
            return Quench(kind, value)
    return None


def isotopes(text: str) -> tuple[str, ...]:
    """``3H UG LLT Normal`` begins with one, ``3H-14C`` names two; a lab's own name has none."""
    found: list[str] = []
    at = 0
    while match := _ISOTOPE.match(text, at):
        found.append(match[1])
        parted = _NEXT.match(text, match.end())
        if parted is None:
            break
        at = parted.end()
    return tuple(found)


def _preset_minutes(preamble: Preamble) -> float | None:
    """The count time asked for, where nothing but an abort can have made a count shorter."""
    if not (preamble.is_off("2 Sigma % Terminator") and preamble.is_off("Low CPM Threshold")):
        return None
    try:
        return float(preamble.values.get("Count Time (min)", ""))
    except ValueError:
        return None
