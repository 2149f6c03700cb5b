"""A table driver held against samples."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from labsvc.driver.table import TableDriver
from labsvc.model.capture import Capture
from labsvc.service.registry import Registry
from labsvc.service.tabledrivers.trial import Finding, hold
from tests.driver.tables.examples import driver, sample


def findings(table: TableDriver, content: bytes, others: Registry | None = None) -> list[Finding]:
    captured = Capture("x", "test", datetime(2026, 1, 5, tzinfo=UTC), content)
    return list(hold(table, captured, others or Registry({})))


def test_a_good_driver_has_nothing_to_look_at() -> None:
    """Recognised, read, written again, refused when cut."""
    found = findings(driver("microbeta2-grid"), sample("microbeta2-grid"))
    assert [one.said.partition(":")[0] for one in found if one.ok] == [
        "recognition",
        "reading",
        "written again it reads the same",
        "cut in half it is refused",
    ]
    assert found[1].said.endswith("45 counted, 3 not_counted")
    assert all(one.ok for one in found)


def test_a_file_that_another_driver_claims_too_is_told() -> None:
    twin = TableDriver(replace(driver("cobra-csv").spec, name="twin"))
    found = findings(driver("cobra-csv"), sample("cobra-csv"), Registry({"twin": twin}))
    assert next(one.said for one in found if not one.ok) == (
        "it is claimed by twin too: see recognise")  # fmt: skip


def test_a_sample_that_is_not_read_is_told_with_its_line() -> None:
    found = findings(driver("cobra-csv"), sample("cobra-csv").replace(b"9951.5", b"odd"))
    assert not found[-1].ok
    assert found[-1].said.startswith("reading: line 9: found 'odd'")


def test_the_runs_warnings_are_to_be_looked_at() -> None:
    """A date that is not read is no success."""
    table = TableDriver(replace(driver("wizard-1470").spec, date_order=None))
    found = findings(table, sample("wizard-1470"))
    assert [one for one in found if not one.ok and one.said.startswith("warning: the date")]
