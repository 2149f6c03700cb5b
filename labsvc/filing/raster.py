"""Figures as PNG, for mail: text shows even on a machine without a single font."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from labsvc.filing.text import clean

_FAMILY = "Source Sans Pro"
# What Source Sans Pro (SIL Open Font License) has of Latin, Greek, Cyrillic and the field's signs.
_BEYOND_OUR_FONT = re.compile(
    "[^\x00-\u017e\u0384-\u03ce\u0400-\u045f\u2007\u2012-\u2016\u2018-\u201a\u201c-\u201e"
    "\u2020-\u2022\u2026\u202f\u2030\u2032\u2033\u2039\u203a\u2044\u2070\u2071\u2074-\u2079"
    "\u207d-\u2089\u20ac\u2122\u2190-\u2193\u2206\u2211\u2212\u221a\u221e\u2248\u2260\u2264"
    "\u2265\ufffd]"
)
# Letters ours lacks, with the nearest it has: hyphens, thin spaces, superscript signs.
_STAND_INS = str.maketrans(
    {"\u2010": "-", "\u2011": "-", "\u207b": "\u2212", "\u207a": "+", "\u208b": "\u2212"}
    | {chr(space): " " for space in (*range(0x2000, 0x2007), *range(0x2008, 0x200B))}
)


def png(svg: str, *, width: int = 1200) -> bytes:
    """``svg`` drawn ``width`` pixels wide on white. ValueError when it is no SVG.

    The machine's own fonts are searched only for letters ours does not have (CJK names): that
    costs some 50 ms, and pictures stay the same on every machine otherwise.
    """
    # Only here: most plates are mailed to nobody.
    import resvg_py  # noqa: PLC0415

    drawable = clean(svg).translate(_STAND_INS)
    return resvg_py.svg_to_bytes(
        svg_string=drawable,
        width=width,
        background="#ffffff",
        skip_system_fonts=_BEYOND_OUR_FONT.search(drawable) is None,
        font_files=list(_font_files()),
        font_family=_FAMILY,
        sans_serif_family=_FAMILY,
    )


@cache
def _font_files() -> tuple[str, ...]:
    folder = files("font_source_sans_pro") / "files"
    return tuple(str(folder / f"SourceSansPro-{cut}.ttf") for cut in ("Regular", "Semibold"))
