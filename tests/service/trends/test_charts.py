"""Charts of what was filed, by the name of the number."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from labsvc.core.trends.guides import given
from labsvc.errors import ConfigError
from labsvc.model.result import Affinity, Finding, Status
from labsvc.service.trends.chartbook import read_chartbook
from labsvc.service.trends.charts import filed_chart
from labsvc.store.database import Database
from tests.store.conftest import NOON, a_filing, a_result

File = Callable[..., None]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'labsvc.db'}")
    opened.migrate()
    yield opened
    opened.close()


@pytest.fixture
def file(database: Database) -> File:
    """Files runs with these Z', a day apart."""

    def several(values: list[float], **changes: object) -> None:
        for value in values:
            n = len(database.results(limit=1000))
            finding = Finding("z_prime", Status.PASS, value, "", "Z'.")
            result = a_result(f"run{n:05}", findings=(finding,), **changes)
            at = NOON + timedelta(days=n)
            database.file(a_filing(f"{n:04}" * 16, result, filed_at=at, folder=f"2026/{n}"))

    return several


def test_twenty_accepted_runs_make_the_limits(database: Database, file: File) -> None:
    """And the twenty-first is held against them."""
    file([0.7, 0.72] * 10)
    file([0.4])
    chart = filed_chart(database, "z_prime").chart
    assert chart.guide is not None
    assert chart.guide.mean == pytest.approx(0.71)
    assert next(one.rule for one in chart.signals if not one.warning and one.last == 20) == "1-3s"


def test_fewer_runs_have_no_limits_unless_they_are_given(database: Database, file: File) -> None:
    """Never limits of three runs."""
    file([0.7, 0.71, 0.72])
    assert "there are 3" in filed_chart(database, "z_prime").chart.why_not
    assert filed_chart(database, "z_prime", guide=given(0.7, 0.02)).chart.guide == given(0.7, 0.02)


def test_a_potency_is_charted_as_its_negative_logarithm(database: Database, file: File) -> None:
    """Ki spreads by factors: pKi is what is normal."""
    file([0.7, 0.7])
    found = filed_chart(database, "ki: X1")
    assert found.label == "pKi of X1"
    assert [one.value for one in found.chart.series] == pytest.approx([-math.log10(1.2e-8)] * 2)


def test_how_well_a_potency_repeats_is_told_from_six_runs_on(
    database: Database, file: File
) -> None:
    """Ki of 10, 20, 10 nM ...: log10 SD 0.165, MSR 10^(2 sqrt 2 SD)."""
    (curve, *_) = a_result().curves
    for n in range(6):
        ki = Affinity(1e-8 * (1 + n % 2), None, "Cheng-Prusoff", {})
        file([0.7], curves=(replace(curve, ki=ki),))
        told = filed_chart(database, "ki: X1").remarks
        assert bool(told) is (n == 5)
    msr = 10 ** (2 * math.sqrt(2) * math.log10(2) / 2 * math.sqrt(6 / 5))
    assert told == (
        f"minimum significant ratio (MSR) {msr:.3g} over 6 runs, {msr:.3g} over the last 6",
    )


def test_a_potency_of_zero_is_left_out_and_told(database: Database, file: File) -> None:
    (curve, *_) = a_result().curves
    zero = replace(curve, ki=Affinity(0.0, None, "Cheng-Prusoff", {}))
    file([0.7], curves=(zero,))
    file([0.7])
    found = filed_chart(database, "ki: X1")
    assert len(found.chart.series) == 1
    assert found.remarks == ("1 values of zero or below have no logarithm",)


def test_simulated_runs_are_left_out_where_there_are_others(database: Database, file: File) -> None:
    """A demo in the lab's own home must not make its limits."""
    file([0.1, 0.9], simulated=True)
    assert filed_chart(database, "z_prime").simulated
    file([0.7])
    found = filed_chart(database, "z_prime")
    assert ([one.value for one in found.chart.series], found.simulated) == ([0.7], False)
    assert found.remarks == ("2 simulated runs are left out",)


def test_two_protocols_are_never_one_chart(database: Database, file: File) -> None:
    """Their Z' are two numbers; a choice is asked for by name."""
    file([0.7])
    file([0.5], protocol="dat-binding")
    with pytest.raises(ConfigError, match=r"runs of 2 protocols .*choose one with --protocol"):
        filed_chart(database, "z_prime")
    found = filed_chart(database, "z_prime", protocol="dat-binding")
    assert ([one.value for one in found.chart.series], found.protocol) == ([0.5], "dat-binding")
    with pytest.raises(ConfigError, match=r"no filed run of protocol 'dat'.*dat-binding"):
        filed_chart(database, "z_prime", protocol="dat")


def test_a_number_that_no_run_has_names_the_nearest(database: Database, file: File) -> None:
    file([0.7, 0.7])
    with pytest.raises(ConfigError, match=r"no filed run has a number 'z_prim'.*z_prime"):
        filed_chart(database, "z_prim")


def test_the_chart_book_says_where_a_chart_starts_and_what_happened(
    database: Database, file: File, tmp_path: Path
) -> None:
    """A guide set of the runs from a day on; a note at its run; an asked guide goes first."""
    file([0.2] * 3 + [0.7, 0.72, 0.71, 0.7, 0.73])
    (tmp_path / "charts.yaml").write_text(
        "guides: [{protocol: mor-binding, number: z_prime, from: 2026-03-05, runs: 5, source: x}]\n"
        "notes: [{on: 2026-03-06, text: new detector}]\n"
    )
    book = read_chartbook(tmp_path)
    found = filed_chart(database, "z_prime", book=book)
    assert found.chart.guide is not None
    assert found.chart.guide.mean == pytest.approx(0.712)
    assert [one.text for one in found.chart.notes] == ["new detector"]
    assert found.remarks[0].startswith("3 runs before 2026-03-05 are left out")
    asked = filed_chart(database, "z_prime", book=book, guide=given(0.5, 0.1))
    assert (asked.chart.guide, len(asked.chart.series)) == (given(0.5, 0.1), 8)
