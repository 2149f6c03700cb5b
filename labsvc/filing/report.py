"""The report: one HTML file that holds everything, needs nothing and runs nothing.

Its Content-Security-Policy allows one style block, named by its digest, and nothing else: no
script, no picture or font from elsewhere. Text from outside is escaped and cleaned.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache

from markupsafe import Markup

from labsvc.core.benchsteps.words import washes_in_words
from labsvc.filing.choice import chosen, left_out
from labsvc.filing.courselines import is_course
from labsvc.filing.figures import drawn
from labsvc.filing.render import render
from labsvc.filing.rows import facts
from labsvc.filing.text import ours
from labsvc.filing.wording import moment
from labsvc.model.result import Finding, Result, Status, TimelineEntry, Verdict

_WORST_FIRST = (Status.FAIL, Status.WARN, Status.PASS, Status.NOT_APPLICABLE)
_WORDS = {
    Verdict.ACCEPTED: "Accepted",
    Verdict.REVIEW: "Needs review",
    Verdict.REJECTED: "Rejected",
    Verdict.HELD: "Held",
}


def report_html(
    result: Result,
    *,
    raw: Sequence[tuple[str, str]],
    revision: int,
    filed_at: datetime,
    software: str,
    history: str | None = None,
    figures: Mapping[str, str] | None = None,
) -> str:
    """The whole report of ``result``.

    ``figures`` are its figures by name, where they are drawn already. ``raw`` are the files it
    came from as (name, SHA-256). ``history`` is a sentence on earlier runs of the reference
    compound, or a figure of ours as ``markupsafe.Markup``: only Markup is trusted, any other text
    is escaped.
    """
    style, digest = _style()
    rest, without = left_out(result), result.report.without if result.report else ()
    result = chosen(result)
    shown = drawn(result) if figures is None else figures
    return render(
        "report.html.j2",
        courses=bool(result.curves) and all(is_course(one) for one in result.curves),
        rest=rest, unit=result.report.unit if result.report else "",
        result=result, raw=raw, revision=revision, filed_at=filed_at, software=software,
        history=None if "history" in without else history,
        without=without,
        style=style, style_hash=digest,
        verdict_word=_WORDS[result.verdict], verdict_sentence=verdict_sentence(result),
        facts=facts(_identity(result, revision, filed_at), code=("Run", "Result")),
        findings=worst_first(result.findings),
        moments=_with_elapsed(result.timeline),
        curves_figure=ours(shown.get("curves", "")),
        plate_figure=ours(shown.get("plate", "")),
        groups_figure=ours(shown.get("groups", "")),
        group_keys=_names(group.keys for group in result.groups),
        group_values=_names(group.values for group in result.groups),
    )  # fmt: skip


def _identity(
    result: Result, revision: int, filed_at: datetime
) -> list[tuple[str, str | int | None]]:
    """What tells this result from any other."""
    version = result.protocol_version
    return [
        ("Plate", result.plate_id if result.plate_id is not None else result.plate),
        ("Counted (as the instrument printed it)", result.counted_at_text),
        ("Instrument", result.instrument),
        ("Operator", result.operator),
        *((f"Lot of {name}", lot) for name, lot in result.lots.items()),
        (
            "Protocol",
            result.protocol if version is None else f"{result.protocol}, version {version}",
        ),
        ("Run sheet", result.runsheet),
        ("Run", result.run_key),
        ("Result", result.run_id),
        ("Filed", f"{moment(filed_at)}, revision {revision}"),
    ]


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Failed, then warned, passed, not applicable; the order within each is kept."""
    return sorted(findings, key=lambda one: _WORST_FIRST.index(one.status))


def verdict_sentence(result: Result) -> str:
    """What stands behind the verdict, in one sentence."""
    if result.verdict is Verdict.HELD:
        return result.held_because or "There was nothing to judge by."
    counts = {status: sum(one.status is status for one in result.findings) for status in Status}
    if not sum(counts.values()):
        return "No checks were made."
    said = [
        f"{counts[status]} {_checks(counts[status])} {word}"
        for status, word in (
            (Status.FAIL, "failed"), (Status.WARN, "warned"), (Status.PASS, "passed"),
            (Status.NOT_APPLICABLE, "not applicable"),
        )
        if counts[status]
    ]  # fmt: skip
    return ", ".join(said) + "."


def _checks(count: int) -> str:
    return "check" if count == 1 else "checks"


def _with_elapsed(timeline: Iterable[TimelineEntry]) -> list[tuple[TimelineEntry, str, str]]:
    """Each step with the time since the last step whose time is known, and its washes."""
    rows: list[tuple[TimelineEntry, str, str]] = []
    before: datetime | None = None
    for entry in timeline:
        washes = washes_in_words(entry.washes, entry.wash_ml)
        rows.append((entry, _elapsed(before, entry.at), washes))
        before = entry.at or before
    return rows


def _elapsed(before: datetime | None, at: datetime | None) -> str:
    if before is None or at is None:
        return ""
    minutes = (at - before).total_seconds() / 60
    return f"{minutes:.0f} min" if abs(minutes) < 600 else f"{minutes / 60:.1f} h"


def _names(mappings: Iterable[Iterable[str]]) -> list[str]:
    return list(dict.fromkeys(name for mapping in mappings for name in mapping))


@cache
def _style() -> tuple[Markup, Markup]:
    """The style of every report, and its digest as the policy names it."""
    style = render("report.css")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return ours(style), ours(f"sha256-{digest}")
