"""labsvc runs mask: a position left out of a filed run, with the reason on record."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated

import typer

from labsvc.cli.common import opened, print_lines
from labsvc.cli.filedruns import ByOption, RunArgument, refiler_of, revision_lines, stored_run, who
from labsvc.cli.options import HomeOption
from labsvc.core.matching.masking import masked, spelled, unmasked
from labsvc.errors import ConfigError
from labsvc.model.plate import canonical
from labsvc.model.result import Masking
from labsvc.notify.words import one_line
from labsvc.store.lock import HomeLock


def register(app: typer.Typer) -> None:
    app.command()(mask)


def mask(
    run: RunArgument,
    well: Annotated[str, typer.Option(help="The position: B07, or a vial's with --rack.")],
    reason: Annotated[str, typer.Option(help="Why, kept with the new revision.")],
    rack: Annotated[str | None, typer.Option(help="The rack of a vial.")] = None,
    by: ByOption = None,
    unmask: Annotated[bool, typer.Option("--unmask", help="Take it in again.")] = False,
    home: HomeOption = None,
) -> None:
    """Leave a position of a filed run out of every mean and fit, as a new revision.

    It stays left out when the run is analysed again. Example: labsvc runs mask 1a2b3c --well B07
    --reason "bubble in the tip"
    """
    why = one_line(reason)
    if not why:
        raise ConfigError("the reason is empty; expected why the position is left out or taken in")
    person = who(by)
    with opened(home) as place, HomeLock(place.root):
        stored, refiler = stored_run(place, run), refiler_of(place)
        document, spot = json.loads(stored.document), (rack, _position(well, rack))
        if unmask:
            masks, verb = unmasked(document, spot), "unmasked"
        else:
            now = datetime.now(UTC)
            masks, verb = masked(document, Masking(spot[1], why, person, now, rack)), "masked"
        words = f"{spelled(spot)} {verb} by {person}: {why}"
        filed = refiler.mask(stored, masks, words, by=person)
    print_lines(revision_lines(filed, refiler.followed))


def _position(well: str, rack: str | None) -> str:
    """A well in its one spelling; a vial's position as it is."""
    if rack is not None:
        return well.strip()
    try:
        return canonical(well)
    except ValueError:
        return well.strip()
