"""One driver under atheris, in a process of its own: ``guided.py`` starts it.

    python -m tests.fuzz.search DRIVER SECONDS SEED ANSWER CORPUS

The seconds begin after the imports. ANSWER receives a JSON document with what was tried and
found; CORPUS, each input that reached something new.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import atheris

with atheris.instrument_imports(include=["labsvc.driver", "labsvc_drivers", "labsvc.model"]):
    from tests.fuzz import trial

    DRIVERS = trial.drivers()

from labsvc.driver import Driver
from tests.fuzz.corpus import file_name
from tests.fuzz.mutate import mutated

MOST_FINDINGS = 20


@dataclass(slots=True)
class Search:
    """One driver, its samples, and what the search has come to."""

    name: str
    driver: Driver
    files: Sequence[str]
    others: Sequence[bytes]
    answer: Path
    until: float
    tried: int = 0
    findings: dict[str, str] = field(default_factory=dict)

    def hold(self, content: bytes) -> None:
        self.tried += 1
        name = file_name(self.files, content)
        try:
            trial.held(self.driver, name, content)
        except Exception as error:  # noqa: BLE001 - any other error is what is looked for
            self._found(name, content, error)
        if time.monotonic() > self.until or len(self.findings) >= MOST_FINDINGS:
            self.answer.write_text(json.dumps({"inputs": self.tried, "findings": self.findings}))
            os._exit(0)  # libFuzzer has no other way to end in good order

    def change(self, content: bytes, longest: int, seed: int) -> bytes:
        """Every other change is libFuzzer's own, the rest knows lines, fields and figures."""
        random = Random(seed)
        if random.random() < 0.5:
            return bytes(atheris.Mutate(content, longest))
        return mutated(content, self.others, random)[:longest]

    def _found(self, name: str, content: bytes, error: Exception) -> None:
        step = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} at {Path(step.filename).name}:{step.lineno}"
        if where in self.findings:
            return
        self.findings[where] = f"{error}"[:200]
        folder = trial.SEEDS / self.name
        folder.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256(content).hexdigest()[:10]
        (folder / f"found-{digest}{Path(name).suffix}").write_bytes(content)


def main() -> None:
    name, seconds, seed, answer, pool = sys.argv[1:]
    samples = trial.seeds(name)
    others = [content for _, content in samples]
    until = time.monotonic() + float(seconds)
    files = [file for file, _ in samples]
    search = Search(name, DRIVERS[name], files, others, Path(answer), until)
    quiet = [f"-seed={seed}", "-verbosity=0", "-rss_limit_mb=4096", "-timeout=600"]
    aside = ["-report_slow_units=600", f"-artifact_prefix={Path(answer).parent}/"]
    argv = [sys.argv[0], *quiet, *aside, f"-max_len={trial.LARGEST_SEED}", pool]
    atheris.Setup(argv, search.hold, custom_mutator=search.change)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
