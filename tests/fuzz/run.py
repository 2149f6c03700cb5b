"""Every parser against changed reports, for as long as asked: ``python -m tests.fuzz.run``.

    python -m tests.fuzz.run --seconds 600            every driver, in turn
    python -m tests.fuzz.run --seconds 60 --driver microbeta

A finding (anything but records or a ParseError) is written to ``tests/fuzz/seeds/<driver>`` and
replayed by ``tests/drivers/test_fuzz.py`` from then on. Inputs that went a way no other went are
kept as further starting points of the same run. Ends with 1 where there was a finding.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from labsvc.driver import Driver
from tests.fuzz.mutate import mutated
from tests.fuzz.trial import SEEDS, drivers, held, recognised, seeds

MOST_KEPT = 400
MOST_FINDINGS = 20


@dataclass(slots=True)
class Trial:
    """One driver under trial."""

    name: str
    driver: Driver
    others: list[Driver]
    random: Random
    folder: Path
    pool: list[tuple[str, bytes]]
    ways: set[str] = field(default_factory=set)
    findings: dict[str, str] = field(default_factory=dict)
    tried: int = 0
    seconds: float = 0.0

    def go(self, seconds: float, others: list[bytes]) -> None:
        started = time.monotonic()
        until = started + seconds
        while time.monotonic() < until and len(self.findings) < MOST_FINDINGS:
            name, content = self.random.choice(self.pool)
            self.hold(name, mutated(content, others, self.random))
        self.seconds = time.monotonic() - started

    def hold(self, name: str, content: bytes) -> None:
        self.tried += 1
        try:
            way = held(self.driver, name, content)
            recognised(self.random.choice(self.others), name, content)
        except Exception as error:  # noqa: BLE001 - any other error is what is looked for
            self._found(name, content, error)
            return
        if way not in self.ways:
            self.ways.add(way)
            if len(self.pool) < MOST_KEPT:
                self.pool.append((name, content))

    def _found(self, name: str, content: bytes, error: Exception) -> None:
        step = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} at {Path(step.filename).name}:{step.lineno}"
        if where in self.findings:
            return
        self.findings[where] = f"{error}"[:200]
        self.folder.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256(content).hexdigest()[:10]
        (self.folder / f"found-{digest}{Path(name).suffix}").write_bytes(content)
        print(f"{self.name}: {where}: {error}"[:300], file=sys.stderr)


def fuzzed(seconds: float, only: list[str], seed: int, folder: Path = SEEDS) -> list[Trial]:
    """Each driver for its share of ``seconds``; findings are written below ``folder``."""
    every = drivers()
    neighbours = list(every.values())
    asked = [name for name in every if not only or name in only]
    pools = {name: seeds(name) for name in every}
    others = [content for pool in pools.values() for _, content in pool]
    trials = []
    for name in asked:
        random = Random(f"{seed} {name}")
        trial = Trial(name, every[name], neighbours, random, folder / name, pools[name])
        for one in tuple(trial.pool):
            trial.hold(*one)
        trial.go(seconds / len(asked), others)
        trials.append(trial)
    return trials


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="in all, shared by the drivers")
    parser.add_argument("--driver", action="append", default=[], help="this one only")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="one JSON document")
    asked = parser.parse_args()
    trials = fuzzed(asked.seconds, asked.driver, asked.seed)
    rows = [
        {
            "driver": t.name,
            "seconds": round(t.seconds),
            "inputs": t.tried,
            "ways": len(t.ways),
            "findings": t.findings,
        }
        for t in trials
    ]
    if asked.json:
        print(json.dumps(rows))
    for t in () if asked.json else trials:
        figures = f"{t.tried:>8} inputs {len(t.ways):>5} ways {len(t.findings):>3} found"
        print(f"{t.name:<16} {t.seconds:>5.0f} s {figures}")
    return 1 if any(t.findings for t in trials) else 0


if __name__ == "__main__":
    sys.exit(main())
