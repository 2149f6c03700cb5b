"""labsvc qc repeat and labsvc qc twins: filed runs held against each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from labsvc.cli.common import opened, print_json, print_lines
from labsvc.cli.filedruns import RunArgument, stored_run
from labsvc.cli.options import HomeOption, JsonOption
from labsvc.core.qc.repeatability import Difference, Repeat
from labsvc.model.notation import significant
from labsvc.service.trends.repeats import Repeated, Twins, repeat_of, twins_among

LARGEST_MSR = 3.0
"""The Assay Guidance Manual's limit, also of the ratios between which compounds repeat."""


def register(app: typer.Typer) -> None:
    app.command()(repeat)
    app.command()(twins)


def repeat(
    first: RunArgument, second: RunArgument, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """How well potencies repeat: MSD and MSR from two runs of the same compounds.

    Of two primary screens: the MSD of the inhibition.

    Example: labsvc qc repeat a2468c 9f31d0
    """
    with opened(home) as place:
        found = repeat_of(stored_run(place, first), stored_run(place, second))
    if as_json:
        print_json(_repeat_document(found))
    else:
        print_lines(repeat_lines(found))


def repeat_lines(found: Repeated) -> Iterator[str]:
    """The figures with what is accepted of them."""
    one = found.repeat
    yield from _potency_lines(found, one) if isinstance(one, Repeat) else _screen_lines(found, one)
    if one.compounds < 20:
        yield f"{one.compounds} compounds are few: twenty to thirty are customary."


def _screen_lines(found: Repeated, one: Difference) -> Iterator[str]:
    low, high = one.limits
    yield f"Inhibition by {one.compounds} compounds in runs {found.first} and {found.second}"
    yield f"mean difference (second less first) {significant(one.mean)} %"
    yield f"MSD {significant(one.msd)} %"
    yield f"95 % of compounds repeat within {significant(low)} to {significant(high)} %"


def _potency_lines(found: Repeated, one: Repeat) -> Iterator[str]:
    number = "Ki" if found.number == "ki" else "IC50"
    low, high = one.limits
    yield f"{number} of {one.compounds} compounds in runs {found.first} and {found.second}"
    yield f"mean ratio (second / first) {significant(one.mean_ratio)}"
    yield f"MSD {significant(one.msd)} log10 units"
    yield f"MSR {significant(one.msr)} ({'below' if one.msr < LARGEST_MSR else 'NOT below'} 3)"
    inside = low > 1 / LARGEST_MSR and high < LARGEST_MSR
    yield (
        f"95 % of compounds repeat within ratios of {significant(low)} to {significant(high)} "
        f"({'within' if inside else 'NOT within'} 0.33 to 3)"
    )


def _repeat_document(found: Repeated) -> dict[str, Any]:
    one = found.repeat
    figures = (
        {"mean_ratio": one.mean_ratio, "msd": one.msd, "msr": one.msr}
        if isinstance(one, Repeat)
        else {"mean_difference": one.mean, "msd": one.msd}
    )
    return {
        "first": found.first, "second": found.second, "number": found.number,
        "compounds": list(found.compounds), **figures, "limits": list(one.limits),
    }  # fmt: skip


def twins(
    protocol: Annotated[str | None, typer.Option(help="Only runs of this protocol.")] = None,
    last: Annotated[int, typer.Option(min=2, max=500, help="Among so many of the newest.")] = 100,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Runs whose counts are of one plate: counted twice, or filed under two names.

    Example: labsvc qc twins --last 50
    """
    with opened(home) as place:
        runs = place.database.results(limit=last)
    mine = [one for one in runs if protocol in (None, one.protocol)]
    found = twins_among(mine)
    if as_json:
        print_json([_twins_document(one) for one in found])
    else:
        print_lines(map(_twins_line, found) if found else [f"No twins among {len(mine)} runs."])


def _twins_line(found: Twins) -> str:
    one, other, seen = found.first, found.second, found.agreement
    return (
        f"run {other.run_id} ({other.plate_id or 'no plate name'}) and run {one.run_id} "
        f"({one.plate_id or 'no plate name'}) look like one plate: {100 * seen.same:.0f} % of "
        f"{seen.wells} counts are the same; they differ {significant(seen.ratio)} times what "
        f"counting does, and two plates would {significant(seen.apart)} times."
    )


def _twins_document(found: Twins) -> dict[str, Any]:
    seen = found.agreement
    return {
        "runs": [found.second.run_id, found.first.run_id], "wells": seen.wells,
        "same_share": seen.same, "ratio": seen.ratio, "ratio_of_two_plates": seen.apart,
    }  # fmt: skip
