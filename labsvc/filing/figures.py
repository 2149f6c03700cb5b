"""Figures as SVG text: one figure for the archive, the page and the mail.

Every point and well carries ``data-well``, so that a page can lead from a figure to its reading.
Text is escaped and cleaned; the same result always gives the same bytes.
"""

from __future__ import annotations

from labsvc.filing.axes import is_percent
from labsvc.filing.bars import groups_values, shown_value
from labsvc.filing.choice import chosen
from labsvc.filing.courselines import is_course
from labsvc.filing.courses import courses_values
from labsvc.filing.grid import Room
from labsvc.filing.panel import Frame, panels, panels_svg, responses_of
from labsvc.filing.platemap import plate_format, plate_values
from labsvc.filing.render import render
from labsvc.filing.text import one_line, ours, shorten
from labsvc.filing.wording import note
from labsvc.model.result import Result

_PANEL_WIDTH, _PANEL_HEIGHT, _GAP, _LEGEND = 348.0, 250.0, 14.0, 34.0
_HEADER, _HEADER_WITH_NOTE = 40.0, 56.0


def curves_svg(result: Result) -> str:
    """All curves of a result as small multiples on one response axis, in up to 4 columns.

    Saturation curves and time courses have linear axes of their own (see ``courses``).
    """
    if result.curves and all(is_course(one) for one in result.curves):
        return render("courses.svg.j2", **courses_values(result))
    across = columns(len(result.curves))
    down = max(-(-len(result.curves) // across), 1)
    return render(
        "curves.svg.j2",
        width=across * (_PANEL_WIDTH + _GAP) + _GAP,
        height=down * (_PANEL_HEIGHT + _GAP) + _LEGEND + _GAP,
        panels=ours(_panels(result, across)),
        simulated=result.simulated,
        title=f"Curves of {one_line(result.title)}"[:400],
    )


def plate_svg(result: Result) -> str:
    """The plate map: counts as colour, roles as letters and outlines, masked wells crossed.

    An empty text for a result that is not on a plate we know (24, 48, 96, 384 wells).
    """
    plate = plate_format(result)
    return render("plate.svg.j2", **plate_values(result, plate)) if plate is not None else ""


def groups_svg(result: Result) -> str | None:
    """An uptake table as bars with the SD of the replicates; None without any such value."""
    name = shown_value(result.groups)
    return render("groups.svg.j2", **groups_values(result, name)) if name is not None else None


def drawn(result: Result) -> dict[str, str]:
    """Every figure there is of a result, by name: ``curves``, ``plate``, ``groups``."""
    result = chosen(result)
    found = {
        "curves": curves_svg(result) if result.curves else "",
        "plate": plate_svg(result) if result.points else "",
        "groups": groups_svg(result) or "",
    }
    return {name: svg for name, svg in found.items() if svg}


def columns(curves: int) -> int:
    """How many panels stand side by side."""
    if curves <= 1:
        return 1
    if curves <= 4:
        return 2
    return 3 if curves <= 18 else 4


def _panels(result: Result, across: int) -> str:
    label = result.response_label
    noted = any(note(curve) for curve in result.curves)
    room = Room(
        _PANEL_WIDTH, _PANEL_HEIGHT, _HEADER_WITH_NOTE if noted else _HEADER,
        responses_of(result.curves, label), is_percent(label),
    )  # fmt: skip
    title = _axis_title(label, 190)
    frames = (
        Frame(
            left=_GAP + (index % across) * (_PANEL_WIDTH + _GAP),
            top=_GAP + (index // across) * (_PANEL_HEIGHT + _GAP),
            room=room,
            y_title=title if index % across == 0 else "",
            unit=result.report.unit if result.report else "",
        )
        for index in range(len(result.curves))
    )
    return panels_svg(panels(result.curves, frames))


def _axis_title(label: str, room: float) -> str:
    return shorten(label or "response", room, 11)
