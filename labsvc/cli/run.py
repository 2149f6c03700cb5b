"""labsvc run: the service itself.

Little is imported here: first the processes are started that work captures out, and what this one
needs is loaded beside them.
"""

from __future__ import annotations

from typing import Annotated

import typer

from labsvc.cli.options import HomeOption
from labsvc.service.work.members import early


def register(app: typer.Typer) -> None:
    app.command("run")(run)


def run(
    home: HomeOption = None,
    safe: Annotated[bool, typer.Option("--safe", help="Leave out drivers from outside.")] = False,
) -> None:
    """The service in the foreground, until it is asked to end (Ctrl-C or SIGTERM).

    SIGHUP reads the settings anew. After three crashes soon after the start it leaves out the
    drivers from outside by itself.

    Example: labsvc run --home /var/lib/labsvc
    """
    with early() as members:
        from labsvc.cli.serving import serve  # noqa: PLC0415  (heavy)

        serve(home, members, safe=safe)
