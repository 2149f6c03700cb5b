"""What a capture tells of the bench: its harvest records as events, each with a key of its own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC
from zoneinfo import ZoneInfo

from labsvc.core.benchsteps.words import washes_in_words
from labsvc.model.assay import BenchEvent
from labsvc.model.capture import Capture
from labsvc.model.run import HarvestRun, Record

Events = tuple[tuple[str, BenchEvent], ...]


def events_of(capture: Capture, records: Iterable[Record]) -> Events:
    """The bench events among the records, each with the run key that makes it itself."""
    zone = ZoneInfo(capture.timezone)
    return tuple(
        (_event_key(record), bench_event(record, capture, zone))
        for record in records
        if isinstance(record, HarvestRun)
    )


def _event_key(record: HarvestRun) -> str:
    """A log that tells orientation or washes of a known event afterwards tells something new."""
    number, volume = _washes(record)
    washes = washes_in_words(number, volume)
    return " ".join(filter(None, (record.run_key, record.orientation, washes)))


def _washes(record: HarvestRun) -> tuple[int | None, float | None]:
    """How many, and the millilitres of each where all are alike."""
    if record.washes is None:
        return None, None
    volumes = {wash.volume_ml for wash in record.washes}
    return len(record.washes), volumes.pop() if len(volumes) == 1 else None


def bench_event(record: HarvestRun, capture: Capture, zone: ZoneInfo) -> BenchEvent:
    """A harvest record as an event in UTC; a scan without a time has its time of receipt."""
    began, ended = record.started_at, record.ended_at
    washes, wash_ml = _washes(record)
    received = f"{capture.source} (time of receipt)"
    return BenchEvent(
        plate_id=record.plate_id,
        step=record.step,
        at=began.replace(tzinfo=zone).astimezone(UTC) if began else capture.received_at,
        source=capture.source if began else received,
        ended_at=ended.replace(tzinfo=zone).astimezone(UTC) if began and ended else None,
        orientation=record.orientation,
        washes=washes,
        wash_ml=wash_ml,
    )
