"""Cut the power at each door of a group of captures filed together; look at what is filed then.

    python group_power.py SIZE SEED FOLDER [EVERY [PLANT]]

SIZE captures (3 to 8) lie in the inbox. A process works them out, makes their folders ready in
``.staging`` and files them together; its power goes at a door, a moment at which something changes
on the disk: ``forgetful.py`` says what is left. On that the home is started again: by a service,
or by a worker that files together what may be, whose power goes too, now and then, at a door drawn
by the seed; then it is started once more. One line on each cut is printed: the door, what became
of what was not synced, whether there was a second cut, the door by name; then what is wrong, if
anything is. EVERY cuts at each so many doors only.

PLANT breaks the process for a trial of this trial, as in ``power.py``: it is cut at its last door
only.
"""

from __future__ import annotations

import random
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from forgetful import FORGOTTEN, KEPT, MIXED, Disk, Synced, lay_out  # beside this script
from group import apart_within, backlog, grouping
from line_doors import new_home, started_again
from power import child, doors_of, kept, spoil
from store_doors import KILLED

from labsvc.service.home import Home, open_home
from labsvc.service.vitals.logs import set_up_logs


def filed(home: Home) -> None:
    for _ in grouping(home).work_off():
        pass


def filed_again(home: Home) -> None:
    """What a service does first, then the same."""
    home.inbox.sweep()
    home.archive.sweep()
    home.quarantine.sweep()
    filed(home)


def cut(where: Path, door: int, work: Callable[[Home], None], plant: str = "") -> int:
    """The work on the home ``before`` until the power is cut at the door; how the child ended."""
    root = where / "before"

    def powered(home: Home) -> None:
        disk = Disk(root, where / "record", door)
        disk.connect()
        spoil(plant)
        apart_within()
        work(home)
        disk.end()

    return child(root, powered)


def left(where: Path, dice: random.Random, plant: str) -> tuple[str, Synced]:
    """The home ``before`` becomes what the cut left of it; what became of the rest."""
    way = FORGOTTEN if plant else dice.choices((FORGOTTEN, MIXED, KEPT), (5, 4, 1))[0]
    synced = lay_out(where / "before", where / "record", where / "after", way, dice)
    shutil.rmtree(where / "before")
    (where / "after").rename(where / "before")
    return way, synced


def one_cut(where: Path, door: int, doors: int, dice: random.Random, plant: str) -> str:
    """The power is cut, perhaps twice, and the home brought to its end; what is told of it."""
    assert cut(where, door, filed, plant) == KILLED
    root = where / "before"
    way, synced = left(where, dice, plant)
    told, by_group = [way], dice.random() < 0.5
    second = dice.randint(1, doors) if by_group and not plant and dice.random() < 0.5 else 0
    if second and cut(where, second, filed_again) == KILLED:
        told += ["then", left(where, dice, plant)[0]]
    assert child(root, filed_again if by_group else started_again) == 0
    return f"{' '.join(told)} {synced.last_door.replace(str(root), '~')}"


def warmed_up(root: Path, template: Path) -> None:
    """All that is imported on first use, once for all children."""
    shutil.copytree(template, root)
    home = open_home(root)
    filed(home)
    home.close()


def main(size: int, seed: int, where: Path, every: int = 1, plant: str = "") -> int:
    dice = random.Random(seed)
    where.mkdir(exist_ok=True)
    template = where / "template"
    new_home(template)
    assert child(template, lambda home: backlog(home, size)) == 0
    warmed_up(where / "warm", template)
    shutil.copytree(template, where / "undisturbed" / "before")
    assert cut(where / "undisturbed", 0, filed, plant) == 0
    expected = kept(where / "undisturbed" / "before")
    assert len(expected["captures"]) == size, expected  # type: ignore[arg-type]
    for nothing in ("faults", "strays", "set aside"):
        assert not expected[nothing], expected
    doors, bad, cuts = doors_of(where / "undisturbed"), 0, 0
    first = doors if plant else dice.randint(1, every)
    for door in range(first, doors + 1, every):
        here = where / str(door)
        shutil.copytree(template, here / "before")
        told = one_cut(here, door, doors, dice, plant)
        found = kept(here / "before")
        wrong = [name for name in expected if found[name] != expected[name]]
        bad, cuts = bad + bool(wrong), cuts + 1
        if not wrong:
            shutil.rmtree(here)
        print(door, told, *(f"\n  WRONG {name}: {found[name]}" for name in wrong), flush=True)
    print(f"{cuts} cuts at {doors} doors of {size} together, seed {seed}: {bad} broke the promise")
    return min(bad, 1)


if __name__ == "__main__":
    set_up_logs(level=50)
    size, seed, where, *rest = sys.argv[1:]
    every, *plant = rest or ["1"]
    sys.exit(main(int(size), int(seed), Path(where), int(every), *plant))
