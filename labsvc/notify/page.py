"""An alert written out: the same facts as plain text and as HTML that old mail programs show.

Pure: two templates of this package, filled in. Everything put into the HTML is escaped.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, Literal

from labsvc.notify.words import body, one_line

if TYPE_CHECKING:
    from jinja2 import Environment

Tone = Literal["bad", "warn", "good"]

# A bar of strong colour with white letters: at least 4.5 to 1, also in black and white.
_COLOURS: Final[dict[Tone, str]] = {"bad": "#a61b1b", "warn": "#8a5a00", "good": "#1d6b3a"}


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its sentences."""

    heading: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """What one message says, in the order in which it is read.

    ``facts`` are label and value; ``picture`` says whether the message carries the figure.
    """

    headline: str
    tone: Tone
    about: str
    sections: tuple[Section, ...]
    advice: str
    facts: tuple[tuple[str, str], ...]
    simulated: bool = False
    picture: bool = False


def text(page: Page) -> str:
    """As plain text."""
    return body(_environment().get_template("alert.txt.j2").render(page=page)).strip() + "\n"


def html(page: Page) -> str:
    """As HTML; the figure is ``cid:figure``."""
    colour = _COLOURS[page.tone]
    return _environment().get_template("alert.html.j2").render(page=page, colour=colour)


def rendered(template: str, *, tone: Tone = "good", **values: object) -> str:
    """Another template of this package, filled in; ``tone`` gives it its ``colour``."""
    made: str = _environment().get_template(template).render(colour=_COLOURS[tone], **values)
    return made


@cache
def _environment() -> Environment:
    from jinja2 import (  # noqa: PLC0415  (heavy)
        Environment,
        PackageLoader,
        StrictUndefined,
        select_autoescape,
    )

    environment = Environment(
        loader=PackageLoader("labsvc.notify"),
        autoescape=select_autoescape(disabled_extensions=("txt.j2",), default=True),
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["one_line"] = one_line
    return environment
