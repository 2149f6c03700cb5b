"""New settings: all of them or none, and what is wrong is said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from labsvc.service.home import SETTINGS_FILE, Home, open_home
from labsvc.service.registry import Registry, load_drivers
from labsvc.service.reload import Answer, Reloading
from labsvc.service.watching.inlets import Inlets
from tests.bench import make_home

FIRST = "sources:\n  - {name: a, folder: a, driver: microbeta}\n  - {name: b, folder: b}\n"


class Asked:
    """A home whose settings are read anew when ``now`` is called with other ones."""

    def __init__(self, home: Home) -> None:
        self.home, self.registry = home, load_drivers()
        self.reloading = Reloading(lambda home, registry: Inlets(home, registry, lambda: None))

    def now(self, text: str) -> Answer:
        (self.home.root / SETTINGS_FILE).write_text(f"timezone: Europe/Berlin\n{text}", "utf-8")
        return self.reloading.ask(self.home, self.registry)


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[Asked]:
    home = open_home(make_home(tmp_path / "home", FIRST))
    yield Asked(home)
    home.close()


def test_what_changes_is_told(asked: Asked) -> None:
    """Each source by its name, other settings by their key."""
    answer = asked.now(
        "sources:\n  - {name: a, folder: a, driver: microbeta, quiet: 9 s}\n"
        "  - {name: c, folder: c}\nrescan: 1 min\ndeadline: 1 min\n"
    )
    assert answer == Answer(True, (
        "source b removed", "source c added", "source a changed", "rescan changed",
        "deadline changed",
    ))  # fmt: skip


def test_good_settings_are_fetched_once(asked: Asked) -> None:
    """With the sources they name, none of them open."""
    asked.now("sources: [{name: c, folder: c}]\n")
    renewed = asked.reloading.fetch()
    assert renewed is not None
    assert [one.name for one in renewed.home.settings.sources] == ["c"]
    assert (renewed.home.database, asked.reloading.fetch()) == (asked.home.database, None)
    assert renewed.inlets.scanner.mark == ("ended",)


@pytest.mark.parametrize(
    ("text", "said"),
    [("sourcs: []\n", "labsvc.yaml:2: "), ("sources: [\n", "labsvc.yaml:"),
     ("sources: [{name: a, folder: a, driver: acme}]\n", "there is no driver 'acme'"),
     ("sources: [{name: a, port: 'loop://', driver: microbeta}]\n", "reads no serial line"),
     ("http: {port: 9464}\n", "labsvc.yaml: http is read at the start only"),
     ("database: sqlite:////tmp/x.db\n", "labsvc.yaml: database is read at the start only")],
)  # fmt: skip
def test_bad_settings_change_nothing(asked: Asked, text: str, said: str) -> None:
    """What is wrong is said, and kept until they are good."""
    answer = asked.now(text)
    assert not answer.taken
    assert said in answer.said[0]
    assert (asked.reloading.fetch(), asked.reloading.trouble) == (None, answer.said[0])
    assert asked.now(FIRST) == Answer(True, ("nothing changed",))
    assert asked.reloading.trouble is None


def test_bad_settings_after_good_ones_take_those_back(asked: Asked) -> None:
    """What was not fetched yet is not what the file says now."""
    asked.now("sources: [{name: c, folder: c}]\n")
    asked.now("sourcs: []\n")
    assert asked.reloading.fetch() is None


def test_a_table_driver_that_came_or_broke_is_told(asked: Asked) -> None:
    """They are files of the home, and read anew."""
    (asked.home.root / "drivers").mkdir()
    (asked.home.root / "drivers" / "acme.yaml").write_text("nothing of a driver")
    answer = asked.now(FIRST)
    assert answer.taken
    assert answer.said[0].startswith("driver acme is disabled: ")


def test_safe_mode_stays(asked: Asked) -> None:
    """A reload does not load what the start left out."""
    drivers = load_drivers(safe=True)
    asked.registry = Registry(drivers.drivers, drivers.disabled, safe=True)
    asked.now(FIRST)
    renewed = asked.reloading.fetch()
    assert renewed is not None
    assert renewed.registry.safe
