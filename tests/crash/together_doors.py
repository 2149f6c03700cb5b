"""File two captures together and print each door that is passed, in order.

    python together_doors.py FOLDER

One line on each: what was done to which file below the home, with digests and random names left
out.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from line_doors import DOORS, backlog, filed_together, new_home  # beside this script
from store_doors import at_each_door

from labsvc.service.home import open_home
from labsvc.service.vitals.logs import set_up_logs

_DIGEST = re.compile(r"\b[0-9a-f]{16,64}\b")


def main(root: Path) -> None:
    new_home(root)
    home = open_home(root)
    backlog(home)

    def passed(door: str) -> None:
        if door.startswith(DOORS):
            print(_DIGEST.sub("X", door.replace(f"{root}/", "")), flush=True)

    filed_together(home, lambda: at_each_door(passed))


if __name__ == "__main__":
    set_up_logs(level=50)
    main(Path(sys.argv[1]))
