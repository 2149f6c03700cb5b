"""Protocols by name: those of the home, where there is one, then the shipped ones."""

from __future__ import annotations

from pathlib import Path

from labsvc.cli.analysis import find_protocol
from labsvc.errors import ConfigError
from labsvc.model.protocol import Protocol
from labsvc.service.authoring.shipped import shipped
from labsvc.service.home import find_home
from labsvc.service.runsheets.parts import Protocols
from labsvc.service.work.book import Book


def protocols_of(home: Path | None) -> tuple[Protocol, ...]:
    """The protocols in the home's folder that are without error; none where there is no home."""
    return _book(home).protocols


def known_protocols(home: Path | None) -> Protocols:
    """A protocol by name; None where neither the home nor labsvc has it."""
    book = _book(home)

    def known(name: str) -> Protocol | None:
        return book.protocol(name) or _shipped(name)

    return known


def known_names(home: Path | None) -> list[str]:
    """The names by which protocols are known: in the home, and shipped."""
    files = shipped("protocols").glob("*.yaml")
    return sorted({*(one.name for one in protocols_of(home)), *(file.stem for file in files)})


def own_protocol(named: str, home: Path | None) -> Protocol:
    """A protocol by file, or by name; ConfigError where there is none such."""
    if Path(named).is_file():
        return find_protocol(named)
    return _book(home).protocol(named) or find_protocol(named)


def _book(home: Path | None) -> Book:
    folder = find_home(home) / "protocols"
    book = Book(folder, folder / "no run sheets", "UTC")
    book.refresh()
    return book


def _shipped(name: str) -> Protocol | None:
    try:
        return find_protocol(name)
    except ConfigError:
        return None
