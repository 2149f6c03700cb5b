"""What an old laboratory costs: the start, and rest, with 100,000 runs filed and as many old files.

Run it by itself: ``python benchmarks/idle.py [--files N] [--runs N] [--seconds S] [--json]``. One
plate is filed by the service; its rows are then copied under other names, and so many folders are
made in the archive. The counter's folder gets as many files, all of which the ledger knows. Then
``labsvc run`` itself is started, and looked at while nothing comes. Linux only.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path

from line import Bench, at_rest, made_plates  # beside this script

from labsvc.model.filing import SeenFile
from labsvc.store.database import Database

MARKS = {
    "start_to_ready_s": "under 1.5",
    "start_cpu_s": "what the start takes of a core: with other work beside it it waits for one",
    "idle_cpu_percent": "under 0.3",
    "new_file_taken_s": "under 12",
    "old_file_changed_taken_s": "told by the system; else at the next look at everything",
}
COPIED = ("captures", "results", "fits")
"""Readings and findings are left out: nothing at the start or at rest looks at them."""
SETTLING_SECONDS = 30.0


def copy_rows(path: Path, copies: int) -> None:
    """The one filed run as many more, each with its own key, number and folder.

    Their documents have every key and nothing in it: whole ones would be gigabytes.
    """
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        (whole,) = database.execute("SELECT document FROM results").fetchone()
        hollow = json.dumps({key: _emptied(value) for key, value in json.loads(whole).items()})
        for table in COPIED:
            columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
            chosen = ", ".join(_copied(table, column) for column in columns)
            kept = [hollow] if "document" in columns else []
            database.execute(
                "WITH RECURSIVE copy(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copy "
                f"WHERE n < {copies}) INSERT INTO {table} SELECT {chosen} FROM copy, {table}",
                kept,
            )


def _emptied(value: object) -> object:
    return [] if isinstance(value, list) else {} if isinstance(value, dict) else value


def _copied(table: str, column: str) -> str:
    match column:
        case "sequence":
            return f"(SELECT max(sequence) FROM {table}) + n"
        case "sha256" | "run_id" | "plate_id" | "folder" | "run_key":
            return f"{column} || '-' || n"
        case "document":
            return "?"
    return column


def lay_old_files(bench: Bench, count: int) -> None:
    folder, known = bench.root / "lab", []
    for number in range(count):
        path = folder / f"OLD-{number:06}.txt"
        path.write_bytes(b"old")
        stat = path.stat()
        known.append(SeenFile(str(path), stat.st_size, stat.st_mtime_ns, f"{number:064x}"))
    database = Database(f"sqlite:///{bench.root}/labsvc.db")
    for first in range(0, count, 5000):
        database.remember("microbeta-1", known[first : first + 5000])
    database.close()


def seconds_until(bench: Bench, name: str) -> float:
    """Until the file of that name was captured: its label lies in the inbox, or it is filed."""
    started = time.monotonic()
    query = "SELECT count(*) FROM captures WHERE name = ?"
    with contextlib.closing(sqlite3.connect(f"{bench.root}/labsvc.db")) as database:
        while not database.execute(query, [name]).fetchone()[0]:
            time.sleep(0.01)
            if time.monotonic() - started > 120:
                return float("nan")
    return time.monotonic() - started


def measured(root: Path, files: int, runs: int, seconds: float) -> dict[str, float]:
    first, second = made_plates(1, 2)
    bench = Bench(root, [first, second])
    bench.counts(first)
    with bench.service():
        bench.wait_filed(1, every=0.02)
        bench.wait_done()
    copy_rows(root / "labsvc.db", runs)
    for number in range(runs):
        (root / "archive" / "2026" / f"copy {number}").mkdir(parents=True)
    lay_old_files(bench, files)
    starts, costs = [], []
    for _ in range(3):
        with bench.service() as (process, took):
            starts.append(took)
            costs.append(sum(process.cpu_times()[:2]))
    with bench.service() as (process, _):
        time.sleep(min(SETTLING_SECONDS, seconds))
        cpu, rss = at_rest(process, seconds)
        bench.counts(second)
        new = seconds_until(bench, f"{second.name}.txt")
        old = f"OLD-{files // 2:06}.txt"
        (root / "lab" / old).write_bytes(b"changed in its place")
        changed = seconds_until(bench, old)
    return {
        "files": files,
        "runs": runs,
        "start_to_ready_s": statistics.median(starts),
        "start_cpu_s": statistics.median(costs),
        "idle_cpu_percent": cpu,
        "idle_rss_mb": rss,
        "new_file_taken_s": new,
        "old_file_changed_taken_s": changed,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="labsvc-idle-") as folder:
        figures = measured(Path(folder) / "home", asked.files, asked.runs, asked.seconds)
        rounded = {name: round(value, 3) for name, value in figures.items()}
        told = [f"{name:26} {value:>10}  {MARKS.get(name, '')}" for name, value in rounded.items()]
        # Before the folder is taken away again, which takes a while.
        print(json.dumps(rounded) if asked.json else "\n".join(told), flush=True)


if __name__ == "__main__":
    main()
