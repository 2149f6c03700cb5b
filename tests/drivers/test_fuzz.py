"""Changed reports: records or a ParseError, nothing else. What was once a finding is replayed.

The long searches are ``python -m tests.fuzz.run --guided --seconds 600``, which keeps what it
reached in ``tests/fuzz/corpus``, and the same without ``--guided``; here each driver has a moment.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.fuzz.corpus import CORPUS, corpus, file_name
from tests.fuzz.run import fuzzed
from tests.fuzz.trial import SEEDS, drivers, held, seeds

SECONDS = float(os.environ.get("LABSVC_FUZZ_SECONDS", "0.15"))
DRIVERS = drivers()


@pytest.mark.parametrize("name", DRIVERS)
def test_seeds_and_old_findings_are_read_or_refused(name: str) -> None:
    """Each sample, and each input on which a driver once failed."""
    found = seeds(name)
    assert found, f"{name} has no sample to begin with"
    for file, content in found:
        assert held(DRIVERS[name], file, content)


@pytest.mark.parametrize("name", [path.stem for path in sorted(CORPUS.glob("*.zip"))])
def test_what_a_guided_search_reached_is_read_or_refused(name: str) -> None:
    """Each input with which a search under atheris reached a line or branch anew."""
    files = [file for file, _ in seeds(name)]
    kept = corpus(name)
    assert len(kept) > 10, f"the corpus of {name} is not whole"
    for content in kept:
        assert held(DRIVERS[name], file_name(files, content), content)


@pytest.mark.parametrize("name", DRIVERS)
def test_changed_reports_are_read_or_refused(name: str, tmp_path: Path) -> None:
    """Bytes, lines, fields and figures changed: no other error, one line, in step with its size."""
    told = fuzzed(name, SECONDS, seed=os.getpid() if SECONDS > 1 else 1, folder=tmp_path)
    assert told["findings"] == {}
    assert told["inputs"] > 0


def test_each_seed_is_of_a_driver_that_is_there() -> None:
    """A driver's new name must not leave its findings behind."""
    assert {folder.name for folder in SEEDS.iterdir()} <= set(DRIVERS)
    assert max(path.stat().st_size for path in SEEDS.rglob("*") if path.is_file()) <= 60_000
