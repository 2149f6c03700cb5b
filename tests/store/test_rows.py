"""A result as rows, before any database."""

from __future__ import annotations

import json
from collections.abc import Callable

from labsvc.model.filing import FiledResult
from labsvc.model.result import Curve, Fit, Parameter, Result
from labsvc.store.rows import document_of, fit_rows, keep
from labsvc.store.tables import readings


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
    kept = keep(FiledResult(empty, 1, "2026/x", "22" * 32)).rows
    assert kept == {"readings": [], "fits": [], "findings": []}


def test_the_document_says_its_revision(make_result: Callable[..., Result]) -> None:
    document = document_of(FiledResult(make_result(), 3, "2026/x", "22" * 32))
    assert document.isascii()
    assert json.loads(document)["revision"] == 3


def test_a_row_has_a_value_for_each_column(make_result: Callable[..., Result]) -> None:
    """In the order of the columns, numbered within the revision."""
    result = make_result()
    rows = keep(FiledResult(result, 2, "2026/x", "22" * 32)).rows["readings"]
    named = dict(zip(readings.columns.keys(), rows[1], strict=True))
    assert (named["run_id"], named["revision"], named["ordinal"]) == (result.run_id, 2, 1)
    assert (named["position"], named["concentration_m"]) == ("A02", 1e-2)
