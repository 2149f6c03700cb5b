"""Where in the archive a capture and its results lie."""

from __future__ import annotations

from labsvc.model.capture import Capture
from labsvc.model.result import Result
from labsvc.store.archive import safe_name


def folder_of(capture: Capture) -> str:
    """Where in the archive a capture lies: ``2026/2026-03-02 microbeta-1 0123456789abcdef``."""
    day = capture.received_at.date().isoformat()
    return f"{day[:4]}/{day} {safe_name(capture.source, limit=40)} {capture.sha256[:16]}"


def result_folder(base: str, result: Result, units: int) -> str:
    """Where a first result lies: in the capture's folder, or below it by plate and run."""
    if units == 1:
        return base
    # A capture may hold several runs, so that a plate's number alone would not do.
    plate = f"plate-{result.plate} " if result.plate is not None else ""
    return f"{base}/{plate}{result.run_id}"


def raw_name(name: str) -> str:
    """Where in its folder a capture's bytes lie, whatever the instrument called them."""
    return f"raw/{safe_name(name)}"
