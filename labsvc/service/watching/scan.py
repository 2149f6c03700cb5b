"""What could be a source: the serial ports of this machine, and folders with counters' files.

For each the lines of ``labsvc.yaml`` are proposed. What a port is connected to cannot be seen
without its counter's printing something, so its driver is left to a person.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import nlargest
from pathlib import Path
from typing import Final, Protocol

from labsvc.capture.listing import JUNK, files, matcher, plain
from labsvc.errors import NotRecognised
from labsvc.model.capture import Capture
from labsvc.notify.words import one_line
from labsvc.service.authoring.scalars import quoted
from labsvc.service.authoring.schema import visible
from labsvc.service.registry import Registry

LOOKED_AT: Final = 50
"""The newest so many files of a folder are looked at."""
LARGEST_BYTES: Final = 20 * 1024 * 1024
CHOOSE: Final = "CHOOSE"
BY_ID: Final = Path("/dev/serial/by-id")


class Listed(Protocol):
    """What pyserial's ``list_ports`` says of a port."""

    device: str
    description: str
    vid: int | None
    pid: int | None
    serial_number: str | None


@dataclass(frozen=True, slots=True)
class PortFound:
    """A serial port. ``url`` names it so that it is found again after it was unplugged.

    ``lasting`` is False when that name is a place in line (``/dev/ttyUSB0``), not an adapter.
    """

    device: str
    url: str
    description: str
    usb: str | None
    serial_number: str | None
    lasting: bool


@dataclass(frozen=True, slots=True)
class FolderFound:
    """A folder: how many files each driver claims of those looked at, and why.

    ``refused`` holds the others by name, each with why; ``trouble`` says why there is nothing.
    """

    folder: Path
    looked_at: int
    in_all: int
    claims: dict[str, int]
    why: dict[str, str]
    patterns: tuple[str, ...]
    refused: dict[str, str]
    trouble: str | None = None


def find_ports(listed: Iterable[Listed], by_id: Path = BY_ID) -> list[PortFound]:
    """The ports, each by its most lasting name."""
    links = _links(by_id)
    return [_port(one, links) for one in sorted(listed, key=lambda one: one.device)]


def _links(by_id: Path) -> dict[str, str]:
    """From device to the link of its adapter; where there are none, none."""
    try:
        return {str(link.resolve()): str(link) for link in sorted(by_id.iterdir())}
    except OSError:
        return {}


def _port(one: Listed, links: dict[str, str]) -> PortFound:
    usb = f"{one.vid:04X}:{one.pid:04X}" if one.vid is not None and one.pid is not None else None
    link = links.get(str(Path(one.device).resolve())) if one.device.startswith("/") else None
    url = link or one.device
    numbered = one.serial_number is not None and re.fullmatch(r"\w+", one.serial_number)
    if link is None and usb is not None and numbered and one.device.startswith("/"):
        # Without udev's links the adapter is found by its own number.
        url = f"hwgrep://{usb}.*SER={one.serial_number}"
    # COM numbers stay with the adapter; ttyUSB0 is whichever was plugged in first.
    lasting = url != one.device or not one.device.startswith("/dev/tty") or usb is None
    return PortFound(one.device, url, one.description, usb, one.serial_number, lasting)


def look_into(folder: Path, registry: Registry) -> FolderFound:
    """What lies in the folder, by content. Only read; folders below it are not entered."""
    try:
        listed = list(files(str(folder), lambda name: True, matcher(JUNK), recursive=False,
                            closed=[]))  # fmt: skip
        newest = nlargest(LOOKED_AT, listed, key=lambda one: one.stat().st_mtime)
    except OSError as error:
        return FolderFound(folder, 0, 0, {}, {}, (), {}, f"cannot be read: {error.strerror}")
    claims: Counter[str] = Counter()
    why: dict[str, str] = {}
    endings: set[str] = set()
    refused: dict[str, str] = {}
    for entry in newest:
        try:
            capture = _capture(entry)
            driver = registry.claim(capture)
        except (OSError, NotRecognised) as error:
            refused[plain(entry.name)] = str(error)
            continue
        claims[driver] += 1
        why.setdefault(driver, registry.weigh(capture)[driver].why)
        endings.add(f"*{Path(entry.name).suffix.lower()}")
    return FolderFound(folder, len(newest), len(listed), dict(claims.most_common()), why,
                       tuple(sorted(endings)), refused)  # fmt: skip


def _capture(entry: os.DirEntry[str]) -> Capture:
    if entry.stat().st_size > LARGEST_BYTES:
        raise NotRecognised(f"larger than {LARGEST_BYTES // 2**20} MB: no counter's report")
    content = Path(entry.path).read_bytes()
    return Capture(plain(entry.name), "scan", datetime.now(UTC), content)


def proposal(ports: Sequence[PortFound], folders: Sequence[FolderFound], registry: Registry) -> str:
    """The ``sources`` of a ``labsvc.yaml``, with what a person must settle as remarks."""
    names = _Names()
    lines = [line for one in folders for line in _folder_lines(one, names)]
    lines += [line for one in ports for line in _port_lines(one, names, registry)]
    return "\n".join(["sources:" if _has_source(lines) else "sources: []", *lines]) + "\n"


def _has_source(lines: Iterable[str]) -> bool:
    return any(line.startswith("  - ") for line in lines)


class _Names:
    """No two sources alike."""

    def __init__(self) -> None:
        self._given: Counter[str] = Counter()

    def next(self, stem: str) -> str:
        self._given[stem] += 1
        return f"{stem}-{self._given[stem]}"


def _folder_lines(one: FolderFound, names: _Names) -> Iterator[str]:
    shown = one_line(plain(str(one.folder)))
    if one.trouble is not None:
        yield f"  # {shown}: {one_line(one.trouble)}"
        return
    counted = ", ".join(f"{driver} {count}" for driver, count in one.claims.items())
    yield f"  # {shown}: of {one.looked_at} files looked at: {counted or 'none recognised'}"
    if not one.claims:
        return
    if one.refused:
        yield f"  # {len(one.refused)} of them would be set aside: narrow the patterns"
    try:
        path = visible(str(one.folder.absolute()))
        path.encode("utf-8")
    except ValueError:
        path = ""
    if path != str(one.folder.absolute()):
        yield "  # its name cannot stand in labsvc.yaml: rename the folder, or link to it"
        return
    only = next(iter(one.claims)) if len(one.claims) == 1 else None
    yield f"  - name: {names.next(only or 'counter')}"
    yield f"    folder: {quoted(path)}"
    if only is not None:
        yield f"    driver: {only}"
    else:
        yield "    # several drivers' files: each is recognised by its content"
    if only is None or one.refused:
        yield f"    patterns: [{', '.join(quoted(pattern) for pattern in one.patterns)}]"


def _port_lines(one: PortFound, names: _Names, registry: Registry) -> Iterator[str]:
    what = ", ".join(part for part in (one.device, one.usb, one.description) if part)
    yield f"  # {one_line(what)}"
    if not one.lasting:
        yield "  # this name may be another adapter's after it was unplugged"
    serial = {name: driver.serial.settings for name, driver in registry.drivers.items()
              if driver.serial is not None}  # fmt: skip
    yield f"  - name: {names.next('line')}"
    yield f"    port: {quoted(one.url)}"
    yield f"    driver: {CHOOSE}  # {', '.join(f'{n} ({s})' for n, s in serial.items())}"
