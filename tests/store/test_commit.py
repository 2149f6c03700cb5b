"""A Filing as rows."""

from __future__ import annotations

import json
from collections.abc import Callable

from sqlalchemy import select

from labsvc.model.filing import FiledResult, Filing
from labsvc.model.result import Curve, Fit, Parameter, Result
from labsvc.store.commit import document_of, finding_rows, fit_rows, reading_rows
from labsvc.store.database import Database
from labsvc.store.engine import reading
from labsvc.store.tables import findings, fits, readings


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


def test_what_is_not_finite_is_null(make_result: Callable[..., Result]) -> None:
    """An open end of an interval is no number, on any database."""
    row = fit_rows(make_result())[0]
    assert (row["ki"], row["ki_low"], row["ki_high"]) == (1.2e-8, 1.0e-8, None)


def test_a_ki_that_was_fitted_itself_is_kept_too(make_result: Callable[..., Result]) -> None:
    fit = Fit("one_site_ki", "converged", 12, {"ki": Parameter(2e-9, "M", ci95=(1e-9, 3e-9))})
    [row] = fit_rows(make_result(curves=(Curve("X1", (), fit, None, "2 nM"),)))
    assert (row["ki"], row["ki_low"], row["ki_high"], row["ic50"]) == (2e-9, 1e-9, 3e-9, None)


def test_an_empty_result_has_no_rows(make_result: Callable[..., Result]) -> None:
    """A held run: nothing was reduced, fitted or judged."""
    empty = make_result(points=(), curves=(), findings=())
    assert reading_rows(empty) == fit_rows(empty) == finding_rows(empty) == []


def test_the_document_says_its_revision(make_result: Callable[..., Result]) -> None:
    document = document_of(FiledResult(make_result(), 3, "2026/x", "22" * 32))
    assert document.isascii()
    assert json.loads(document)["revision"] == 3
