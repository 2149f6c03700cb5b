"""The demo's home: settings, the shipped protocols, the folders of the simulated lab."""

from __future__ import annotations

import shutil
from pathlib import Path

from labsvc.errors import ConfigError
from labsvc.service.shipped import shipped
from labsvc.store.durable import write_durably

MARK = ".labsvc-demo"
FINISHED = "finished"

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
"""


def prepare(root: Path, *, fresh: bool) -> None:
    """Make the demo's home, or keep an unfinished day that was interrupted.

    ``fresh`` starts over a finished demo home. A folder that is not ours is never touched.
    """
    if root.is_dir() and any(root.iterdir()) and not (root / MARK).is_file():
        raise ConfigError(f"{root} holds other files; give the demo a new folder with --home")
    if fresh and finished(root):
        shutil.rmtree(root)
    root.mkdir(parents=True, exist_ok=True)
    if not (root / MARK).exists():
        write_durably(root / MARK, b"started\n")
    (root / "protocols").mkdir(exist_ok=True)
    for source in sorted(shipped("protocols").glob("*.yaml")):
        target = root / "protocols" / source.name
        if not target.exists():
            write_durably(target, source.read_bytes())


def configure(root: Path, *, port: str, mail_port: int) -> None:
    """Write the settings with this start's serial line and mailbox."""
    text = _SETTINGS.format(port=port.replace("\\", "\\\\"), mail_port=mail_port)
    write_durably(root / "labsvc.yaml", text.encode())


def finished(root: Path) -> bool:
    mark = root / MARK
    return mark.is_file() and mark.read_text(encoding="utf-8").strip() == FINISHED


def finish(root: Path) -> None:
    write_durably(root / MARK, FINISHED.encode())
