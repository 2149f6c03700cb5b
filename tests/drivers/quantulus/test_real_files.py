"""No output of this counter is held; nobody else's may be claimed."""

from datetime import UTC, datetime
from pathlib import Path

from labsvc.driver import Capture
from labsvc_drivers.quantulus import Quantulus


def test_no_real_file_of_another_instrument_is_claimed(shared: Path) -> None:
    """Every real instrument file that is held is refused, with a reason."""
    driver, received = Quantulus(), datetime(2026, 1, 5, tzinfo=UTC)
    files = [path for path in (shared / "formats" / "samples").rglob("*") if path.is_file()]
    assert len(files) > 200
    for path in files:
        recognition = driver.recognises(Capture(path.name, "test", received, path.read_bytes()))
        assert not recognition.claimed, f"{path.name}: {recognition.why}"
        assert recognition.why
