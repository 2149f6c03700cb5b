"""The other installed drivers: whether one of them claims what is not its own."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points

from labsvc.driver.interface import Driver
from labsvc.model.capture import Capture


def installed(but: type[Driver]) -> list[Driver]:
    """Every installed driver that works (entry points ``labsvc.drivers``), but this one."""
    found = [_loaded(point) for point in entry_points(group="labsvc.drivers")]
    return [one for one in found if one is not None and type(one) is not but]


def claims(neighbour: Driver, capture: Capture) -> bool:
    """Whether it claims this; one that raises rules itself out, as in the service."""
    try:
        return neighbour.recognises(capture).claimed
    except Exception:  # noqa: BLE001 - its own contract says so
        return False


def _loaded(point: EntryPoint) -> Driver | None:
    """A neighbour; None for one that is broken: the service disables it, so it claims nothing."""
    try:
        made = point.load()()
    except (Exception, SystemExit):  # noqa: BLE001 - whatever is wrong, it is not this driver's
        return None
    return made if isinstance(made, Driver) else None
