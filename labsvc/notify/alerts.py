"""What is worth a message to the lab, and its words. Pure: results in, alerts out.

The key makes an alert owed once: the same run filed twice, or the same port away for hours, is
one message.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from labsvc.model.filing import Alert
from labsvc.model.result import Finding, Result, Status, Verdict
from labsvc.notify import page as pages
from labsvc.notify.page import Page, Section, Tone
from labsvc.notify.words import subject

ALERTING: Final = frozenset({Verdict.REJECTED, Verdict.HELD})

_KINDS: Final[dict[Verdict, tuple[str, str, Tone]]] = {
    Verdict.REJECTED: ("qc-failed", "QC failed", "bad"),
    Verdict.HELD: ("run-held", "Run held", "warn"),
    Verdict.REVIEW: ("qc-review", "QC asks for review", "warn"),
    Verdict.ACCEPTED: ("qc-passed", "QC passed", "good"),
}
_ADVICE: Final[dict[Verdict, str]] = {
    Verdict.REJECTED: (
        "Do not report values of this run. Read the report, then repeat the run; or mask the "
        "wells at fault with a reason in its run sheet (masks), then: labsvc runs refile."
    ),
    Verdict.HELD: "Add what is missing; the run is then analysed by itself.",
    Verdict.REVIEW: "Read the report and decide whether the values may be used.",
    Verdict.ACCEPTED: "Nothing: the values may be used.",
}


def for_result(
    result: Result,
    revision: int,
    *,
    report_path: str,
    at: datetime,
    figure_png: bytes | None,
    raw_name: str | None = None,
    alerting: Collection[Verdict] = ALERTING,
) -> Alert | None:
    """The message a filed result owes; None when its verdict is not one of ``alerting``.

    ``report_path`` is where a person finds the report; ``raw_name`` is the instrument's file.
    """
    if result.verdict not in alerting:
        return None
    kind, headline, tone = _KINDS[result.verdict]
    about = _about(result)
    page = Page(
        headline=headline,
        tone=tone,
        about=about,
        sections=_sections(result),
        advice=result.released_by or _ADVICE[result.verdict],
        facts=_facts(result, revision, report_path, raw_name),
        simulated=result.simulated,
        picture=figure_png is not None,
    )
    reason = _first_reason(result)
    told = f"{about}: {reason}" if reason else about
    simulated = " (simulated)" if result.simulated else ""
    return _alert(
        key=f"{kind}:{result.run_id}:{revision}",
        kind=kind,
        line=f"{headline}{simulated}: {told}",
        page=page,
        at=at,
        figure_png=figure_png,
    )


def for_quarantine(name: str, source: str, sha256: str, reason: str, *, at: datetime) -> Alert:
    """A capture that could not be understood. Once for its bytes."""
    page = Page(
        headline="File set aside",
        tone="bad",
        about=f"{name} from {source}",
        sections=(Section("It could not be understood", (reason,)),),
        advice=(
            "Export the run again from the instrument's program. The bytes as received are kept "
            "in quarantine, and the instrument's own file is untouched."
        ),
        facts=(("File", name), ("Source", source), ("SHA-256", sha256), ("Set aside", _when(at))),
    )
    line = f"File set aside: {name} from {source}: {reason.rstrip('.')}"
    return _alert(key=f"quarantine:{sha256}", kind="quarantine", line=line, page=page, at=at)


def for_trouble(headline: str, about: str, reason: str, *, key: str, advice: str,
                at: datetime) -> Alert:  # fmt: skip
    """Something of labsvc's own that a person must see to. Once for its ``key``."""
    page = Page(
        headline=headline,
        tone="bad",
        about=about,
        sections=(Section("What is wrong", (reason,)),),
        advice=advice,
        facts=(("Noticed", _when(at)),),
    )
    line = f"{headline}: {about}: {reason.rstrip('.')}"
    return _alert(key=f"trouble:{key}", kind="trouble", line=line, page=page, at=at)


def for_source_away(source: str, trouble: str, since: datetime, *, at: datetime) -> Alert:
    """A folder or port that has been away for longer than the lab's patience. Once for a while."""
    page = Page(
        headline="Source away",
        tone="bad",
        about=f"{source}, since {_when(since)}",
        sections=(Section("What is wrong", (trouble,)),),
        advice=(
            "It is tried again by itself, for ever, and nothing that is in a folder is lost. A "
            "second message comes when it is back."
        ),
        facts=(("Source", source), ("Away since", _when(since)), ("Noticed", _when(at))),
    )
    key = f"source-away:{source}:{since.isoformat()}"
    line = f"Source away: {source}: {trouble.rstrip('.')}"
    return _alert(key=key, kind="source-away", line=line, page=page, at=at)


def for_source_back(source: str, since: datetime, *, at: datetime) -> Alert:
    """The end of ``for_source_away`` with the same ``since``."""
    page = Page(
        headline="Source is back",
        tone="good",
        about=f"{source}, away from {_when(since)} to {_when(at)}",
        sections=(),
        advice=(
            "For a folder, nothing: what was written meanwhile is being taken now. Over a serial "
            "port, runs sent meanwhile were not received: send them again from the instrument."
        ),
        facts=(("Source", source), ("Away since", _when(since)), ("Back", _when(at))),
    )
    key = f"source-back:{source}:{since.isoformat()}"
    line = f"Source is back: {source}"
    return _alert(key=key, kind="source-back", line=line, page=page, at=at)


