"""Bare bar-code scans through the service: what counts, and how often."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from labsvc.model.filing import CaptureState
from tests.bench import NOW, Bench, bench, capture


def scanned(lab: Bench, content: bytes, *, minutes: int) -> CaptureState:
    """A scan so many minutes later, seen through."""
    made = capture(f"{minutes}.scan", content, driver="harvest")
    lab.home.inbox.put(replace(made, received_at=NOW + timedelta(minutes=minutes)))
    (outcome,) = lab.work()
    return outcome.state


def test_a_bare_scan_counts_once_for_each_plate_and_step(tmp_path: Path) -> None:
    """It has no time in it: the same bytes are the same event, and the first stands."""
    with bench(tmp_path) as lab:
        assert scanned(lab, b"NET-0412\r", minutes=0) is CaptureState.FILED
        assert scanned(lab, b"NET-0412\r", minutes=180) is CaptureState.DUPLICATE
        assert scanned(lab, b"NET-0412 wash\r", minutes=181) is CaptureState.FILED
        events = {one.step: one.at for one in lab.home.database.events("NET-0412")}
    assert events == {"harvest": NOW, "wash": NOW + timedelta(minutes=181)}
