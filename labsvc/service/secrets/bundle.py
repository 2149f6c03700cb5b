"""What a support bundle has: how a labsvc is set up and how it does, and nothing of whose it is.

No counts, no results, no names of people, samples, files or machines, no secrets. It is made of
what is known to be harmless, key by key; free sentences go through
``labsvc.service.secrets.scrub``. Each part is made by itself: where one cannot be had, the reason
stands in its place.
"""

from __future__ import annotations

import json
import platform
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from importlib.metadata import distributions
from pathlib import Path
from typing import Any, Final

from labsvc import __version__
from labsvc.core.qc.checks import RUN_CHECKS
from labsvc.core.qc.curvechecks import CURVE_CHECKS
from labsvc.errors import ConfigError, LabsvcError
from labsvc.service.home import Home, open_home
from labsvc.service.registry import load_drivers
from labsvc.service.secrets.scrub import BLANK, Scrub
from labsvc.service.tabledrivers.folder import FOLDER as TABLES
from labsvc.service.vitals.logfile import FOLDER as LOG
from labsvc.service.vitals.logfile import newest_lines
from labsvc.service.watching.states import read_states
from labsvc.store.mounts import network_filesystem
from labsvc.store.postroom import Postroom

Json = Any
Part = Callable[["Gathered"], Json]

MOST_LINES: Final = 2000
MOST_FINDINGS: Final = 500
_RESULTS: Final = 100
# Of these settings and of these words of a log line the text itself is told: it is chosen from
# few, none of which names anybody.
_PLAIN_SETTINGS: Final = frozenset({"timezone", "decimal", "dates", "encoding", "mode", "what"})
_PLAIN_WORDS: Final = frozenset({"timestamp", "level", "state", "verdict", "kind"})
_SENTENCES: Final = frozenset({"event", "reason", "why", "trouble", "error", "silent_since"})

