"""What an instrument reported, as values that go from process to process."""

from __future__ import annotations

import copy
import pickle
from datetime import datetime

import pytest

from labsvc.model.run import (
    CalibrationRun,
    Channel,
    CountRun,
    HarvestRun,
    Instrument,
    Measure,
    Program,
    Quench,
    Reading,
    Record,
    State,
    Wash,
)

AT = datetime(2026, 1, 5, 9, 0)
READING = Reading(
    position="B07",
    order=19,
    channels=(Channel("1", "H-3", 900.0, 450.0, 1000.5, 6.7, 45.0, ("background",)),),
    plate=2,
    plate_id="NET-1",
    rack="4",
    sample="total",
    cycle=3,
    repeat=2,
    live_time_s=120.0,
    counted_at=AT,
    state=State.ABORTED,
    flags=("instrument_flag",),
    quench=Quench("tSIE", 412.5),
    extras={"Det": "1"},
)
COUNT = CountRun("k", Instrument("V", "M", "S", "W"), (READING,), Program("7", "N"), AT, "9:00",
                 ("w",), {"a": "b"})  # fmt: skip
HARVEST = HarvestRun(
    "h", "P", "wash", "F", AT, AT, "3", (Wash(1.5, 4.0),), "normal", "J", {"a": "b"}
)
CHECK = CalibrationRun("c", Instrument("V"), (Measure("efficiency", 61.5, "%", "H-3", "0-18.6 keV",
                       ">= 58", True, AT, "9:00"),), AT, "9:00", ("w",), {"a": "b"})  # fmt: skip


@pytest.mark.parametrize("record", [COUNT, HARVEST, CHECK], ids=lambda one: type(one).__name__)
def test_a_record_comes_out_of_its_pickle_as_it_went_in(record: Record) -> None:
    """Every field, in each kind of value; a copy too."""
    again = pickle.loads(pickle.dumps(record, pickle.HIGHEST_PROTOCOL))
    assert again == record
    assert repr(again) == repr(record)
    assert copy.deepcopy(record) == record
