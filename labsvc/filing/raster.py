"""Figures as PNG, for mail: text shows even on a machine without a single font."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

import resvg_py

from labsvc.filing.text import clean

_FAMILY = "Source Sans Pro"
# Source Sans Pro (SIL Open Font License) has Latin, Greek, Cyrillic and the signs of the field.
_BEYOND_OUR_FONT = re.compile("[^\x00-\u04ff\u2000-\u2044\u2070-\u208e\u2212-\u2265\ufffd]")


def png(svg: str, *, width: int = 1200) -> bytes:
    """``svg`` drawn ``width`` pixels wide on white. ValueError when it is no SVG.

    The machine's own fonts are searched only for letters ours does not have (CJK names): that
    costs some 50 ms, and pictures stay the same on every machine otherwise.
    """
    return resvg_py.svg_to_bytes(
        svg_string=clean(svg),
        width=width,
        background="#ffffff",
        skip_system_fonts=_BEYOND_OUR_FONT.search(svg) is None,
        font_files=list(_font_files()),
        font_family=_FAMILY,
        sans_serif_family=_FAMILY,
    )


@cache
def _font_files() -> tuple[str, ...]:
    folder = files("font_source_sans_pro") / "files"
    return tuple(str(folder / f"SourceSansPro-{cut}.ttf") for cut in ("Regular", "Semibold"))
