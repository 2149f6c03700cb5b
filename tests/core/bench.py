"""A small bench for the core's tests: a plate of 24 with controls and one compound in duplicate.

Totals A01-A04 are 1000, 1100, 900, 1000 cpm and non-specific wells B01-B04 100, 110, 90, 100 cpm,
so the window is 900 cpm. Slot 1 is C01-C06 with D01-D06: six concentrations, the highest first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from labsvc.core.matching.layout import wells
from labsvc.core.matching.units import units
from labsvc.model.assay import Assay, BenchEvent, Unit
from labsvc.model.capture import Capture
from labsvc.model.protocol import (
    Cited,
    Counting,
    FitPlan,
    Layout,
    Protocol,
    Radioligand,
    Recognise,
    Reduction,
    Role,
    Slot,
)
from labsvc.model.result import Curve, Fit, Parameter, Point
from labsvc.model.run import Channel, CountRun, Instrument, Program, Reading
from labsvc.model.runsheet import Compound, Placement, RunSheet

COUNTED = datetime(2026, 3, 2, 14, 0)
RECEIVED = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)
TOTALS = {"A01": 1000.0, "A02": 1100.0, "A03": 900.0, "A04": 1000.0}
NONSPECIFICS = {"B01": 100.0, "B02": 110.0, "B03": 90.0, "B04": 100.0}
ROLES: dict[str, Role] = {**dict.fromkeys(TOTALS, "total"),
                          **dict.fromkeys(NONSPECIFICS, "nonspecific")}  # fmt: skip
SLOT = Slot("1", tuple((f"C0{n}", f"D0{n}") for n in range(1, 7)))
DOSES = (1e-6, 1e-7, 3e-8, 1e-8, 1e-9, 1e-10)


def bound(dose: float, ic50: float = 1e-8) -> float:
    """cpm at a dose: 100 non-specific, and 900 that fall with slope 1."""
    return 100 + 900 / (1 + dose / ic50)


CURVE = {
    well: bound(dose) * factor
    for dose, duplicates in zip(DOSES, SLOT.wells, strict=True)
    for well, factor in zip(duplicates, (1.01, 0.99), strict=True)
}
COUNTS = {**TOTALS, **NONSPECIFICS, **CURVE}


def reading(position: str, cpm: float | None = 100.0, **more: Any) -> Reading:
    """One position with one channel; ``channel_`` parts go to the channel."""
    parts = {name[8:]: more.pop(name) for name in list(more) if name.startswith("channel_")}
    return Reading(position, more.pop("order", 1), (Channel("1", cpm=cpm, **parts),), **more)


def readings(counts: Mapping[str, float], **more: Any) -> tuple[Reading, ...]:
    """Plate 1 with these cpm, in order."""
    return tuple(
        reading(position, cpm, **{"plate": 1, "order": order, **more})
        for order, (position, cpm) in enumerate(counts.items(), start=1)
    )


def counted_run(found: Iterable[Reading], **more: Any) -> CountRun:
    given = {
        "run_key": "microbeta 16 A16_235 2026-03-02T14:00",
        "instrument": Instrument("PerkinElmer", "MicroBeta"),
        "program": Program("16", "H-3_NISOXETINE_1_MIN"),
        "counted_at": COUNTED,
        "counted_at_text": "Mon  2-Mar-2026  14:00",
        **more,
    }
    return CountRun(readings=tuple(found), **given)


def capture(name: str = "NET-0147.txt", **more: Any) -> Capture:
    return Capture(name, "counter", RECEIVED, b"as exported", **more)


def units_of(run: CountRun, name: str = "NET-0147.txt", driver: str = "microbeta") -> list[Unit]:
    return list(units(run, capture(name), driver, UTC))


def unit(found: Iterable[Reading] | None = None, **more: Any) -> Unit:
    """The one unit of a run with these readings; the standard plate when none are given."""
    name = more.pop("name", "NET-0147.txt")
    (one,) = units_of(counted_run(readings(COUNTS) if found is None else found, **more), name)
    return one


PROTOCOL = Protocol(
    name="net-binding",
    version="1",
    title="[3H]Nisoxetine at NET",
    kind="competition_binding",
    target="NET",
    recognise=Recognise(drivers=("microbeta",), file_name=r"(?P<plate_id>NET-\d+)"),
    radioligand=Radioligand("[3H]nisoxetine", "3H", 1e-9, Cited(1e-9, "M", "own saturation")),
    layout=Layout(24, ROLES, (SLOT,)),
    reduction=Reduction("percent_specific"),
    counting=Counting(),
    fit=FitPlan("inhibition_4pl", affinity=True),
    text="name: net-binding",
    digest="ab" * 32,
)
SHEET = RunSheet(
    name="day-12",
    protocol="net-binding",
    plate_id="NET-0147",
    operator="A. Miller",
    compounds=(Compound("desipramine", "1", DOSES),),
    digest="cd" * 32,
)


def assay(
    found: Iterable[Reading] | None = None,
    protocol: Protocol = PROTOCOL,
    sheet: RunSheet = SHEET,
) -> Assay:
    """The standard plate, or these readings, placed by protocol and run sheet."""
    one = replace(unit(found), plate_id=sheet.plate_id)
    return Assay(one, protocol, sheet, wells(one, protocol, sheet), (), ())


def with_counts(changed: Mapping[str, float]) -> tuple[Reading, ...]:
    return readings({**COUNTS, **changed})


def placed(*rows: tuple[str, Role, float], response: str = "percent_inhibition") -> Assay:
    """Vials 1, 2, 3 ... of one rack: compound, role and cpm of each; no layout but the sheet's."""
    protocol = replace(
        PROTOCOL,
        kind="uptake_inhibition",
        layout=Layout(None),
        reduction=Reduction(response),  # type: ignore[arg-type]
        fit=None,
    )
    sheet = replace(
        SHEET,
        compounds=(),
        placements=tuple(
            Placement(str(n), role, "1", compound or None, 1e-6 if compound else None)
            for n, (compound, role, _) in enumerate(rows, start=1)
        ),
    )
    found = [reading(str(n), cpm, rack="1", order=n) for n, (_, _, cpm) in enumerate(rows, start=1)]
    return assay(found, protocol, sheet)


def event(
    step: str, at: datetime, plate: str = "NET-0147", source: str = "harvester"
) -> BenchEvent:
    return BenchEvent(plate, step, at, source)


def fitted(ic50: float | None = 2e-8, status: Any = "converged", **more: Any) -> Fit:
    """A fit with this IC50 and an interval from half to twice it."""
    limits = (ic50 / 2, ic50 * 2) if ic50 is not None else None
    parameters = {
        "ic50": Parameter(ic50, "M", ci95=limits),
        "hill": Parameter(more.pop("hill", -1.0), ""),
        "top": Parameter(more.pop("top", 100.0), "%"),
        "bottom": Parameter(more.pop("bottom", 0.0), "%", fixed=True),
    }
    return Fit("inhibition_4pl", status, 12, parameters, **more)


def curve(fit: Fit | None, compound: str = "desipramine", **more: Any) -> Curve:
    point = Point("C01", "sample", compound=compound)
    name = more.pop("name", compound)
    return Curve(name, (point,), fit, more.pop("ki", None), more.pop("reportable", "IC50 20 nM"))
