"""The table drivers of a home: the YAML files in its ``drivers`` folder."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from labsvc.driver import Driver
from labsvc.driver.table import TableDriver
from labsvc.errors import ConfigError
from labsvc.service.authoring.yamltext import MAX_BYTES
from labsvc.service.tabledrivers.text import parse_table

FOLDER = "drivers"
_SUFFIXES = (".yaml", ".yml")


def read_tables(folder: Path, taken: Collection[str]) -> tuple[dict[str, Driver],
                                                                    dict[str, str]]:  # fmt: skip
    """The drivers in ``folder`` by name, and why each of the others is not one.

    A name in ``taken``, or of an earlier file, is refused. A folder that is away holds none.
    """
    found: dict[str, Driver] = {}
    refused: dict[str, str] = {}
    for path in _files(folder):
        try:
            driver = read_table_driver(path)
        except ConfigError as error:
            refused[_label(path, taken)] = str(error)
            continue
        name = driver.spec.name
        if name in taken:
            refused[f"{name} ({path.name})"] = "an installed driver has this name; choose another"
        elif name in found:
            refused[f"{name} ({path.name})"] = "an earlier file of this folder has this name"
        else:
            found[name] = driver
    return found, refused


def read_table_driver(path: Path) -> TableDriver:
    """The driver in the file; ConfigError (file, line) when it is none."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", file=path.name) from error
    return TableDriver(parse_table(content, file=path.name))


def _files(folder: Path) -> Iterator[Path]:
    try:
        listed = sorted(folder.iterdir())
    except OSError:
        return
    for path in listed:
        if path.suffix.lower() in _SUFFIXES and not path.name.startswith((".", "~$")):
            yield path


def _label(path: Path, taken: Collection[str]) -> str:
    """A bad file goes by its own name, as its driver most likely would."""
    return path.name if path.stem in taken else path.stem