def for_source_silent(source: str, since: datetime, patience: timedelta, *,
                      at: datetime) -> Alert:  # fmt: skip
    """A folder or port that is there and has brought nothing for its patience. Once for a while."""
    page = Page(
        headline="Source silent",
        tone="warn",
        about=f"{source}, since {_when(since)}",
        sections=(
            Section(
                "What was seen",
                (f"Nothing came for longer than its patience of {_span(patience)}.",),
            ),
        ),
        advice=(
            "If nothing was counted, nothing is wrong. Else look whether the counter's program "
            "still writes there, or the cable is in. A second message comes when it is heard again."
        ),
        facts=(("Source", source), ("Silent since", _when(since)), ("Noticed", _when(at))),
    )
    key = f"source-silent:{source}:{since.isoformat()}"
    line = f"Source silent: {source}: nothing came since {_when(since)}"
    return _alert(key=key, kind="source-silent", line=line, page=page, at=at)


def for_source_heard(source: str, since: datetime, *, at: datetime) -> Alert:
    """The end of ``for_source_silent`` with the same ``since``."""
    page = Page(
        headline="Source is heard again",
        tone="good",
        about=f"{source}, silent from {_when(since)} to {_when(at)}",
        sections=(),
        advice="Nothing needs to be done.",
        facts=(("Source", source), ("Silent since", _when(since)), ("Heard", _when(at))),
    )
    key = f"source-heard:{source}:{since.isoformat()}"
    line = f"Source is heard again: {source}"
    return _alert(key=key, kind="source-heard", line=line, page=page, at=at)


def _span(time: timedelta) -> str:
    """``3 d``, ``8 h``, ``90 min``, ``30 s``: the largest unit that divides it."""
    seconds = time.total_seconds()
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length and seconds % length == 0:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:g} s"


def digest(alerts: Sequence[Alert], *, at: datetime) -> Alert:
    """Many messages as one, in their order. The same messages make the same key."""
    keys = "\n".join(alert.key for alert in alerts)
    headline = f"{len(alerts)} messages"
    page = Page(
        headline=headline,
        tone="warn",
        about="They came while no mail could be sent, or all at once.",
        sections=(
            Section(
                "Oldest first",
                tuple(f"{_when(alert.created_at)}: {_bare(alert.subject)}" for alert in alerts),
            ),
        ),
        advice="Each run's report says more: labsvc runs ls, and labsvc status for the sources.",
        facts=(("From", _when(alerts[0].created_at)), ("To", _when(alerts[-1].created_at))),
    )
    key = f"digest:{hashlib.sha256(keys.encode('utf-8', 'replace')).hexdigest()}"
    line = f"{headline}; first: {_bare(alerts[0].subject)}"
    return _alert(key=key, kind="digest", line=line, page=page, at=at)


def _alert(
    *, key: str, kind: str, line: str, page: Page, at: datetime, figure_png: bytes | None = None
) -> Alert:
    return Alert(
        key=key,
        kind=kind,
        subject=subject(f"{_MARK}{line}"),
        text=pages.text(page),
        html=pages.html(page),
        created_at=at,
        figure_png=figure_png,
    )


_MARK: Final = "[labsvc] "


def _bare(line: str) -> str:
    return line.removeprefix(_MARK)


def _about(result: Result) -> str:
    """The plate and its protocol, or, where there is neither, what the run is called."""
    parts = [part for part in (result.plate_id, result.protocol) if part]
    return " ".join(parts) if len(parts) == 2 else result.title or " ".join(parts) or result.run_id


def _first_reason(result: Result) -> str:
    if result.verdict is Verdict.HELD:
        return (result.held_because or "").rstrip(".")
    worst = [*_with(result, Status.FAIL), *_with(result, Status.WARN)]
    return worst[0].sentence.rstrip(".") if worst else ""


def _sections(result: Result) -> tuple[Section, ...]:
    held = (result.held_because,) if result.held_because else ()
    told = (
        ("Held because", held),
        ("What failed", _sentences(result, Status.FAIL)),
        ("Warnings", _sentences(result, Status.WARN)),
    )
    return tuple(Section(heading, sentences) for heading, sentences in told if sentences)


def _sentences(result: Result, status: Status) -> tuple[str, ...]:
    return tuple(finding.sentence for finding in _with(result, status))


def _with(result: Result, status: Status) -> list[Finding]:
    return [finding for finding in result.findings if finding.status is status]


def _facts(
    result: Result, revision: int, report_path: str, raw_name: str | None
) -> tuple[tuple[str, str], ...]:
    protocol = " ".join(part for part in (result.protocol, result.protocol_version) if part)
    facts = (
        ("Verdict", result.verdict.value),
        ("Run", result.title),
        ("Plate", result.plate_id),
        ("Protocol", protocol),
        ("Run sheet", result.runsheet),
        ("Instrument", result.instrument),
        ("Counted", result.counted_at_text),
        ("Operator", result.operator),
        ("Raw file", raw_name),
        ("Run id", f"{result.run_id}, revision {revision}"),
        ("Report", report_path),
    )
    return tuple((label, value) for label, value in facts if value)


def _when(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} {moment.tzname() or ''}".strip()
