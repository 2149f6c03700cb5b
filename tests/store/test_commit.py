"""What one commit writes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select

from labsvc.model.filing import Filing
from labsvc.model.result import Point, Result
from labsvc.store.database import Database
from labsvc.store.engine import reading
from labsvc.store.rows import PARTS, keep
from labsvc.store.tables import audit, captures, findings, fits, readings, results


def test_readings_fits_and_findings_are_rows_of_their_result(
    database: Database, make_filing: Callable[..., Filing], make_result: Callable[..., Result]
) -> None:
    """In the order they were given, for queries across runs."""
    database.file(make_filing("11" * 32, make_result()))
    with reading(database._engine) as connection:
        wells = connection.execute(select(readings).order_by(readings.c.ordinal)).all()
        [fitted, bare] = connection.execute(select(fits).order_by(fits.c.ordinal)).all()
        [finding] = connection.execute(select(findings)).all()
    assert [row.position for row in wells][:3] == ["A01", "A02", "A03"]
    assert (wells[1].concentration_m, wells[1].counts, wells[1].dpm) == (1e-2, 2.0, None)
    assert (fitted.ic50, fitted.ic50_low, fitted.ic50_high) == (3.5e-8, 3.1e-8, None)
    assert (bare.compound, bare.model, bare.ki) == ("X2", None, None)
    assert (finding.check_name, finding.status, finding.value) == ("z_prime", "pass", 0.71)


def test_a_result_kept_by_another_process_is_written_the_same(
    tmp_path: Path, make_filing: Callable[..., Filing], make_result: Callable[..., Result]
) -> None:
    """Made ahead and handed over without its points and curves, it leaves the same rows."""
    whole = make_filing("11" * 32, make_result())
    [filed] = whole.results
    bare = replace(filed.result, points=(), curves=())
    ahead = replace(whole, results=(replace(filed, result=bare, kept=keep(filed)),))
    assert _rows(tmp_path / "a.db", ahead) == _rows(tmp_path / "b.db", whole)


def _rows(path: Path, filing: Filing) -> list[tuple[object, ...]]:
    database = Database(f"sqlite:///{path}")
    database.migrate()
    database.file(filing)
    with reading(database._engine) as connection:
        found = [connection.execute(select(table)) for table in (results, *PARTS)]
        return [tuple(row) for rows in found for row in rows]


def test_what_no_database_takes_is_escaped_in_every_row(
    database: Database, make_filing: Callable[..., Filing], make_result: Callable[..., Result]
) -> None:
    """A NUL in a position, and the half of a character in a run's name."""
    result = make_result(run_id="run \udc80", points=(Point("A\x0001", "total"),))
    database.file(make_filing("11" * 32, result))
    with reading(database._engine) as connection:
        [well] = connection.execute(select(readings)).all()
    assert (well.run_id, well.position) == ("run \\udc80", "A\\x0001")


def test_a_group_leaves_the_rows_that_its_filings_leave_one_by_one(
    tmp_path: Path, make_filing: Callable[..., Filing], make_result: Callable[..., Result]
) -> None:
    """Also with a capture that is in it twice, and with two revisions of one run."""
    first = make_filing("11" * 32, make_result("run00001"))
    again = make_filing("22" * 32, make_result("run00001", title="plate 1, again"))
    again = replace(again, results=tuple(replace(one, revision=2) for one in again.results))
    filings = [first, again, first, make_filing("33" * 32, make_result("run00003"))]
    assert _written(tmp_path / "a.db", [filings]) == _written(
        tmp_path / "b.db", [[one] for one in filings]
    )


def _written(path: Path, groups: list[list[Filing]]) -> list[tuple[object, ...]]:
    database = Database(f"sqlite:///{path}")
    database.migrate()
    for group in groups:
        database.file(*group)
    assert database.verify() == []
    with reading(database._engine) as connection:
        found = [connection.execute(select(table)) for table in (captures, results, *PARTS, audit)]
        return [tuple(row) for rows in found for row in rows]
