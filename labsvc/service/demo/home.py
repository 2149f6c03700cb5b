"""The demo's home: settings, the shipped protocols, the folders of the simulated lab."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from labsvc.errors import ConfigError
from labsvc.service.authoring.shipped import shipped
from labsvc.store.durable import TEMPORARY, write_durably
from labsvc.store.lock import NAME as LOCK
from labsvc.store.lock import HomeLock

MARK = ".labsvc-demo"
STARTED, CLEARING, FINISHED = "started", "clearing", "finished"
FOLDERS = ("protocols", "runsheets", "mailbox", "lab/microbeta", "lab/harvester")
"""Where the demo itself writes; the last two are the output folders of its instruments."""

_SETTINGS = """\
# The demo's settings. A real lab's look the same: see docs/how-to/configure.md.
lab: Demo lab
timezone: Europe/Berlin
sources:
  - {{name: microbeta-1, folder: lab/microbeta, driver: microbeta, quiet: 1 s, simulated: true}}
  - {{name: harvester-1, folder: lab/harvester, driver: harvest, quiet: 1 s, simulated: true}}
  - {{name: tricarb-port, port: "{port}", driver: tricarb-2100tr, simulated: true}}
mail:
  host: 127.0.0.1
  port: {mail_port}
  starttls: false
  sender: labsvc@demo.invalid
  recipients: [lab@demo.invalid]
alerts:
  repeats: 0 s
  disk_free_percent: 0
"""


@contextmanager
def demo_home(root: Path, *, fresh: bool) -> Iterator[None]:
    """The demo's home, ready and ours alone to the end of the block.

    An interrupted day is kept as it stands. ``fresh`` starts over where one is finished. A folder
    that holds anything else is never touched: ConfigError.
    """
    if _holds_other_files(root):
        raise ConfigError(f"{root} holds other files; give the demo a new folder with --home")
    with HomeLock(root):
        if _mark(root) == CLEARING or (fresh and finished(root)):
            _clear(root)
        _furnish(root)
        yield


def _holds_other_files(root: Path) -> bool:
    """What is there before the mark: the lock, and a mark that was being written."""
    if not root.is_dir() or (root / MARK).is_file():
        return False
    names = [path.name for path in root.iterdir()]
    return any(name != LOCK and not name.endswith(TEMPORARY) for name in names)


def _clear(root: Path) -> None:
    """Begin anew. The mark says so until it is done: a kill on the way is taken up here."""
    write_durably(root / MARK, CLEARING.encode())
    for path in root.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name not in (MARK, LOCK):
            path.unlink()
    write_durably(root / MARK, STARTED.encode())


def _furnish(root: Path) -> None:
    """What the day needs and is not there yet; half-written files of a killed demo go."""
    if not (root / MARK).exists():
        write_durably(root / MARK, STARTED.encode())
    places = [root, *(root / name for name in FOLDERS)]
    for place in places:
        place.mkdir(parents=True, exist_ok=True)
        for left in place.glob(f".*{TEMPORARY}"):
            left.unlink()
    for source in sorted(shipped("protocols").glob("*.yaml")):
        target = root / "protocols" / source.name
        if not target.exists():
            write_durably(target, source.read_bytes())


def configure(root: Path, *, port: str, mail_port: int) -> None:
    """Write the settings with this start's serial line and mailbox."""
    text = _SETTINGS.format(port=port.replace("\\", "\\\\"), mail_port=mail_port)
    write_durably(root / "labsvc.yaml", text.encode())


def finished(root: Path) -> bool:
    return _mark(root) == FINISHED


def finish(root: Path) -> None:
    write_durably(root / MARK, FINISHED.encode())


def _mark(root: Path) -> str:
    mark = root / MARK
    return mark.read_text(encoding="utf-8").strip() if mark.is_file() else ""
