"""Simulated plates of the shipped binding protocol: 96 wells, four compounds in duplicate."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache

import numpy as np

from labsvc.core.assays.kinds import reduced
from labsvc.core.assays.reduce import Reduction
from labsvc.core.matching.layout import wells
from labsvc.model.assay import Assay, Unit
from labsvc.model.plate import row_and_column
from labsvc.model.protocol import Protocol
from labsvc.model.run import CountRun, Instrument, Reading
from labsvc.model.runsheet import Compound, RunSheet
from labsvc.service.authoring.shipped import shipped
from labsvc.service.demo.assays import Truth, plate_readings
from labsvc.service.protocols.text import parse_protocol

COUNTED = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
TOPS = {"1": 1e-5, "2": 1e-6, "3": 1e-6, "4": 1e-3}
COMPOUNDS = tuple(
    Compound(f"compound {slot}", slot, tuple(top * 10 ** (-step / 2) for step in range(10)))
    for slot, top in TOPS.items()
)
TRUTH = Truth({f"compound {slot}": top / 300 for slot, top in TOPS.items()}, 1500.0, 110.0)

Fault = Callable[[int, int, float], float]
"""Row from 0, column from 1 and cpm of a well: the cpm that it reads instead."""


@cache
def protocol() -> Protocol:
    file = shipped("protocols") / "net-nisoxetine-binding.yaml"
    return parse_protocol(file.read_bytes(), file=file.name)


def clean(row: int, column: int, cpm: float) -> float:
    return cpm


def plate(
    fault: Fault = clean, *, seed: int = 1, with_protocol: Protocol | None = None
) -> tuple[Assay, Reduction]:
    """A plate with the scatter of pipetting (3 %) and counting; then the fault."""
    used = with_protocol or protocol()
    found = plate_readings(np.random.default_rng(seed), used, COMPOUNDS, TRUTH)
    faulty = tuple(_with_fault(one, fault) for one in found)
    run = CountRun("microbeta 1", Instrument("PerkinElmer", "MicroBeta"), faulty)
    unit = Unit(run, "microbeta", "NET-1.txt", 1, "NET-1", faulty, COUNTED, COUNTED)
    sheet = RunSheet("NET-1", used.name, "NET-1", compounds=COMPOUNDS, digest="cd" * 32)
    assay = Assay(unit, used, sheet, wells(unit, used, sheet), (), ())
    return assay, reduced(assay)


def _with_fault(one: Reading, fault: Fault) -> Reading:
    row, column = row_and_column(one.position)
    (channel,) = one.channels
    assert channel.cpm is not None
    cpm = float(round(fault(row, column, channel.cpm)))
    return one._replace(channels=(channel._replace(cpm=cpm),))
