"""One driver under atheris, in a process of its own: ``guided.py`` starts it.

    python -m tests.fuzz.search DRIVER SECONDS SEED ANSWER CORPUS

The seconds begin after the imports. ANSWER receives a JSON document with what was tried and
found; CORPUS, each input that reached something new.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import atheris

with atheris.instrument_imports(include=["labsvc.driver", "labsvc_drivers", "labsvc.model"]):
    from tests.fuzz import trial

    DRIVERS = trial.drivers()

from labsvc.driver import Driver
from tests.fuzz.corpus import file_name
from tests.fuzz.mutate import mutated


@dataclass(slots=True)
class Search:
    """One driver, its samples, and what the search has come to."""

    driver: Driver
    files: Sequence[str]
    others: Sequence[bytes]
    answer: Path
    until: float
    findings: trial.Findings
    tried: int = 0

    def hold(self, content: bytes) -> None:
        self.tried += 1
        name = file_name(self.files, content)
        try:
            trial.held(self.driver, name, content)
        except Exception as error:  # noqa: BLE001 - any other error is what is looked for
            self.findings.note(name, content, error)
        if time.monotonic() > self.until or len(self.findings.told) >= trial.MOST_FINDINGS:
            told = {"inputs": self.tried, "findings": self.findings.told}
            self.answer.write_text(json.dumps(told))
            os._exit(0)  # libFuzzer has no other way to end in good order

    def change(self, content: bytes, longest: int, seed: int) -> bytes:
        """Every other change is libFuzzer's own, the rest knows lines, fields and figures."""
        random = Random(seed)
        if random.random() < 0.5:
            return bytes(atheris.Mutate(content, longest))
        return mutated(content, self.others, random)[:longest]


def main() -> None:
    name, seconds, seed, answer, pool = sys.argv[1:]
    samples = trial.seeds(name)
    others = [content for _, content in samples]
    until = time.monotonic() + float(seconds)
    files = [file for file, _ in samples]
    findings = trial.Findings(trial.SEEDS / name)
    search = Search(DRIVERS[name], files, others, Path(answer), until, findings)
    quiet = [f"-seed={seed}", "-verbosity=0", "-rss_limit_mb=4096", "-timeout=600"]
    aside = ["-report_slow_units=600", f"-artifact_prefix={Path(answer).parent}/"]
    argv = [sys.argv[0], *quiet, *aside, f"-max_len={trial.LARGEST_SEED}", pool]
    atheris.Setup(argv, search.hold, custom_mutator=search.change)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
