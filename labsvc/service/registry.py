"""The drivers that are installed, and which of them claims a capture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points

from labsvc.driver import Driver, Recognition
from labsvc.errors import ConfigError, NotRecognised
from labsvc.model.capture import Capture

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
        return {name: driver.recognises(capture) for name, driver in self.drivers.items()}

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


def _ruled_out(answer: Recognition) -> str:
    return f"line {answer.line}: {answer.why}" if answer.line is not None else answer.why


def load_drivers() -> Registry:
    """Every installed driver. One that fails at import is disabled; the service runs on."""
    drivers: dict[str, Driver] = {}
    disabled: dict[str, str] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda one: one.name):
        loaded = _load(point)
        if isinstance(loaded, Driver):
            drivers[point.name] = loaded
        else:
            disabled[point.name] = loaded
    return Registry(drivers, disabled)


def _load(point: EntryPoint) -> Driver | str:
    # A driver from outside may fail in any way at import: that must not stop the others.
    try:
        driver = point.load()()
    except Exception as error:  # noqa: BLE001
        return f"{type(error).__name__} at import: {error}"
    if not isinstance(driver, Driver):
        return f"{point.value} is not a labsvc driver"
    return driver
