"""The figures of counters' checks of themselves, as they were filed, for control charts.

A name is ``MEASURE NUCLIDE`` (``E2_B H3``, ``efficiency C14``), or with the region where no nuclide
was printed (``background 0-18.6 keV``).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from labsvc.errors import IntegrityError
from labsvc.store.archive import Archive
from labsvc.store.database import Database
from labsvc.store.numbers import Listed, Numbered
from labsvc.store.runlist import FiledCapture, without_results

PREFIX = "counter: "


@dataclass(slots=True)
class Calibrations:
    """Reads each filed report once, since what is filed never changes.

    One that is damaged is left out here: ``labsvc verify`` tells of it.
    """

    database: Database
    archive: Archive
    _read: dict[str, tuple[tuple[str, Numbered], ...]] = field(default_factory=dict, init=False)

    def numbers(self, name: str) -> list[Numbered]:
        """This figure of every check, in the order of filing; ``protocol`` is the source."""
        return [number for called, number in self._all() if called == name]

    def listed(self) -> list[Listed]:
        """What two reports of one source or more have."""
        counts = Counter((called, number.protocol) for called, number in self._all())
        return [Listed(f"{PREFIX}{called}", source, count)
                for (called, source), count in counts.items() if count > 1]  # fmt: skip

    def _all(self) -> Iterator[tuple[str, Numbered]]:
        for capture in without_results(self.database):
            if capture.folder not in self._read:
                self._read[capture.folder] = _figures_or_none(self.archive, capture)
            yield from self._read[capture.folder]


def _figures_or_none(archive: Archive, capture: FiledCapture) -> tuple[tuple[str, Numbered], ...]:
    try:
        return tuple(_figures(archive, capture))
    except IntegrityError:
        return ()


def _figures(archive: Archive, capture: FiledCapture) -> Iterator[tuple[str, Numbered]]:
    content = archive.read(capture.folder, "run.json")
    if b'"calibration"' not in content:  # most are harvest logs
        return
    document = json.loads(content)
    for record in document["records"]:
        if record["kind"] == "calibration":
            for measure in record["measures"]:
                if measure["value"] is not None:
                    simulated = bool(document["capture"]["simulated"])
                    yield _called(measure), _number(capture, measure, simulated=simulated)


def _called(measure: Mapping[str, Any]) -> str:
    return " ".join(
        one for one in (measure["name"], measure["nuclide"] or measure["region"]) if one
    )


def _number(capture: FiledCapture, measure: Mapping[str, Any], *, simulated: bool) -> Numbered:
    """A check that the counter itself did not pass makes no guide set."""
    accepted = measure["passed"] is not False
    return Numbered(capture.sha256[:12], capture.received_at, float(measure["value"]),
                    capture.source, accepted, simulated)  # fmt: skip
