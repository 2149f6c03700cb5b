"""Which curves a report shows, as its protocol asks (`report: curves`)."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase

from labsvc.model.result import Curve, Result


def chosen(result: Result) -> Result:
    """The result with the curves that its report shows, in the order asked for.

    All of them where nothing is asked, or where none of those asked for is in the run.
    """
    plan = result.report
    if plan is None or not plan.curves:
        return result
    found = dict.fromkeys(
        number
        for wanted in plan.curves
        for number, curve in enumerate(result.curves)
        if _is(curve, wanted)
    )
    return replace(result, curves=tuple(result.curves[one] for one in found)) if found else result


def left_out(result: Result) -> str:
    """In one sentence, what the choice left out or could not find; empty when neither."""
    asked = result.report is not None and result.report.curves
    if not asked or not result.curves:
        return ""
    shown = {one.compound for one in chosen(result).curves}
    rest = [one.compound for one in result.curves if one.compound not in shown]
    if not any(_is(one, wanted) for one in result.curves for wanted in asked):
        return f"The protocol's report asks for {', '.join(asked)}; this run has none: all stand."
    if not rest:
        return ""
    return f"Not shown, as the protocol's report asks, but in result.json: {', '.join(rest)}."


def _is(curve: Curve, wanted: str) -> bool:
    """``LAB-*`` is any compound of that name, of each group (``LAB-1 (HEK-hNET)``)."""
    glob, label = wanted.casefold().replace("[", "[[]"), curve.compound.casefold()
    return fnmatchcase(label, glob) or fnmatchcase(label, f"{glob} (*)")
