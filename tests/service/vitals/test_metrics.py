"""What Prometheus is told, read again by its own parser."""

from __future__ import annotations

from datetime import timedelta

from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families

from labsvc.model.filing import CaptureState
from labsvc.service.vitals.health import Vitals
from labsvc.service.vitals.metrics import Numbers, exposition
from labsvc.service.vitals.tally import Tally
from labsvc.service.watching.states import SourceState
from labsvc.service.work.line import Outcome
from tests.bench import NOW


def told(numbers: Numbers) -> dict[tuple[str, ...], float]:
    """Every sample by its name and the values of its labels."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(exposition(numbers).decode())
        for sample in family.samples
    }


def numbers(tally: Tally | None = None, vitals: Vitals | None = None) -> Numbers:
    return Numbers(
        at=NOW, started_at=NOW - timedelta(days=1), vitals=vitals or Vitals(running=True),
        tally=tally or Tally(), inbox=2, oldest=NOW - timedelta(minutes=3), disk_free_bytes=10**9,
        totals={"results_held": 4}, overdue={"acme": 1}, reloads={"taken": 2, "refused": 1},
    )  # fmt: skip


def test_the_work_is_counted() -> None:
    """Captures by state, filing times in classes that add up."""
    tally = Tally()
    for seconds in (0.03, 0.03, 50.0):
        tally.outcome(Outcome("a", "b", CaptureState.FILED, "f"), seconds)
    found = told(numbers(tally))
    assert found["labsvc_captures_total", "filed"] == 3
    assert found["labsvc_filing_seconds_bucket", "0.02"] == 0
    assert found["labsvc_filing_seconds_bucket", "0.04"] == 2
    assert found["labsvc_filing_seconds_bucket", "+Inf"] == 3
    assert found["labsvc_filing_seconds_count",] == 3


def test_what_waits_and_what_is_stored_is_told() -> None:
    """With its age."""
    found = told(numbers())
    assert found["labsvc_inbox_captures",] == 2
    assert found["labsvc_inbox_oldest_seconds",] == 180
    assert found["labsvc_filed", "results_held"] == 4
    assert found["labsvc_driver_overdue_total", "acme"] == 1
    assert found["labsvc_reloads_total", "refused"] == 1
    assert found["labsvc_condition", "ready"] == 1


def test_each_source_is_told() -> None:
    """Names with quotes and line ends are carried whole; a fault count has its kind."""
    odd = 'count"er\n1\\'
    sources = {
        odd: SourceState("away", NOW, "gone"),
        "port": SourceState("open", NOW, last_received_at=NOW, faults={"framing": 3}),
    }
    found = told(numbers(vitals=Vitals(running=True, sources=sources)))
    assert (found["labsvc_source_up", odd], found["labsvc_source_up", "port"]) == (0, 1)
    assert found["labsvc_source_last_received_timestamp_seconds", "port"] == NOW.timestamp()
    assert found["labsvc_line_faults", "framing", "port"] == 3
    assert found["labsvc_condition", "degraded"] == 1


def test_nothing_is_registered_anywhere() -> None:
    """Asked twice, it is the same; the library's own registry knows nothing of us."""
    assert told(numbers()).keys() == told(numbers()).keys()
    assert not any(one.name.startswith("labsvc") for one in REGISTRY.collect())
