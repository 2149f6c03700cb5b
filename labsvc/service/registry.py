"""The drivers that are installed, and which of them claims a capture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from labsvc.driver import Driver, Recognition
from labsvc.errors import ConfigError, NotRecognised
from labsvc.model.capture import Capture
from labsvc.service.tablefolder import read_tables

GROUP = "labsvc.drivers"


@dataclass(frozen=True, slots=True)
class Registry:
    """Drivers by name; ``disabled`` tells of each that could not be loaded, and why."""

    drivers: Mapping[str, Driver]
    disabled: Mapping[str, str] = field(default_factory=dict)

    def named(self, name: str) -> Driver:
        if name in self.drivers:
            return self.drivers[name]
        if name in self.disabled:
            raise ConfigError(f"driver {name!r} is disabled: {self.disabled[name]}")
        known = ", ".join(sorted(self.drivers))
        raise ConfigError(f"there is no driver {name!r}; installed are {known}")

    def weigh(self, capture: Capture) -> dict[str, Recognition]:
        """Every driver's answer to a capture."""
        return {name: _asked(driver, capture) for name, driver in self.drivers.items()}

    def claim(self, capture: Capture) -> str:
        """The name of the one driver for this capture: its source's, or the one that claims it.

        Raises NotRecognised when none or several do; recognition never tries to parse.
        """
        if capture.driver is not None:
            self.named(capture.driver)
            return capture.driver
        if not capture.content.strip(b"\x00 \t\r\n"):
            raise NotRecognised("the file is empty; expected a counter's report")
        answers = self.weigh(capture)
        claiming = [name for name, answer in answers.items() if answer.claimed]
        if len(claiming) == 1:
            return claiming[0]
        if claiming:
            raise NotRecognised(
                f"{len(claiming)} drivers claim it: {' and '.join(claiming)}; name one of them "
                "as the driver of this source"
            )
        raise NotRecognised(
            "no driver recognises it; "
            + "; ".join(f"{name}: {_ruled_out(answer)}" for name, answer in answers.items())
        )


def _asked(driver: Driver, capture: Capture) -> Recognition:
    # A driver must not raise here. One that does rules itself out, not the others.
    try:
        return driver.recognises(capture)
    except Exception as error:  # noqa: BLE001
        return Recognition.no(f"it failed with {type(error).__name__}: {error}")


def _ruled_out(answer: Recognition) -> str:
    return f"line {answer.line}: {answer.why}" if answer.line is not None else answer.why


def load_drivers(folder: Path | None = None) -> Registry:
    """Every installed driver, and the table drivers in ``folder`` (a home's ``drivers``).

    One that fails is disabled; the service runs on.
    """
    drivers: dict[str, Driver] = {}
    disabled: dict[str, str] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda one: one.name):
        loaded = _load(point)
        if point.name in drivers:
            disabled[f"{point.name} ({point.value})"] = "another driver has this name already"
        elif isinstance(loaded, Driver):
            drivers[point.name] = loaded
        else:
            disabled[point.name] = loaded
    if folder is not None:
        tables, refused = read_tables(folder, {*drivers, *disabled})
        drivers, disabled = {**drivers, **tables}, {**disabled, **refused}
    return Registry(drivers, disabled)


def _load(point: EntryPoint) -> Driver | str:
    # A driver from outside may fail in any way at import: that must not stop the others.
    try:
        driver = point.load()()
    except (Exception, SystemExit) as error:  # noqa: BLE001
        return f"{type(error).__name__} at import: {error}"
    if not isinstance(driver, Driver):
        return f"{point.value} is not a labsvc driver"
    return driver
