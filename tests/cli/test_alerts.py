"""labsvc alerts: what waits, and that somebody has seen to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from labsvc.notify.alerts import for_trouble, for_trouble_over
from labsvc.service.home import open_home
from labsvc.service.trends.indexing import Indexer
from tests.bench import bench, report, report_name
from tests.cli.conftest import Labsvc

NOW = datetime.now(UTC)


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    """A home with a run that is held and two troubles, one of which is over."""
    root = tmp_path / "lab"
    with bench(root) as made:
        made.sees(report_name("NET-0999"), report("NET-0999"))
        told = [
            for_trouble("Disk", "home", "5 % left.", key=key, advice="Free some.", at=NOW,
                        topic=key)
            for key in ("disk", "share")
        ]  # fmt: skip
        over = for_trouble_over("Back", "home", "There.", key="share", at=NOW, topic="share")
        made.home.database.owe([*told, over], NOW + timedelta(days=300))
    return root


def test_what_waits_is_listed_with_its_key(labsvc: Labsvc, lab: Path) -> None:
    """What is over or only news is not, unless it is asked for."""
    ran = labsvc("alerts", "list", "--home", lab, "--days", "3660")
    assert ran.code == 0
    assert "trouble:disk" in ran.out
    assert "run-held:" in ran.out
    assert "trouble:share" not in ran.out
    everything = labsvc("alerts", "list", "--all", "--home", lab, "--json").json
    assert {one["key"]: one["state"] for one in everything if "share" in one["key"]} == {
        "trouble:share": "over", "trouble-over:share": "news",
    }  # fmt: skip


def test_an_acknowledged_alert_waits_no_more(labsvc: Labsvc, lab: Path) -> None:
    """With who and why in the list and in the audit trail."""
    ran = labsvc("alerts", "ack", "trouble:di", "--by", "Anna", "--why", "ordered", "--home", lab)
    assert ran.code == 0
    assert ran.out.startswith("trouble:disk: acknowledged by Anna. What repeats it is kept back")
    assert "trouble:disk" not in labsvc("alerts", "list", "--home", lab).out
    (said,) = [one["acknowledged"]
               for one in labsvc("alerts", "list", "--all", "--home", lab, "--json").json
               if one["key"] == "trouble:disk"]  # fmt: skip
    assert (said["by"], said["why"]) == ("Anna", "ordered")
    trail = labsvc("audit", "trouble:disk", "--home", lab, "--json").json
    assert trail[0]["what"] == "alert acknowledged"
    again = labsvc("alerts", "ack", "trouble:disk", "--by", "Ben", "--why", "x", "--home", lab)
    assert (again.code, again.sentence) == (
        78, "labsvc: 'trouble:disk' is acknowledged already, by Anna",
    )  # fmt: skip


def test_a_run_is_acknowledged_by_its_id_and_leaves_the_index(labsvc: Labsvc, lab: Path) -> None:
    place = open_home(lab)
    (run,) = place.database.held()
    ran = labsvc("alerts", "ack", run.run_id[:6], "--why", "sheet is on its way", "--home", lab)
    assert ran.out.startswith(f"run-held:{run.run_id}:1: acknowledged by ")
    page = Indexer(place, lambda: NOW).write().read_text("utf-8")
    place.close()
    assert "held: " not in page.partition("</style>")[2]


@pytest.mark.parametrize(
    ("given", "code", "said"),
    [
        (("nothing", "--why", "x"), 78, "no alert has the key 'nothing'; see: labsvc alerts list"),
        (("trouble:", "--why", "x"), 78, "2 alerts begin with 'trouble:': trouble:disk, trouble:s"),
        (("trouble:disk", "--why", " "), 78, "the reason is empty"),
        (("trouble:disk", "--why", "x", "--for", "soon"), 2, "soon"),
        (("trouble:disk", "--why", "x", "--for", "10000000 d"), 2, "at most 366 d"),
    ],
)
def test_what_cannot_be_acknowledged_is_told(
    labsvc: Labsvc, lab: Path, given: tuple[str, ...], code: int, said: str
) -> None:
    ran = labsvc("alerts", "ack", *given, "--home", lab)
    assert ran.code == code
    assert said in ran.err


def test_a_lab_where_nothing_waits_is_told_so(labsvc: Labsvc, home: Path) -> None:
    ran = labsvc("alerts", "list", "--home", home)
    assert ran.out == "Nothing has waited for anybody in the last 14 days.\n"
