"""Bytes as handed over."""

from __future__ import annotations

from datetime import UTC, datetime

from labsvc.model.capture import Capture

AT = datetime(2026, 3, 2, tzinfo=UTC)


def test_a_capture_knows_the_digest_of_its_bytes() -> None:
    """SHA-256 of "abc", from FIPS 180-2; the name does not matter."""
    one, other = Capture("a.txt", "counter", AT, b"abc"), Capture("b.txt", "else", AT, b"abc")
    assert one.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert one.sha256 == other.sha256 != Capture("a.txt", "counter", AT, b"abd").sha256
