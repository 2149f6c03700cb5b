"""Control charts of what was filed: any number by its name.

A name is a finding's (``z_prime``, ``nonspecific_percent``), ``NUMBER: COMPOUND`` for a number of
a curve (``ki: imipramine``, ``kd: nisoxetine``), ``cpm: ROLE``, or ``counter: MEASURE`` for a
figure of a counter's check of itself; its source then stands for the protocol. What is molar and
spreads by factors (Ki, IC50, Kd) is charted as the negative log10: pKi.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from labsvc.core.qc.repeatability import control_msr
from labsvc.core.trends.chart import Chart, control_chart
from labsvc.core.trends.guides import CUSTOMARY, first_accepted
from labsvc.core.trends.series import Guide, Observation
from labsvc.errors import ConfigError
from labsvc.model.notation import significant
from labsvc.service.authoring.schema import nearest
from labsvc.service.trends.calibrations import PREFIX, Calibrations
from labsvc.service.trends.chartbook import EMPTY, ChartBook, WrittenGuide, since
from labsvc.store.database import Database
from labsvc.store.numbers import (
    OF_CURVES,
    Listed,
    Numbered,
    cpm_numbers,
    curve_numbers,
    finding_numbers,
    listed,
    parameter_numbers,
)

FEWEST_FOR_MSR = 6
"""The window of the Assay Guidance Manual's control chart of an MSR."""
_MOLAR = {"ki": "pKi", "ic50": "pIC50", "kd": "pKd", "km": "pKm"}


@dataclass(frozen=True, slots=True)
class FiledChart:
    """A chart with what it is of. ``remarks`` say what was left out of it."""

    name: str
    label: str
    protocol: str | None
    chart: Chart
    simulated: bool
    remarks: tuple[str, ...] = ()


def filed_chart(
    database: Database,
    name: str,
    *,
    protocol: str | None = None,
    guide: Guide | int | None = None,
    book: ChartBook = EMPTY,
    calibrations: Calibrations | None = None,
    before: datetime | None = None,
) -> FiledChart:
    """The chart of a filed number; ``guide``: given, or made of so many accepted runs.

    ``before``: only what was filed before that time. Without a ``guide`` that of the ``book``
    counts, else the customary number of runs. ConfigError when no run has such a number, and when
    runs of several protocols have it.
    """
    found = _numbers(database, name, calibrations)
    if before is not None:
        found = [one for one in found if one.at < before]
    if not found and before is not None:  # asked for every protocol, once a day: no long search
        raise ConfigError(f"no run filed before {before:%Y-%m-%d} has a number {name!r}")
    if not found:
        known = list(dict.fromkeys(one.name for one in every_listed(database, calibrations)))
        raise ConfigError(f"no filed run has a number {name!r}{nearest(name, known)}")
    chosen = _of_protocol(found, name, protocol)
    real, remarks = _real(chosen)
    molar = _label(name) != name
    logged = _logged(real) if molar else real
    if len(logged) < len(real):
        remarks += (f"{len(real) - len(logged)} values of zero or below have no logarithm",)
    if molar:
        remarks += _msr([one.value for one in real if one.value > 0])
    series = tuple(
        Observation(one.run, one.at, one.value, one.lots, one.accepted) for one in logged
    )
    own = book.guide_of(chosen[0].protocol, name) if guide is None else None
    if own is not None:
        series, left_out = since(own.since, series)
        remarks += left_out
    limits = _limits(series, guide, own)
    chart = control_chart(series, limits, book.notes_of(chosen[0].protocol))
    return FiledChart(name, _label(name), chosen[0].protocol, chart,
                      any(one.simulated for one in logged), remarks)  # fmt: skip


def _limits(
    series: tuple[Observation, ...], guide: Guide | int | None, own: WrittenGuide | None
) -> Guide | str:
    if isinstance(guide, Guide):
        return guide
    if own is not None and own.given is not None:
        return own.given
    return first_accepted(series, guide or (own.runs if own else CUSTOMARY))


def every_listed(database: Database, calibrations: Calibrations | None) -> list[Listed]:
    """What can be charted: numbers of runs, and of counters."""
    return [*listed(database), *(calibrations.listed() if calibrations else ())]


def _numbers(database: Database, name: str, calibrations: Calibrations | None) -> list[Numbered]:
    """A finding of this name, else a counter's or a curve's number, else the cpm of a role."""
    if name.startswith(PREFIX):
        return calibrations.numbers(name.removeprefix(PREFIX)) if calibrations else []
    if found := finding_numbers(database, name):
        return found
    number, colon, whose = (part.strip() for part in name.partition(":"))
    if not colon:
        return []
    if number == "cpm":
        return cpm_numbers(database, whose)
    if number in OF_CURVES:
        return curve_numbers(database, number, whose)
    return parameter_numbers(database, number, whose)


def _of_protocol(found: Sequence[Numbered], name: str, protocol: str | None) -> list[Numbered]:
    having = list(dict.fromkeys(one.protocol or "no protocol" for one in found))
    if protocol is None and len(having) > 1:
        raise ConfigError(
            f"runs of {len(having)} protocols have a number {name!r} ({', '.join(having)}): "
            "choose one with --protocol"
        )
    chosen = [one for one in found if protocol is None or one.protocol == protocol]
    if not chosen:
        told = nearest(protocol or "", having, what="it is filed for")
        raise ConfigError(f"no filed run of protocol {protocol!r} has a number {name!r}{told}")
    return chosen


def _real(found: list[Numbered]) -> tuple[list[Numbered], tuple[str, ...]]:
    """Simulated runs are charted only where there are no others."""
    real = [one for one in found if not one.simulated]
    if not real or len(real) == len(found):
        return found, ()
    return real, (f"{len(found) - len(real)} simulated runs are left out",)


def _msr(potencies: Sequence[float]) -> tuple[str, ...]:
    """How well the potency repeats: over all its runs, and over the last ones."""
    if len(potencies) < FEWEST_FOR_MSR:
        return ()
    whole, last = control_msr(potencies), control_msr(potencies[-FEWEST_FOR_MSR:])
    told = f"minimum significant ratio (MSR) {significant(whole)} over {len(potencies)} runs"
    return (f"{told}, {significant(last)} over the last {FEWEST_FOR_MSR}",)


def _label(name: str) -> str:
    """What the axis says: ``pKi of imipramine``; a name that is no molar number stays."""
    number, colon, whose = name.partition(":")
    molar = _MOLAR.get(number.strip()) if colon else None
    return f"{molar} of {whose.strip()}" if molar else name


def _logged(found: Sequence[Numbered]) -> list[Numbered]:
    return [
        Numbered(one.run, one.at, -math.log10(one.value), one.protocol, one.accepted,
                 one.simulated, one.lots)
        for one in found
        if one.value > 0
    ]  # fmt: skip
