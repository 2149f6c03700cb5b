"""A table driver held against samples: recognised, read, written again, refused when cut short."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from labsvc.driver import CountRun, Record
from labsvc.driver.table import TableDriver
from labsvc.errors import ParseError
from labsvc.model.capture import Capture
from labsvc.service.registry import Registry


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    ok: bool
    said: str


def hold(driver: TableDriver, capture: Capture, others: Registry) -> Iterator[Finding]:
    """What this sample shows of the driver; ``others`` are the drivers beside it."""
    recognition = driver.recognises(capture)
    yield Finding(recognition.claimed, f"recognition: {recognition.why}")
    rivals = [
        name
        for name, answer in others.weigh(capture).items()
        if answer.claimed and name != driver.spec.name
    ]
    if rivals:
        yield Finding(False, f"it is claimed by {' and '.join(rivals)} too: see recognise")
    try:
        records = driver.parse(capture)
    except ParseError as error:
        yield Finding(False, f"reading: {error}")
        return
    yield from _read(records)
    yield _written_again(driver, capture, records)
    yield from _cut(driver, capture, records)


def _read(records: Sequence[Record]) -> Iterator[Finding]:
    runs = [one for one in records if isinstance(one, CountRun)]
    for run in runs:
        states = [one.state.value for one in run.readings]
        told = ", ".join(f"{states.count(one)} {one}" for one in dict.fromkeys(states))
        yield Finding(True, f"reading: run {run.run_key!r}: {told}")
        yield from (Finding(False, f"warning: {warning}") for warning in run.warnings)


def _written_again(driver: TableDriver, capture: Capture, records: Sequence[Record]) -> Finding:
    try:
        written = driver.simulate(records)
        again = driver.parse(_like(capture, written))
    except (ParseError, ValueError) as error:
        return Finding(False, f"written again: {error}")
    same = tuple(again) == tuple(records)
    return Finding(same, "written again it reads the same" if same else
                   "written again it reads otherwise: report this")  # fmt: skip


def _cut(driver: TableDriver, capture: Capture, records: Sequence[Record]) -> Iterator[Finding]:
    """Half the file must never pass for the whole."""
    half = _like(capture, capture.content[: len(capture.content) // 2])
    try:
        part = driver.parse(half)
    except ParseError as error:
        yield Finding(True, f"cut in half it is refused: {error}")
        return
    yield Finding(tuple(part) != tuple(records),
                  "cut in half it is read in part: nothing shows the end")  # fmt: skip


def _like(capture: Capture, content: bytes) -> Capture:
    return Capture(capture.name, capture.source, capture.received_at, content)
