"""One input held against one driver: what it may do, and what is a finding."""

from __future__ import annotations

import hashlib
import json
import re
import sys
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from labsvc.driver import Driver
from labsvc.driver.difference import documents
from labsvc.errors import ParseError
from labsvc.model.capture import Capture
from labsvc.model.run import CountRun, Record
from labsvc.service.registry import load_drivers
from tests.driver.tables import examples

SEEDS = Path(__file__).parent / "seeds"
SAMPLES = Path(__file__).parents[1] / "drivers"
LARGEST_SEED = 20_000
MOST_FINDINGS = 20
SLOW_SECONDS = 2.0
"""Of processor time, for at most 60 kB: what takes longer does not grow in step with its size."""
_RECEIVED = datetime(2026, 1, 5, 12, tzinfo=UTC)
_FIGURES = re.compile(r"\d+|'[^']*'|\"[^\"]*\"")


@dataclass(slots=True)
class Findings:
    """What was found with one driver: each place once. Its input is written to ``folder``."""

    folder: Path
    told: dict[str, str] = field(default_factory=dict)

    def note(self, name: str, content: bytes, error: Exception) -> None:
        step = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} at {Path(step.filename).name}:{step.lineno}"
        if where in self.told:
            return
        self.told[where] = f"{error}"[:200]
        self.folder.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256(content).hexdigest()[:10]
        (self.folder / f"found-{digest}{Path(name).suffix}").write_bytes(content)
        print(f"{self.folder.name}: {where}: {error}"[:300], file=sys.stderr)


def drivers() -> dict[str, Driver]:
    """Every installed driver, and the shipped table drivers."""
    return {**load_drivers().drivers, **{name: examples.driver(name) for name in examples.SAMPLES}}


def seeds(name: str) -> list[tuple[str, bytes]]:
    """File name and content: the driver's samples, and each input that was once a finding."""
    samples = (SAMPLES / name.replace("-", "_") / "data").glob("*")
    files = [*(p for p in samples if p.suffix != ".json"), *(SEEDS / name).glob("*")]
    small = [path for path in sorted(files) if path.stat().st_size <= LARGEST_SEED]
    return [(p.name, p.read_bytes()) for p in small] + list(examples.SAMPLES.get(name, {}).items())


def held(driver: Driver, name: str, content: bytes) -> str:
    """The outcome in a few words, alike for inputs that went the same way.

    Raises whatever a driver must not raise, and AssertionError for what it must not give.
    """
    capture = Capture(name, "fuzz", _RECEIVED, content)
    started = time.process_time()
    recognised(driver, name, content)
    driver.ends(content)
    _feed(driver, content)
    try:
        records = driver.parse(capture)
    except ParseError as error:
        outcome = _skeleton(error)
    else:
        outcome = _read(records)
    spent = time.process_time() - started
    assert spent < SLOW_SECONDS, f"{len(content)} bytes took {spent:.1f} s"
    return outcome


def recognised(driver: Driver, name: str, content: bytes) -> None:
    """Claimed or refused, with a reason: never an error."""
    answer = driver.recognises(Capture(name, "fuzz", _RECEIVED, content))
    assert answer.why, "a recognition says why"
    assert "\n" not in answer.why, f"a reason is one line: {answer.why!r}"
    assert len(answer.why) < 700, f"a reason is short: {answer.why!r}"


def _feed(driver: Driver, content: bytes) -> None:
    """The serial line's framer loses no byte and raises nothing, in pieces of any size."""
    if driver.serial is None:
        return
    for piece in (max(1, len(content) // 7), 4096):
        framer = driver.serial.framer()
        for start in range(0, len(content), piece):
            for _ in framer.feed(content[start : start + piece]):
                pass
        assert len(framer.pending) <= len(content)


def _skeleton(error: ParseError) -> str:
    """Where it was refused; its message is one sentence."""
    message = str(error)
    assert message, "a refusal says why"
    assert "\n" not in message, f"a refusal is one line: {message!r}"
    assert len(message) < 2000, f"a refusal is one sentence, this has {len(message)} characters"
    step = error.__traceback__
    lines = []
    while step is not None:
        lines.append(step.tb_lineno)
        step = step.tb_next
    return f"refused {lines[-4:]}"


def _read(records: Sequence[Record]) -> str:
    """Records are JSON without NaN, and a count run has readings in their order."""
    json.dumps(documents(records), allow_nan=False)
    assert records, "nothing read is not a report without readings"
    for record in records:
        assert record.run_key, "a record has a key"
        if isinstance(record, CountRun):
            assert [r.order for r in record.readings] == list(range(1, len(record.readings) + 1))
    runs = [one for one in records if isinstance(one, CountRun)]
    flags = {flag for run in runs for r in run.readings[:50] for flag in r.flags}
    states = {r.state for run in runs for r in run.readings[:50]}
    warned = {_FIGURES.sub("#", w)[:30] for run in runs for w in run.warnings}
    return f"read {min(len(records), 3)} {sorted(flags)} {sorted(states)} {sorted(warned)}"
