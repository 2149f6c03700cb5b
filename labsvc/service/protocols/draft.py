"""A protocol to be finished by hand: what a counted run shows is filled in, the rest is blank.

Lint of the draft names every line that still wants a word; nothing in it is made up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from labsvc.core.counts.counting import cpm_of
from labsvc.model.assay import Unit
from labsvc.model.plate import FORMATS
from labsvc.model.run import Reading, State
from labsvc.service.authoring.editorschema import PROTOCOL_SCHEMA, header
from labsvc.service.authoring.scalars import quoted
from labsvc.service.protocols.platedrawing import drawn
from labsvc.service.protocols.platesight import Sight, sight

_ISOTOPE = re.compile(
    r"(?<![A-Za-z0-9])(?:(H|I|C|S|P)-?(3|14|32|33|35|125)|(3|14|32|33|35|125)-?(H|I|C|S|P))"
    r"(?![A-Za-z0-9])"
)
_KNOWN_ISOTOPES = {"3H", "14C", "32P", "33P", "35S", "125I"}
_PLATE = re.compile(r"([A-Za-z]{1,12}[-_]?)\d{2}")
_WIDTH = 34
_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Seen:
    """What a run shows of its assay. ``isotope`` with where it was read; ``""``: not seen."""

    driver: str = ""
    file_name: str = ""
    counted: str = ""
    program_number: str | None = None
    program_name: str | None = None
    readings: int | None = None
    isotope: str = ""
    isotope_from: str = ""
    count_minutes: float | None = None
    plate: int | None = 96
    sight: Sight | None = None


def seen(unit: Unit) -> Seen:
    """What ``unit`` shows; the plate only where its positions are the wells of one."""
    program, counted = unit.run.program, unit.run.counted_at_text
    isotope, where = _isotope(unit)
    rates = _rates(unit.readings)
    size = _size(unit.readings)
    return Seen(
        driver=unit.driver,
        file_name=unit.file_name,
        counted=counted or "",
        program_number=program.number,
        program_name=program.name,
        readings=len(unit.readings),
        isotope=isotope,
        isotope_from=where,
        count_minutes=_count_minutes(unit.readings),
        plate=size,
        sight=sight(rates, size) if size is not None and len(rates) > 1 else None,
    )


def _rates(readings: tuple[Reading, ...]) -> dict[str, float]:
    """Counts per minute of the first channel, by position."""
    counted = (one for one in readings if one.state is State.COUNTED and one.channels)
    found = {one.position: cpm_of(one, one.channels[0]) for one in counted}
    return {position: rate for position, rate in found.items() if rate is not None}


def _size(readings: tuple[Reading, ...]) -> int | None:
    """The smallest plate that has all positions as wells; None for vials in racks."""
    if any(one.rack for one in readings):
        return None
    sizes = (n for n, plate in FORMATS.items() if all(plate.holds(x.position) for x in readings))
    return min(sizes, default=None)


def _isotope(unit: Unit) -> tuple[str, str]:
    names = [one.channels[0].nuclide or "" for one in unit.readings[:1] if one.channels]
    places = [("the counter's channel", name) for name in names]
    # An underscore counts as a letter to a pattern; in a program's name it parts words.
    program = (unit.run.program.name or "").replace("_", " ")
    for where, text in (*places, ("the program's name", program)):
        for found in _ISOTOPE.finditer(text):
            isotope = f"{found[2] or found[3]}{found[1] or found[4]}"
            if isotope in _KNOWN_ISOTOPES:
                return isotope, where
    return "", ""


def _count_minutes(readings: tuple[Reading, ...]) -> float | None:
    times = {one.live_time_s for one in readings if one.live_time_s}
    return times.pop() / 60 if len(times) == 1 else None


def name_of(run: Seen) -> str:
    """A protocol's name made of the counter's program, else of nothing."""
    slug = _SLUG.sub("-", (run.program_name or "").lower()).strip("-")
    return slug[:64].strip("-") or "new-protocol"


def draft(run: Seen, *, name: str | None = None, origin: str = "") -> str:
    """The protocol as commented YAML; ``origin`` says what it was drafted from."""
    lines = [
        header(PROTOCOL_SCHEMA).rstrip(),
        f"# {_plain(origin) or 'A draft of a protocol.'}",
        "# What stands after a # explains, or waits for you. Lines left blank want a word:",
        "# labsvc protocol lint THIS_FILE names them. Every key: docs/reference/protocol.md.",
        "",
        *_picture(run.sight),
        *_identity(run, name or name_of(run)),
        *_ligand(run),
        *_layout(run),
        *_rest(run),
    ]
    return "\n".join(lines) + "\n"


def _picture(found: Sight | None) -> Iterator[str]:
    if found is None:
        return
    yield "# The plate as counted, from 0 (lowest) to 9 (highest):"
    yield from (f"# {line}" for line in drawn(found.levels, found.size))
    yield "#"
    yield "# The plate it seems to be: T total, N non-specific, a number for a slot."
    yield "# Correct it under layout: it was seen in the counts, nobody told it."
    yield from (f"# {line}" for line in drawn(found.marks, found.size))
    yield ""


def _said(line: str, remark: str) -> str:
    return f"{line:<{_WIDTH}} # {remark}"


def _identity(run: Seen, name: str) -> Iterator[str]:
    yield _said(f"name: {name}", "run sheets call the protocol by this")
    yield "version: 1"
    yield _said("title:", "the heading of its reports")
    yield _said("kind: competition_binding", "see docs/reference/protocol.md for the others")
    yield _said("target:", "the protein, such as NET")
    yield ""
    yield "# How a run shows that it belongs here; every part that is given must hold."
    yield "recognise:"
    yield _said(f"  drivers: [{run.driver}]" if run.driver else "  drivers:", "labsvc driver ls")
    program = {"number": run.program_number, "name": run.program_name}
    told = ", ".join(f"{key}: {quoted(text)}" for key, text in program.items()
                     if text and text.isprintable())  # fmt: skip
    if told:
        yield f"  program: {{{told}}}"
    shown = f"in {_plain(run.file_name)}" if run.file_name else "in a file's name"
    named = _PLATE.match(run.file_name)
    begins = named[1] if named else "NET-"
    yield f"  # file_name: '(?P<plate_id>{begins}\\d+)'   # how the plate's name stands {shown}"
    if run.readings:
        yield f"  readings: {run.readings}"
    yield ""


def _ligand(run: Seen) -> Iterator[str]:
    yield "radioligand:"
    yield _said("  name:", 'such as "[3H]nisoxetine"')
    where = f"read from {run.isotope_from}" if run.isotope else "3H or 125I"
    yield _said(f"  isotope: {run.isotope}".rstrip(), where)
    yield _said("  concentration: run sheet", "or the nominal one: 1 nM")
    yield _said("  kd: {from: run sheet}", "or {value: 0.8 nM, source: who measured it, in what}")
    yield "  # specific_activity: {value: 80 Ci/mmol, date: 2026-01-15}    # from the vial"
    yield "# nonspecific: 1 uM desipramine      # what defines non-specific binding"
    yield "# assay_volume: 0.25 mL              # of one well; shows ligand depletion"
    yield ""


def _layout(run: Seen) -> Iterator[str]:
    yield "layout:"
    if run.plate is None:
        yield _said("  plate: none", "vials or tubes: the run sheet lists the positions")
        yield ""
        return
    yield f"  plate: {run.plate}"
    found = run.sight
    for role in ("total", "nonspecific"):
        wells = getattr(found, role) if found else ()
        yield f"  {role}: [{', '.join(wells)}]" if wells else f"  # {role}: [A01-D01]"
    if found and found.blocks:
        yield _said("  slots:", "each takes a compound, which the run sheet names")
        for number, (block, direction) in enumerate(found.blocks, 1):
            yield f"    {number}: {{wells: {block}, series: {direction}}}"
    else:
        if found and found.total:
            yield "  # One concentration of each compound? See kind: primary_screen."
        yield "  # slots:    # no dilution series was seen; the highest concentration stands first"
        yield "  #   1: {wells: A02-B11, series: across}"
    yield ""


def _rest(run: Seen) -> Iterator[str]:
    minutes = run.count_minutes
    time = f"  count_time: {minutes:g} min" if minutes else "  # count_time: 1 min"
    yield from (
        "# steps:                             # bench steps that are timed",
        "#   - name: incubation",
        "#     duration: 120 min",
        "#     tolerance: 10 min",
        "#     temperature: 4 C",
        "#     from: reaction_start",
        "#     to: harvest",
        "",
        "counting:",
        "  unit: cpm",
        time,
        "  # efficiency: {value: 40 %, source: who measured it}",
        "",
        "reduction:",
        "  response: percent_specific",
        "",
        "fit:",
        "  model: inhibition_4pl",
        "  ki: true",
        "",
        "# qc:                                # limits of your own; without any all is accepted",
        "#   z_prime: {fail below: 0.4, warn below: 0.5, source: who set them}",
        "",
        "# reference:                         # the compound of every run, with its accepted range",
        "#   - {compound: imipramine, ki: 5 nM to 50 nM, source: own control chart}",
    )


def _plain(text: str) -> str:
    """A name from outside as part of a comment."""
    return "".join(one if one.isprintable() else "?" for one in text)[:90]


def shown_plate(run: Seen) -> Mapping[str, list[str]]:
    """Both pictures, for the terminal; none where no plate was seen."""
    if run.sight is None:
        return {}
    return {
        "as counted, 0 lowest to 9 highest": drawn(run.sight.levels, run.sight.size),
        "as it seems to be laid out (T total, N non-specific, slots)": drawn(
            run.sight.marks, run.sight.size
        ),
    }
