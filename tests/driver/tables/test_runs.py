"""Which run a table is, and what is kept of it."""

from __future__ import annotations

from dataclasses import replace

from labsvc.driver.tables.cells import Sheet, text_rows
from labsvc.driver.tables.listing import find_header
from labsvc.driver.tables.runs import grid_runs, list_runs
from labsvc.model.run import CountRun
from tests.driver.tables.examples import COBRA, GRID_HEAD, GRIDS, driver


def read(text: str) -> CountRun:
    spec = driver("cobra-csv").spec
    sheet = Sheet(tuple(text_rows(text, ",")), closed=True)
    header = find_header(sheet.rows, spec)
    assert header is not None
    (run,) = list_runs(sheet, header, spec)
    return run


def test_the_key_is_made_of_the_parts_that_are_told() -> None:
    """Not of what may change between two exports of one run."""
    run = read(COBRA)
    assert run.run_key == "cobra-csv program_number=12 run_id=0417"
    assert read(COBRA.replace("408213", "408214")).run_key == run.run_key
    assert read(COBRA.replace("Run ID,0417", "Run ID,0418")).run_key != run.run_key


def test_without_parts_told_the_key_takes_all_that_names_the_run() -> None:
    """A date in another spelling is the same date."""
    spec = replace(driver("microbeta2-grid").spec, run_key=())
    texts = (
        GRID_HEAD + GRIDS,
        (GRID_HEAD + GRIDS).replace("2026-04-03 09:15:00", "3-Apr-2026 9:15"),
    )
    keys = {
        grid_runs(Sheet(tuple(text_rows(text, "\t")), closed=True), spec)[0].run_key
        for text in texts
    }
    assert len(keys) == 1
    assert "counted_at=2026-04-03T09:15:00" in keys.pop()


def test_everything_that_is_no_reading_is_kept() -> None:
    """Head, names, skipped rows and the end, as they stood."""
    extras = read(COBRA).extras
    assert extras["head"].startswith("Cobra II\t")
    assert extras["header"].startswith("Pos\tRack\t")
    assert extras["skipped"].startswith("Average A\t")
    assert extras["foot"] == "End of run\n"


def test_the_runs_date_is_that_of_its_first_reading() -> None:
    run = read(COBRA)
    assert run.counted_at == run.readings[0].counted_at
    assert run.counted_at_text == "03/04/2026 9:12:05 AM"
