"""Every parser against inputs that a coverage-guided search makes: ``python -m tests.fuzz.guided``.

    pip install --require-hashes -r requirements-fuzz.lock
    python -m tests.fuzz.guided --seconds 600                    every driver, in turn
    python -m tests.fuzz.guided --seconds 60 --driver microbeta

atheris (libFuzzer for Python) sees which lines of a driver an input reaches and changes those
further that reached new ones; half of its changes are the ones of ``mutate.py``. The seconds are
for each driver. The inputs that reached something new go to
``tests/fuzz/corpus``: the next search begins with them, and the tests replay them. A finding
goes to ``tests/fuzz/seeds``, as in ``run.py``. atheris has wheels for Linux and Python 3.11 to
3.13. Ends with 1 where there was a finding.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.fuzz.corpus import corpus, keep
from tests.fuzz.trial import drivers, seeds


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
        kept = keep(name, [path.read_bytes() for path in pool.iterdir()])
        return {"driver": name, "seconds": seconds, **told, "kept": kept}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="for each driver")
    parser.add_argument("--driver", action="append", default=[], help="this one only")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    found = False
    for name in asked.driver or drivers():
        told = searched(name, asked.seconds, asked.seed)
        found = found or bool(told["findings"])
        print(json.dumps(told), flush=True)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
