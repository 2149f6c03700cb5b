"""The parts of a support bundle; what must not be in it: tests/cli/test_support.py."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path

from labsvc.service.secrets.bundle import default_name, parts, shape
from labsvc.service.secrets.scrub import Scrub

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Kind(Enum):
    ONE = "one"


@dataclass(frozen=True, slots=True)
class Later:
    """A setting that somebody adds later and thinks of no bundle."""

    token: str
    timezone: str
    port: int
    on: bool
    kind: Kind
    patience: timedelta
    names: tuple[str, ...]
    by_name: dict[str, int]
    path: Path | None = None


def test_a_setting_that_comes_later_is_told_without_its_text() -> None:
    """Numbers, switches and how many; of texts those that are chosen from few."""
    later = Later("s3cret", "Europe/Berlin", 587, True, Kind.ONE, timedelta(days=1),
                  ("Keller", "Sand"), {"Keller": 3}, Path("/srv/keller"))  # fmt: skip
    assert shape(later) == {
        "token": "…", "timezone": "Europe/Berlin", "port": 587, "on": True, "kind": "one",
        "patience": 86400.0, "names": ["…", "…"], "by_name": [3], "path": "…",
    }  # fmt: skip


def test_a_folder_that_is_no_home_has_a_bundle_that_says_so(tmp_path: Path) -> None:
    files = dict(parts(tmp_path, AT, Scrub(frozenset({"there", "is", "no", "in"}))))
    assert json.loads(files["settings.json"])["cannot_be_read"].startswith("there is no … in …")
    assert json.loads(files["versions.json"])["labsvc"]
    assert files["log.jsonl"] == ""
    assert list(tmp_path.iterdir()) == []


def test_a_bundle_is_named_by_its_time() -> None:
    assert default_name(AT) == "labsvc-support-20260302-120000.zip"
