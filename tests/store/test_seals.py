"""Seals: the same for the same words, another for any other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from labsvc.store.seals import seal_of, seal_of_row
from labsvc.store.tables import bench_events, outbox, seen_files

ROW = {"source": "counter-1", "path": "a\udcf8", "size": 18, "modified_ns": 5, "sha256": "11"}


@pytest.mark.parametrize(
    "change",
    [{"source": "counter-2"}, {"path": "b"}, {"size": 19}, {"size": None}, {"sha256": ""}],
)
def test_any_change_of_a_row_is_another_seal(change: dict[str, Any]) -> None:
    assert seal_of_row(seen_files, {**ROW, **change}) != seal_of_row(seen_files, ROW)


def test_what_the_database_sets_or_a_digest_covers_is_left_out() -> None:
    assert seal_of_row(seen_files, {**ROW, "seal": "x", "sequence": 7}) == seal_of_row(
        seen_files, ROW
    )


def test_a_time_has_one_seal_in_every_zone_and_bytes_count() -> None:
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    abroad = noon.astimezone(timezone(timedelta(hours=2)))
    assert seal_of_row(outbox, {"created_at": noon}) == seal_of_row(outbox, {"created_at": abroad})
    assert seal_of_row(outbox, {"figure_png": b"1"}) != seal_of_row(outbox, {"figure_png": b"2"})


def test_the_order_of_names_makes_no_difference() -> None:
    assert seal_of({"a": 1, "b": 2}) == seal_of({"b": 2, "a": 1})
    assert seal_of_row(seen_files, ROW) == seal_of({**ROW, "path": "a\\udcf8"})


def test_a_column_that_came_later_leaves_the_seals_from_before_it_alone() -> None:
    """Where it is NULL; a value in it counts, 0 too."""
    old = {"event_key": "k", "plate_id": "P", "step": "harvest", "at": None, "source": "s",
           "ended_at": None, "orientation": None}  # fmt: skip
    assert seal_of_row(bench_events, old) == seal_of(old)
    told: list[dict[str, Any]] = [{}, {"washes": 0}, {"washes": 3}, {"washes": 3, "wash_ml": 2.0}]
    assert len({seal_of_row(bench_events, {**old, **more}) for more in told}) == len(told)
