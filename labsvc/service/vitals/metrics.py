"""The service in numbers for Prometheus, in its text format. Imported only where it is asked for.

Nothing is registered anywhere: each answer is made of what the service knows at that moment, in a
registry of our own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from labsvc import __version__
from labsvc.model.filing import CaptureState
from labsvc.model.result import Verdict
from labsvc.service.vitals.health import GOOD, Vitals, condition
from labsvc.service.vitals.tally import BOUNDS, Tally
from labsvc.service.watching.states import SourceState

KIND = "text/plain; version=0.0.4; charset=utf-8"
"""The text format as every Prometheus reads it; our names need no later version."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """All that is told. ``totals`` are those of the database, over all time; ``inbox`` is how many
    captures wait, and ``oldest`` when the first of them came."""

    at: datetime
    started_at: datetime
    vitals: Vitals
    tally: Tally
    inbox: int = 0
    oldest: datetime | None = None
    disk_free_bytes: int | None = None
    totals: Mapping[str, int] = field(default_factory=dict)
    overdue: Mapping[str, int] = field(default_factory=dict)
    reloads: Mapping[str, int] = field(default_factory=dict)
    lines_held_back: int = 0


def exposition(numbers: Numbers) -> bytes:
    """The text for one scrape."""
    registry = CollectorRegistry()
    registry.register(_Told(numbers))
    # Memory, processor time and open files, where the operating system tells (Linux).
    ProcessCollector(registry=registry)
    return generate_latest(registry)


class _Told(Collector):
    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers

    def collect(self) -> Iterator[Metric]:
        yield from _service(self._numbers)
        yield from _work(self._numbers)
        yield from _stores(self._numbers)
        for name, help_text, values in _sources(self._numbers.vitals.sources):
            yield _labelled(GaugeMetricFamily, name, help_text, "source", values)
        yield _faults(self._numbers.vitals.sources)


def _service(numbers: Numbers) -> Iterator[Metric]:
    vitals, now = numbers.vitals, condition(numbers.vitals)
    info = GaugeMetricFamily("labsvc_info", "The running version.", labels=["version"])
    info.add_metric([__version__], 1)
    yield info
    yield _gauge("labsvc_started_timestamp_seconds", "When the service started.",
                 numbers.started_at.timestamp())  # fmt: skip
    yield _labelled(GaugeMetricFamily, "labsvc_condition", "1 for what /readyz says.", "status",
                    {one: int(one == now.status) for one in ("ready", "degraded", "failing")},
                    )  # fmt: skip
    yield _gauge("labsvc_reasons", "How many things are amiss.",
                 len(now.failing) + len(now.degraded))  # fmt: skip
    yield _gauge("labsvc_safe_mode", "1: drivers from outside are left out.",
                 vitals.safe is not None)  # fmt: skip
    yield _gauge("labsvc_drivers_disabled", "Drivers that could not be loaded, or may not be.",
                 len(vitals.disabled))  # fmt: skip
    yield _labelled(GaugeMetricFamily, "labsvc_idle_seconds",
                    "How long a part with something in hand has not got on.", "part",
                    vitals.idle_seconds)  # fmt: skip
    yield _labelled(CounterMetricFamily, "labsvc_driver_overdue", "Captures a driver hung at.",
                    "driver", numbers.overdue)  # fmt: skip
    yield _labelled(CounterMetricFamily, "labsvc_reloads", "Settings read anew while it ran.",
                    "outcome", numbers.reloads)  # fmt: skip
    held_back = CounterMetricFamily("labsvc_log_lines_held_back", "Warnings counted, not written.")
    held_back.add_metric([], numbers.lines_held_back)
    yield held_back


def _work(numbers: Numbers) -> Iterator[Metric]:
    tally = numbers.tally
    yield _labelled(CounterMetricFamily, "labsvc_captures", "Captures seen to their end.", "state",
                    {**dict.fromkeys(CaptureState, 0), **tally.captures})  # fmt: skip
    yield _labelled(CounterMetricFamily, "labsvc_runs", "Runs filed with a capture.", "verdict",
                    {**dict.fromkeys(Verdict, 0), **tally.runs})  # fmt: skip
    yield _labelled(CounterMetricFamily, "labsvc_messages", "Messages that left, or could not.",
                    "outcome", {"sent": tally.mails_sent, "failed": tally.mails_failed}
                    )  # fmt: skip
    buckets, below = [], 0
    for bound, count in zip((*map(str, BOUNDS), "+Inf"), tally.classes, strict=True):
        below += count
        buckets.append((bound, below))
    times = HistogramMetricFamily("labsvc_filing_seconds", "The worker's time for a capture.")
    times.add_metric([], buckets, tally.seconds)
    yield times


def _stores(numbers: Numbers) -> Iterator[Metric]:
    yield _gauge("labsvc_inbox_captures", "Captures that wait to be worked off.", numbers.inbox)
    oldest = (numbers.at - numbers.oldest).total_seconds() if numbers.oldest else 0.0
    yield _gauge("labsvc_inbox_oldest_seconds", "How long the first of them waits.",
                 max(oldest, 0.0))  # fmt: skip
    yield _gauge("labsvc_store_failing", "1: our disk or database cannot be used.",
                 numbers.vitals.store_trouble is not None)  # fmt: skip
    if numbers.disk_free_bytes is not None:
        yield _gauge("labsvc_disk_free_bytes", "Room on the disk of the home.",
                     numbers.disk_free_bytes)  # fmt: skip
    if numbers.totals:
        yield _labelled(GaugeMetricFamily, "labsvc_filed", "What the database holds.", "what",
                        numbers.totals)  # fmt: skip


def _sources(states: Mapping[str, SourceState]) -> Iterator[tuple[str, str, Mapping[str, float]]]:
    yield ("labsvc_source_up", "1: it is there; 0: it is away or has been silent for too long.",
           {name: int(one.state in GOOD) for name, one in states.items()})  # fmt: skip
    yield ("labsvc_source_troubled", "1: labsvc status has a sentence about it.",
           {name: int(one.trouble is not None) for name, one in states.items()})  # fmt: skip
    yield ("labsvc_source_last_received_timestamp_seconds", "When it brought something last.",
           {name: one.last_received_at.timestamp() for name, one in states.items()
            if one.last_received_at is not None})  # fmt: skip


def _faults(states: Mapping[str, SourceState]) -> Metric:
    """Gauges, not counters: they begin anew with each opening of the port."""
    faults = GaugeMetricFamily("labsvc_line_faults", "Counted by a port since it was opened.",
                               labels=["source", "kind"])  # fmt: skip
    for name, one in states.items():
        for kind, count in (one.faults or {}).items():
            faults.add_metric([name, kind], count)
    return faults


def _gauge(name: str, help_text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, help_text, value=value)


def _labelled(
    family: type[GaugeMetricFamily] | type[CounterMetricFamily],
    name: str,
    help_text: str,
    label: str,
    values: Mapping[str, float],
) -> Metric:
    made = family(name, help_text, labels=[label])
    for one in sorted(values):
        made.add_metric([one], values[one])
    return made
