"""Every parser against changed reports, for as long as asked: ``python -m tests.fuzz.run``.

    python -m tests.fuzz.run --seconds 60                        every driver, in turn
    python -m tests.fuzz.run --seconds 60 --driver microbeta
    python -m tests.fuzz.run --seconds 600 --guided              by coverage

The seconds are for each driver. A finding (anything but records or a ParseError) is written to
``tests/fuzz/seeds/<driver>`` and replayed by ``tests/drivers/test_fuzz.py`` from then on. Inputs
that went a way no other went are kept as further starting points of the same run; with
``--guided`` (``guided.py``) also for later ones. Prints a line of JSON for each driver and ends
with 1 where there was a finding.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from labsvc.driver import Driver
from tests.fuzz.guided import searched
from tests.fuzz.mutate import mutated
from tests.fuzz.trial import MOST_FINDINGS, SEEDS, Findings, drivers, held, recognised, seeds

MOST_KEPT = 400


@dataclass(slots=True)
class Trial:
    """One driver under trial."""

    driver: Driver
    others: list[Driver]
    random: Random
    findings: Findings
    pool: list[tuple[str, bytes]]
    ways: set[str] = field(default_factory=set)
    tried: int = 0

    def go(self, seconds: float, others: list[bytes]) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and len(self.findings.told) < MOST_FINDINGS:
            name, content = self.random.choice(self.pool)
            self.hold(name, mutated(content, others, self.random))

    def hold(self, name: str, content: bytes) -> None:
        self.tried += 1
        try:
            way = held(self.driver, name, content)
            recognised(self.random.choice(self.others), name, content)
        except Exception as error:  # noqa: BLE001 - any other error is what is looked for
            self.findings.note(name, content, error)
            return
        if way not in self.ways:
            self.ways.add(way)
            if len(self.pool) < MOST_KEPT:
                self.pool.append((name, content))


def fuzzed(name: str, seconds: float, seed: int, folder: Path = SEEDS) -> dict[str, Any]:
    """One driver's trial: what was tried and found; findings are written below ``folder``."""
    every = drivers()
    others = [content for one in every for _, content in seeds(one)]
    random = Random(f"{seed} {name}")
    findings = Findings(folder / name)
    trial = Trial(every[name], list(every.values()), random, findings, seeds(name))
    for one in tuple(trial.pool):
        trial.hold(*one)
    trial.go(seconds, others)
    return {"inputs": trial.tried, "findings": findings.told, "ways": len(trial.ways)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="for each driver")
    parser.add_argument("--driver", action="append", default=[], help="this one only")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--guided", action="store_true", help="by coverage; needs atheris")
    asked = parser.parse_args()
    found = False
    for name in asked.driver or drivers():
        told = (searched if asked.guided else fuzzed)(name, asked.seconds, asked.seed)
        found = found or bool(told["findings"])
        print(json.dumps({"driver": name, "seconds": asked.seconds, **told}), flush=True)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
