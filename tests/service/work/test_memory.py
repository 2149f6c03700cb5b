"""The memory of the process that files plates."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench import bench, report, sheet

WORDS = """
import gc
from labsvc.service.work import memory
memory.share_one_heap()
memory.settle()
print(gc.get_freeze_count() > 1_000, gc.get_threshold()[0] >= 100_000)
"""


def test_what_is_loaded_is_not_looked_through_again() -> None:
    """In a process of its own, as both change the whole of it."""
    ran = subprocess.run([sys.executable, "-c", WORDS], capture_output=True, check=True, text=True)
    assert ran.stdout.split() == ["True", "True"]


FREED = """
import gc
from pathlib import Path
from labsvc.service.work import memory
def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) // 256
memory.share_one_heap()
kept = [bytes(2000 + n % 7) for n in range(40_000)]
holes = kept[::50]
del kept
before = resident()
memory.give_back()
print(before - resident())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="nothing is changed elsewhere")
def test_pages_between_what_stays_are_given_back() -> None:
    """Eighty megabytes with a value in each fiftieth place: most of them go."""
    ran = subprocess.run([sys.executable, "-c", FREED], capture_output=True, check=True, text=True)
    assert int(ran.stdout) > 40


AT_REST = """
import sys, labsvc.cli.serving
from labsvc.service.authoring import quantities
from labsvc.service.registry import load_drivers
load_drivers()
quantities.load()
print(*sorted(set(sys.argv[1:]) & set(sys.modules)))
"""
HEAVY = ("numpy", "jinja2", "labsvc.core.analyse", "labsvc.filing.filer", "smtplib", "http.client",
         "alembic", "resvg_py", "openpyxl")  # fmt: skip


def loaded(words: str, *arguments: str) -> list[str]:
    ran = subprocess.run(
        [sys.executable, "-c", words, *arguments], capture_output=True, check=True, text=True
    )
    return ran.stdout.splitlines()[-1].split()  # the log stands before it


def test_what_the_service_at_rest_has_not_loaded() -> None:
    """Each would stay for months."""
    assert loaded(AT_REST, *HEAVY) == []


A_DAY = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from labsvc.service.home import open_home
from labsvc.service.registry import load_drivers
from labsvc.service.work.book import Book
from labsvc.service.work.line import Line
from labsvc.service.work.staff import Staff
from labsvc.service.work.worker import Worker
home = open_home(Path(sys.argv[1]))
book = Book(home.protocols, home.runsheets, home.settings.timezone)
worker = Worker(Line(home, load_drivers(), book, lambda: datetime.now(UTC)), Staff(hands=1))
states = [one.state.value for one in worker.work_off()]
sheet = home.runsheets / "NET-0411.yaml"
sheet.with_suffix(".later").rename(sheet)
list(worker.work_off())
states += [one.verdict for one in home.database.results()]
print(*states, *sorted(set(sys.argv[2:]) & set(sys.modules)))
"""


def test_what_a_day_of_plates_has_not_loaded_either(tmp_path: Path) -> None:
    """A plate that is held, then released; a file that nobody can read."""
    with bench(tmp_path / "home") as lab:
        lab.put("NET-0411_A7_212.txt", report("NET-0411"))
        lab.put("notes.txt", b"buy buffer")
        (lab.home.runsheets / "NET-0411.later").write_bytes(sheet("NET-0411"))
    states = ["filed", "quarantined", "review"]
    # An alert is owed: its page is written by the service.
    assert sorted(loaded(A_DAY, str(tmp_path / "home"), *HEAVY)) == sorted([*states, "jinja2"])
