"""labsvc driver scan, record, replay: ports and folders before they are sources."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from serial.tools import list_ports

from labsvc.capture.port import parse_settings
from labsvc.capture.record import record
from labsvc.capture.recording import Recording, read_recording
from labsvc.capture.replay import Terminal, parse_speed, play
from labsvc.cli.common import print_json, print_lines, text_of
from labsvc.cli.options import HomeOption, JsonOption
from labsvc.cli.signals import ENDING, heard
from labsvc.cli.tabledriver import installed
from labsvc.errors import ParseError
from labsvc.notify.words import one_line
from labsvc.service.watching.scan import FolderFound, PortFound, find_ports, look_into, proposal

PortArgument = Annotated[str, typer.Argument(help="A device or pyserial URL: /dev/ttyUSB0, COM3.")]
FileArgument = Annotated[Path, typer.Argument(help="A recording.")]
FoldersArgument = Annotated[list[Path] | None, typer.Argument(help="Folders of counters' files.")]


def scan(
    folders: FoldersArgument = None, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Serial ports and folders: what is recognised there, and its lines for labsvc.yaml.

    Example: labsvc driver scan /srv/counter/results
    """
    registry = installed(home)
    ports = find_ports(list_ports.comports())
    found = [look_into(folder, registry) for folder in folders or ()]
    text = proposal(ports, found, registry)
    if as_json:
        print_json({"ports": [_port(one) for one in ports],
                    "folders": [_folder(one) for one in found], "settings": text})  # fmt: skip
        return
    sys.stdout.write(text)
    for line in _remarks(ports, found):
        print(one_line(line), file=sys.stderr)


def _port(one: PortFound) -> dict[str, Any]:
    return {"device": one.device, "port": one.url, "description": one.description,
            "usb": one.usb, "serial_number": one.serial_number}  # fmt: skip


def _folder(one: FolderFound) -> dict[str, Any]:
    return {"folder": str(one.folder), "looked_at": one.looked_at, "in_all": one.in_all,
            "claims": one.claims, "why": one.why, "refused": one.refused,
            "trouble": one.trouble}  # fmt: skip


def _remarks(ports: list[PortFound], folders: list[FolderFound]) -> Iterator[str]:
    if not ports:
        yield "no serial port is seen by this account on this machine"
    for one in folders:
        if one.trouble is not None:
            yield f"{one.folder}: {one.trouble}"
        for driver, why in one.why.items():
            yield f"{one.folder}: {driver} claims {one.claims[driver]}: {why}"
        if one.refused:
            first = next(iter(one.refused))
            yield (
                f"{one.folder}: {len(one.refused)} files that no one driver claims, such as "
                f"{first}; why, says: labsvc driver sniff FILE"
            )


def record_session(
    port: PortArgument,
    to: Annotated[Path, typer.Option("--to", help="The new file.")],
    settings: Annotated[
        str, typer.Option(help="Baud rate, bits, parity, stop bits: 1200-7E1.")
    ] = "9600-8N1",
    seconds: Annotated[
        float | None, typer.Option("--for", min=0.1, help="Stop after so many seconds.")
    ] = None,
) -> None:
    """Keep what comes over a port, with its timing, until Ctrl-C. Nothing is sent.

    Example: labsvc driver record /dev/ttyUSB0 --to session.txt --settings 1200-7E1
    """
    parse_settings(settings)
    with _stopped() as stopped:
        kept = record(
            port,
            settings,
            to,
            clock=lambda: datetime.now(UTC),
            monotonic=time.monotonic,
            pause=stopped.wait,
            until=lambda passed: stopped.is_set() or (seconds is not None and passed >= seconds),
        )
    print_lines([f"{to}: {kept.received} bytes in {kept.reads} reads"])


def replay(
    file: FileArgument,
    speed: Annotated[str, typer.Option(help="1 is as recorded, 20 is faster, or max.")] = "1",
    link: Annotated[
        Path | None, typer.Option(help="A name for the port; a symbolic link is made.")
    ] = None,
) -> None:
    """Play a recording through a pseudo-terminal, once a program has opened it.

    Example: labsvc driver replay session.txt --speed 20 --link /tmp/ttyCOUNTER
    """
    pace, recording = parse_speed(speed), _recording(file)
    with _stopped() as stopped, Terminal(link) as terminal:
        print(f"port {terminal.name}: waiting for a program to open it", flush=True)
        if not terminal.await_reader(stopped.wait, stopped.is_set):
            return
        sent = play(
            recording.chunks,
            lambda content: terminal.send(content, stopped.is_set),
            speed=pace,
            monotonic=time.monotonic,
            pause=stopped.wait,
            stopped=stopped.is_set,
        )
        terminal.await_read(stopped.wait, stopped.is_set)
    print(f"{sent} bytes played")


def _recording(file: Path) -> Recording:
    try:
        recording = read_recording(text_of(file))
    except ParseError as error:
        raise ParseError(f"{file}: {error}") from error
    if recording.cut_short:
        print(f"{file}: its last line is cut short and left out", file=sys.stderr)
    return recording


@contextmanager
def _stopped() -> Iterator[threading.Event]:
    """Set by Ctrl-C and by SIGTERM, so that what was begun is ended in order."""
    stopped = threading.Event()
    with heard(stopped.set, *ENDING):
        yield stopped
