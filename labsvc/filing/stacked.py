"""Several figures of ours as one, below each other and equally wide: a mail has one picture."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_ROOT: Final = re.compile(r'^<svg [^>]*?width="([0-9.]+)" height="([0-9.]+)"')
_GAP: Final = 16.0


def stacked(figures: Sequence[str]) -> str:
    """One SVG with all of them, as wide as the widest. ValueError when one is no figure of ours."""
    sizes = [_size(one) for one in figures]
    width = max(wide for wide, _ in sizes)
    parts, below = [], 0.0
    for one, (wide, high) in zip(figures, sizes, strict=True):
        tall = high * width / wide
        # The inner figure keeps its viewBox, and is drawn into this place.
        place = f'<svg y="{below:.2f}" width="{width:.2f}" height="{tall:.2f}"'
        parts.append(f'{place} xmlns="http://www.w3.org/2000/svg"{_ROOT.sub("", one, count=1)}')
        below += tall + _GAP
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.2f}" height="{below - _GAP:.2f}" '
        f'viewBox="0 0 {width:.2f} {below - _GAP:.2f}">{"".join(parts)}</svg>'
    )


def _size(figure: str) -> tuple[float, float]:
    found = _ROOT.match(figure)
    if found is None:
        raise ValueError("a figure without width and height cannot be set below another")
    return float(found[1]), float(found[2])
