"""What systemd is told, over a real datagram socket."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from labsvc.service.vitals.systemd import WATCH_SECONDS, tell_systemd, watch_seconds


def test_it_is_told_where_it_listens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing is left open; elsewhere nothing is done."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(10)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        tell_systemd("READY=1")
        assert systemd.recv(100) == b"READY=1"
    monkeypatch.delenv("NOTIFY_SOCKET")
    tell_systemd("READY=1")


def test_who_does_not_read_does_not_keep_the_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few messages wait; what finds no room is dropped."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        for number in range(2000):
            tell_systemd(f"STATUS={number}")
        assert systemd.recv(100) == b"STATUS=0"


@pytest.mark.parametrize(
    ("told", "seconds"),
    [("3000000", 1.0), ("3600000000", WATCH_SECONDS), ("nonsense", WATCH_SECONDS),
     ("0", WATCH_SECONDS), ("", WATCH_SECONDS)],
)  # fmt: skip
def test_the_watchdog_is_fed_three_times_as_often_as_it_asks(
    monkeypatch: pytest.MonkeyPatch, told: str, seconds: float
) -> None:
    """And no more seldom than we look ourselves."""
    monkeypatch.setenv("WATCHDOG_USEC", told)
    assert watch_seconds() == seconds
