"""Writes docs/reference/drivers.md from the driver classes and the READMEs beside them.

    python -m drivers.reference

What a class says (title, maturity, files, serial line) is taken from the class; what only people
know (evidence, what was never seen) from the sections of its README. tests/test_driver_reference.py
fails while the page is another than this makes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from labsvc.driver import Driver
from labsvc.service.registry import load_drivers

FOLDER = Path(__file__).parent
PAGE = FOLDER.parent / "docs" / "reference" / "drivers.md"
BUILT_IN = "labsvc_drivers"
SECTIONS = ("Written from", "Never seen", "Read as", "Oddities")
EVIDENCE = re.compile(r"^\*\*Evidence: ([^*]+)\.\*\*")

_HEAD = """\
# Drivers

*Made by `python -m drivers.reference` from the driver classes and their READMEs: change those.*

What each built-in driver reads, what it was written from, and what nobody of us has seen. The
maturity stands beside every result: `draft` was written from a manual or from other people's
programs alone, `beta` reads real files whole and writes them again, `stable` is in use at a counter
with its people looking. A counter that is not here may be read by a
[table driver](../how-to/table-driver.md), or by a
[driver of your own](../how-to/write-a-driver.md); `labsvc driver ls` lists those too.

| driver | instrument | by | maturity | evidence |
|---|---|---|---|---|
"""


def page(drivers: Mapping[str, Driver]) -> str:
    """The whole page; ValueError names the README that lacks a section."""
    texts = {name: readme(driver).read_text(encoding="utf-8") for name, driver in drivers.items()}
    rows = "".join(_row(name, driver, texts[name]) for name, driver in drivers.items())
    return f"{_HEAD}{rows}" + "".join(
        f"\n{part}\n"
        for name, driver in drivers.items()
        for part in _chapter(name, driver, texts[name])
    )


def built_in() -> dict[str, Driver]:
    """The drivers that labsvc brings, by name; others may be installed beside them."""
    return {
        name: driver
        for name, driver in sorted(load_drivers().drivers.items())
        if type(driver).__module__.partition(".")[0] == BUILT_IN
    }


def readme(driver: Driver) -> Path:
    """Beside the module of its class."""
    return FOLDER.joinpath(*type(driver).__module__.split(".")) / "README.md"


def section(text: str, heading: str) -> str:
    """What stands below ``## heading``, up to the next one."""
    _, _, below = text.partition(f"\n## {heading}\n")
    found = re.split(r"^## ", below, maxsplit=1, flags=re.MULTILINE)[0].strip()
    if not found:
        raise ValueError(f"the README {_title(text)!r} has nothing below '## {heading}'")
    return found


def evidence(text: str) -> str:
    """What kind of thing a driver was written from: its README's first words on that."""
    found = EVIDENCE.match(section(text, SECTIONS[0]))
    if found is None:
        raise ValueError(
            f"the README {_title(text)!r} lacks '**Evidence: ...**' below '## {SECTIONS[0]}'"
        )
    return found[1]


def _title(text: str) -> str:
    return text.partition("\n")[0].removeprefix("# ")


def _row(name: str, driver: Driver, text: str) -> str:
    by = ", ".join(way for way, there in (("folder", driver.files), ("serial line", driver.serial))
                   if there)  # fmt: skip
    return (
        f"| [`{name}`](#{name}) | {driver.title} | {by} | {driver.maturity} | {evidence(text)} |\n"
    )


def _chapter(name: str, driver: Driver, text: str) -> Iterator[str]:
    yield f"## `{name}`"
    yield f"**{driver.title}.** Maturity: **{driver.maturity}**."
    told = [*_arrival(driver), ("faults it can simulate", _codes(driver.faults))]
    link = readme(driver).relative_to(FOLDER).as_posix()
    told.append(("the format, drawn", f"[README](../../drivers/{link})"))
    yield "| | |\n|---|---|\n" + "\n".join(f"| {what} | {how} |" for what, how in told)
    for heading in SECTIONS:
        yield f"### {heading}"
        yield section(text, heading)


def _arrival(driver: Driver) -> Iterator[tuple[str, str]]:
    files, serial = driver.files, driver.serial
    if files is not None:
        quiet = f"after {files.quiet_seconds:g} s of quiet"
        marked = type(driver).ends is not Driver.ends
        taken = f"at its end mark, else {quiet}" if marked else quiet
        yield "files", f"{_codes(files.patterns)}, taken {taken}"
    if serial is not None:
        yield "serial line", f"`{serial.settings}` unless the source says otherwise"
    if driver.locale:
        yield "a source may tell", _codes(driver.locale)


def _codes(words: tuple[str, ...]) -> str:
    return ", ".join(f"`{word}`" for word in words) or "none"


if __name__ == "__main__":
    PAGE.write_text(page(built_in()), encoding="utf-8")