README: Final = """\
A support bundle of labsvc, made {at} by labsvc {version}.

  versions.json   labsvc, Python, the system, what is installed, the drivers
  settings.json   the form of labsvc.yaml: numbers and switches, no names, addresses or paths
  states.json     how each source does, what waits, which messages are owed
  schema.json     the tables of the database, how many rows each has, its triggers
  findings.json   which checks passed or failed in the newest results, without a value
  log.jsonl       the newest lines of the log, with words of labsvc's own only

Left out: counts and results, names of people, samples, plates, files and machines, secrets.
"{blank}" stands where something was left out. Look through it before you send it.
"""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the parts are made from. ``home`` None: it could not be opened, ``why`` says so."""

    root: Path
    home: Home | None
    why: str
    scrub: Scrub


def parts(root: Path, at: datetime, scrub: Scrub) -> Iterator[tuple[str, str]]:
    """The files of the bundle of the home ``root``: name and text."""
    yield "README.txt", README.format(at=at.isoformat(), version=__version__, blank=BLANK)
    home, why = _opened(root)
    gathered = Gathered(root, home, scrub.sentence(why), scrub)
    try:
        for name, make in _PARTS.items():
            yield f"{name}.json", json.dumps(_made(gathered, make), indent=1, ensure_ascii=False)
        yield (
            "log.jsonl",
            "".join(f"{json.dumps(one, ensure_ascii=False)}\n" for one in _log(gathered)),
        )
    finally:
        if home is not None:
            home.close()


def _opened(root: Path) -> tuple[Home | None, str]:
    """A bundle is wanted most where the home cannot be opened."""
    try:
        return open_home(root), ""
    except ConfigError as error:
        return None, f"line {error.line}: {error.sentence}" if error.line else error.sentence
    except LabsvcError as error:
        return None, str(error)


def _made(gathered: Gathered, make: Part) -> Json:
    try:
        return make(gathered)
    except (LabsvcError, OSError, ValueError, LookupError, TypeError) as error:
        return {"cannot_be_had": f"{type(error).__name__}: {gathered.scrub.sentence(str(error))}"}


def _versions(gathered: Gathered) -> Json:
    registry = load_drivers(gathered.root / TABLES)
    # A table driver is a file of the lab, and named by it.
    drivers = {name: str(one.maturity) for name, one in registry.drivers.items()
               if type(one).__module__.startswith("labsvc_drivers")}  # fmt: skip
    installed = {one.metadata["Name"]: one.version for one in distributions()}
    room = shutil.disk_usage(gathered.root)
    return {
        "labsvc": __version__,
        "python": sys.version,
        "system": [platform.system(), platform.release(), platform.machine()],
        "sqlite": sqlite3.sqlite_version,
        "frozen": bool(getattr(sys, "frozen", False)),
        "home_on_a_share": network_filesystem(gathered.root) is not None,
        "disk_bytes": {"total": room.total, "free": room.free},
        "drivers": dict(sorted(drivers.items())),
        "drivers_from_elsewhere": len(registry.drivers) - len(drivers),
        "drivers_disabled": [gathered.scrub.sentence(why) for why in registry.disabled.values()],
        "installed": dict(sorted(installed.items(), key=lambda one: str(one[0]).lower())),
    }


def _settings(gathered: Gathered) -> Json:
    if gathered.home is None:
        return {"cannot_be_read": gathered.why}
    settings = gathered.home.settings
    return {**shape(settings), "database": (settings.database or "sqlite").partition(":")[0]}


def shape(value: Any, name: str = "") -> Json:
    """Numbers and switches as they are; of texts only that there is one, or one of few.

    A setting that comes later is told no further than this without a thought.
    """
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: shape(getattr(value, one.name), one.name) for one in fields(value)}
    if isinstance(value, Mapping):
        return [shape(one, name) for one in value.values()]
    if isinstance(value, list | tuple | set | frozenset):
        return [shape(one, name) for one in value]
    return str(value) if name in _PLAIN_SETTINGS else BLANK


def _states(gathered: Gathered) -> Json:
    states, scrub = read_states(gathered.root), gathered.scrub
    sources = {} if states is None else states.sources
    told: dict[str, Json] = {
        "written_at": None if states is None else states.written_at.isoformat(),
        "running": states is not None and states.running,
        "sources": [_source(asdict(one), scrub) for one in sources.values()],
    }
    home = gathered.home
    if home is None:
        return {**told, "home": gathered.why}
    owed = Postroom(home.database).waiting()
    return {
        **told,
        "inbox": len([*home.inbox.entries()]),
        "totals": home.database.totals(),
        "owed": [{"kind": scrub.sentence(one.alert.kind), "attempts": one.attempts,
                  "dead": one.dead, "error": scrub.sentence(one.last_error or "")}
                 for one in owed[:_RESULTS]],
        "set_aside": [{"at": one.filed_at.isoformat(), "reason": scrub.sentence(one.reason or "")}
                      for one in home.database.captures(_RESULTS) if one.reason],
    }  # fmt: skip


def _source(row: Mapping[str, Any], scrub: Scrub) -> Json:
    times = {name: one.isoformat() for name, one in row.items() if isinstance(one, datetime)}
    trouble = row["trouble"]
    return {
        "state": row["state"],
        **times,
        "trouble": None if trouble is None else scrub.sentence(trouble),
        "faults": shape(list((row["faults"] or {}).values())),
    }


def _schema(gathered: Gathered) -> Json:
    if gathered.home is None:
        return {"home": gathered.why}
    return gathered.home.database.shape()


def _findings(gathered: Gathered) -> Json:
    """The verdicts of the newest results with the checks that did not pass, by kind of check."""
    if gathered.home is None:
        return {"home": gathered.why}
    found = []
    for one in gathered.home.database.results(limit=_RESULTS):
        document = json.loads(one.document)
        checks = [{"check": _check(each["check"]), "status": each["status"]}
                  for each in document["findings"]]  # fmt: skip
        found.append({"filed_at": one.filed_at.isoformat(), "revision": one.revision,
                      "verdict": one.verdict, "findings": checks[:MOST_FINDINGS]})  # fmt: skip
    return found


def _check(name: str) -> str:
    """A check by its own name; what stands behind it may be a compound's."""
    own = name.partition(":")[0]
    return own if own in RUN_CHECKS or own in CURVE_CHECKS else BLANK


def _log(gathered: Gathered) -> Iterator[Json]:
    try:
        for event in newest_lines(gathered.root / LOG, MOST_LINES):
            yield {str(name): _word(str(name), one, gathered.scrub) for name, one in event.items()}
    except OSError as error:
        yield {"event": f"the log cannot be read: {gathered.scrub.sentence(str(error))}"}


def _word(name: str, value: Any, scrub: Scrub) -> Json:
    """One word of a line of the log."""
    if name == "exception" and isinstance(value, str):
        return scrub.traceback(value)
    if isinstance(value, str) and name in _SENTENCES:
        return scrub.sentence(value)
    if isinstance(value, str) and name in _PLAIN_WORDS:
        return value[:40]
    return value if isinstance(value, bool | int | float) or value is None else BLANK


_PARTS: Final[Mapping[str, Part]] = {
    "versions": _versions,
    "settings": _settings,
    "states": _states,
    "schema": _schema,
    "findings": _findings,
}


def default_name(at: datetime) -> str:
    return f"labsvc-support-{at.astimezone(UTC):%Y%m%d-%H%M%S}.zip"
