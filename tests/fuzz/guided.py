"""A parser against inputs that a coverage-guided search makes: ``tests.fuzz.run --guided``.

    pip install --require-hashes -r requirements-fuzz.lock

atheris (libFuzzer for Python) sees which lines of a driver an input reaches and changes those
further that reached new ones; half of its changes are the ones of ``mutate.py``. The inputs that
reached something new go to ``tests/fuzz/corpus``: the next search begins with them, and the tests
replay them. atheris has wheels for Linux and Python 3.11 to 3.13.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.fuzz.corpus import corpus, keep
from tests.fuzz.trial import seeds


def searched(name: str, seconds: float, seed: int) -> dict[str, Any]:
    """One driver's search: what was tried, what was found, and how many inputs were kept."""
    with tempfile.TemporaryDirectory(prefix="labsvc-fuzz-") as folder:
        pool = Path(folder) / "pool"
        pool.mkdir()
        for content in [*(content for _, content in seeds(name)), *corpus(name)]:
            (pool / hashlib.sha256(content).hexdigest()).write_bytes(content)
        answer = Path(folder) / "answer.json"
        # In a process of its own: the modules must be instrumented when they are first imported.
        child = [sys.executable, "-m", "tests.fuzz.search", name, str(seconds), str(seed)]
        subprocess.run([*child, str(answer), str(pool)], check=False)
        if not answer.exists():
            raise SystemExit(f"the search of {name} ended without an answer: see above")
        told: dict[str, Any] = json.loads(answer.read_bytes())
        return {**told, "kept": keep(name, [path.read_bytes() for path in pool.iterdir()])}
