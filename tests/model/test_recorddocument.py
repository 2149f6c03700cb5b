"""Records as JSON, by the keys that others rely on."""

from __future__ import annotations

import math
from datetime import datetime

import pytest

from labsvc.model.recorddocument import record_document
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
    State,
    Wash,
)


def test_a_count_has_the_keys_of_the_contract() -> None:
    """As labsvc driver parse prints it."""
    channel = Channel("1", None, None, 21.0, None, 19.6, None, ("background",))
    reading = Reading("A01", 1, (channel,), plate=1, sample="Unk_1", quench=Quench("tSIE", 295.48))
    run = CountRun("key", Instrument("PerkinElmer"), (reading,), Program("16", "KORTYZOL"),
                   datetime(2019, 1, 9, 5, 40), "Wed  9-Jan-2019  5:40")  # fmt: skip
    document = record_document(run)
    assert document == {
        "kind": "count", "run_key": "key",
        "instrument": {"vendor": "PerkinElmer", "model": None, "serial_number": None,
                       "software": None},
        "program": {"number": "16", "name": "KORTYZOL"},
        "counted_at": "2019-01-09T05:40:00", "counted_at_text": "Wed  9-Jan-2019  5:40",
        "readings": [{
            "plate": 1, "plate_id": None, "rack": None, "position": "A01", "sample": "Unk_1",
            "order": 1, "cycle": 1, "repeat": 1, "live_time_s": None, "counted_at": None,
            "state": "counted", "flags": [], "quench": {"kind": "tSIE", "value": 295.48},
            "channels": [{"name": "1", "nuclide": None, "counts": None, "cpm": 21, "dpm": None,
                          "error_2sigma_percent": 19.6, "efficiency_percent": None,
                          "corrected": ["background"]}],
            "extras": {}}],
        "warnings": [], "extras": {},
    }  # fmt: skip


def test_a_position_without_a_count_is_null_throughout() -> None:
    """Never 0 cpm."""
    run = CountRun("key", Instrument("x"), (Reading("3", 1, state=State.NOT_COUNTED, rack="2"),))
    document = record_document(run)
    (reading,) = document["readings"]
    assert (reading["state"], reading["channels"], reading["quench"]) == ("not_counted", [], None)
    assert (reading["rack"], document["counted_at"]) == ("2", None)


def test_a_harvest_has_the_keys_of_the_contract() -> None:
    """With its washes."""
    run = HarvestRun("key", "NET-0147", filter_id="F7", started_at=datetime(2026, 3, 2, 11, 6),
                     washes=(Wash(2.0, 5.0), Wash(2.5)), orientation="A1 left")  # fmt: skip
    document = record_document(run)
    assert document == {
        "kind": "harvest", "run_key": "key", "plate_id": "NET-0147", "step": "harvest",
        "filter_id": "F7", "started_at": "2026-03-02T11:06:00", "ended_at": None, "program": None,
        "washes": [{"volume_ml": 2, "seconds": 5}, {"volume_ml": 2.5, "seconds": None}],
        "washes_told": True, "orientation": "A1 left", "operator": None, "extras": {},
    }  # fmt: skip


@pytest.mark.parametrize(("washes", "told"), [(None, False), ((), True)])
def test_a_plate_that_was_not_washed_is_not_one_of_which_nothing_is_known(
    washes: tuple[Wash, ...] | None, told: bool
) -> None:
    document = record_document(HarvestRun("key", "NET-0147", washes=washes))
    assert (document["washes"], document["washes_told"]) == ([], told)


def test_a_calibration_has_its_keys() -> None:
    """Figures of the counter, each with its own time; what was not printed is null."""
    at = datetime(2026, 3, 2, 8, 5)
    measures = (
        Measure("background", 11.42, "cpm", region="0-18.6 keV", performed_at=at),
        Measure("chi_square", math.inf, nuclide="H3", limits="7.63-36.2", passed=True),
    )
    document = record_document(CalibrationRun("key", Instrument("Packard"), measures, at, "text"))
    assert document == {
        "kind": "calibration", "run_key": "key",
        "instrument": {"vendor": "Packard", "model": None, "serial_number": None,
                       "software": None},
        "performed_at": "2026-03-02T08:05:00", "performed_at_text": "text",
        "measures": [
            {"name": "background", "nuclide": None, "region": "0-18.6 keV", "value": 11.42,
             "unit": "cpm", "limits": None, "passed": None,
             "performed_at": "2026-03-02T08:05:00", "performed_at_text": None},
            {"name": "chi_square", "nuclide": "H3", "region": None, "value": None, "unit": None,
             "limits": "7.63-36.2", "passed": True, "performed_at": None,
             "performed_at_text": None},
        ],
        "warnings": [], "extras": {},
    }  # fmt: skip
