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
_ISOTOPE = re.compile(r"^(\d{1,3}[A-Z][a-z]?|[A-Z][a-z]?-?\d{1,3})(?![A-Za-z0-9])")


class RowReader:
    """Reads the rows of one table under its preamble."""

    def __init__(self, columns: tuple[str, ...], preamble: Preamble) -> None:
        self._dual = "DPM2" in columns
        self._time = next((name for name in columns if name.startswith("Count Time")), "")
        self._fields = self._known(columns)
        self._nuclide = _isotope(preamble.values.get("Nuclide", ""))
        self._corrected = () if preamble.is_off("Background Subtract") else ("background",)
        self._preset = _preset_minutes(preamble)

    def read(self, row: Row, *, modified: bool) -> Reading:
        """The reading of ``row``; ``modified`` when a warning above says conditions changed."""
        figures = {name: _figure(row, name) for name in self._fields - {"S#", "SMPL_ID"}}
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
        return frozenset(names & set(columns))

    def _efficiency(self, region: str) -> str:
        """In a dual-label report region B stands for nuclide 2; else there is one nuclide."""
        return f"Eff Nuc{2 if self._dual and region == 'B' else 1} In {region}"

    def _channel(
        self, region: str, figures: Mapping[str, float | None], recovered: Mapping[str, float]
    ) -> Channel:
        dpm = _DPM.get(region, "")
        return Channel(
            name=region,
            nuclide=self._nuclide if region == "A" else None,
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


def _quench(figures: Mapping[str, float | None]) -> Quench | None:
    for kind in ("tSIE", "SIS"):
        value = figures.get(kind)
        if value is not None:
            return Quench(kind, value)
    return None


def _isotope(text: str) -> str | None:
    """``3H UG LLT Normal`` begins with an isotope; a name of the lab's own does not."""
    match = _ISOTOPE.match(text)
    return match[1] if match else None


def _preset_minutes(preamble: Preamble) -> float | None:
    """The count time asked for, where nothing but an abort can have made a count shorter."""
    if not (preamble.is_off("2 Sigma % Terminator") and preamble.is_off("Low CPM Threshold")):
        return None
    try:
        return float(preamble.values.get("Count Time (min)", ""))
    except ValueError:
        return None
