"""labsvc runs use: one protocol for all runs like this one, written as a rule."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from labsvc.cli.common import opened, print_lines
from labsvc.cli.filedruns import ByOption, RunArgument, refiler_of, stored_run, who
from labsvc.cli.options import HomeOption
from labsvc.core.matching.recognition import Shown, like, rule_of, shown
from labsvc.errors import ConfigError
from labsvc.model.protocol import Protocol, Rule
from labsvc.service.authoring.ruletext import rule_text
from labsvc.service.authoring.schema import nearest
from labsvc.service.work.book import RULES
from labsvc.store.durable import make_folder, write_durably

ProtocolArgument = Annotated[str, typer.Argument(help="The name of a protocol of the home.")]


def register(app: typer.Typer) -> None:
    app.command()(use)


def use(
    run: RunArgument,
    protocol: ProtocolArgument,
    by: ByOption = None,
    home: HomeOption = None,
) -> None:
    """Always use this protocol for runs like this one.

    A rule is written: a file that says for which runs, who and when. Runs that are held are looked
    at again. Example: labsvc runs use 1a2b3c net-nisoxetine-binding
    """
    person = who(by)
    with opened(home) as place:
        stored, refiler = stored_run(place, run), refiler_of(place)
        known = refiler.line.book.protocols
        unit = refiler.counted(stored)
        seen = shown(unit)
        _refuse_vain(protocol, known, seen)
        today = datetime.now(ZoneInfo(place.settings.timezone)).date()
        text = rule_text(Rule(protocol, like(seen), person, today))
        file = place.root / RULES / f"{protocol} {today} {stored.run_id}.yaml"
        make_folder(file.parent)
        write_durably(file, text.encode())
    print_lines([str(file), "", text.rstrip()])


def _refuse_vain(protocol: str, known: Sequence[Protocol], seen: Shown) -> None:
    """ConfigError where the rule would name no protocol, or contradict or repeat another."""
    names = [one.name for one in known]
    if protocol not in names:
        raise ConfigError(
            f"there is no protocol {protocol!r} in force here{nearest(protocol, names)}"
        )
    for one in known:
        rule = rule_of(seen, one)
        if rule is not None:
            raise ConfigError(
                f"{one.name} is always used for such runs already, as {rule.by} said on {rule.on}; "
                f"to change that, delete its file in the {RULES} folder of the home"
            )
