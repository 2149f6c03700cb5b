"""What systemd is told, where it listens: that the service is ready, well, and how it is."""

from __future__ import annotations

import os

import sdnotify

WATCH_SECONDS = 10.0
"""How often it is seen whether every part gets on, and systemd's watchdog is fed."""


def watch_seconds() -> float:
    """A third of what systemd's watchdog waits, and no longer than our own time."""
    told = os.environ.get("WATCHDOG_USEC", "")
    return min(WATCH_SECONDS, int(told) / 3e6) if told.isdigit() and int(told) else WATCH_SECONDS


def tell_systemd(state: str) -> None:
    """Elsewhere nothing is done: the notifier would leave a socket open."""
    if not os.environ.get("NOTIFY_SOCKET"):
        return
    notifier = sdnotify.SystemdNotifier()
    if notifier.socket is None:
        return
    # Who does not read must not keep the service: what finds no room is dropped.
    notifier.socket.setblocking(False)
    notifier.notify(state)
    notifier.socket.close()
