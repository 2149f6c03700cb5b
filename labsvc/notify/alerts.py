"""What is worth a message to the lab, and its words. Pure: results in, alerts out.

The key makes an alert owed once: the same run filed twice, or the same port away for hours, is
one message.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from labsvc.core.qc.telling import ALERTING
from labsvc.model.filing import Alert
from labsvc.model.result import Finding, Result, Status, Verdict
from labsvc.notify import page as pages
from labsvc.notify.page import Page, Section, Tone
from labsvc.notify.rules import OF_KIND, Severity
from labsvc.notify.words import MARK, one_line, subject, when

_KINDS: Final[dict[Verdict, tuple[str, str, Tone]]] = {
    Verdict.REJECTED: ("qc-failed", "QC failed", "bad"),
    Verdict.HELD: ("run-held", "Run held", "warn"),
    Verdict.REVIEW: ("qc-review", "QC asks for review", "warn"),
    Verdict.ACCEPTED: ("qc-passed", "QC passed", "good"),
}
KIND_OF: Final = {verdict: kind for verdict, (kind, _, _) in _KINDS.items()}
"""The kind of alert that a run with a verdict owes."""
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
    source: str | None = None,
    to: Collection[str] = (),
) -> Alert | None:
    """The message a filed result owes; None when its verdict is not one of ``alerting``.

    ``report_path`` is where a person finds the report; ``raw_name`` is the instrument's file.
    ``to``: the mail addresses that the protocol names.
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
    return alert_of(
        key=f"{kind}:{result.run_id}:{revision}",
        kind=kind,
        line=f"{headline}{simulated}: {told}",
        page=page,
        at=at,
        figure_png=figure_png,
        topic=f"{kind}:{result.protocol or ''}:{source or result.instrument}",
        source=source,
        protocol=result.protocol,
        thread=result.run_id,
        addressed="\n".join(map(one_line, to)) or None,
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
        facts=(("File", name), ("Source", source), ("SHA-256", sha256), ("Set aside", when(at))),
    )
    line = f"File set aside: {name} from {source}: {reason.rstrip('.')}"
    return alert_of(key=f"quarantine:{sha256}", kind="quarantine", line=line, page=page, at=at,
                  topic=f"quarantine:{source}", source=source)  # fmt: skip


def for_trouble(
    headline: str,
    about: str,
    reason: str,
    *,
    key: str,
    advice: str,
    at: datetime,
    severity: Severity | None = None,
    topic: str | None = None,
    source: str | None = None,
    kind: str = "trouble",
) -> Alert:
    """Something of labsvc's own that a person must see to. Once for its ``key``.

    Messages of one ``topic`` repeat each other; ``for_trouble_over`` ends it.
    """
    page = Page(
        headline=headline,
        tone="warn" if severity == "warning" else "bad",
        about=about,
        sections=(Section("What is wrong", (reason,)),),
        advice=advice,
        facts=(("Noticed", when(at)),),
    )
    line = f"{headline}: {about}: {reason.rstrip('.')}"
    return alert_of(key=f"{kind}:{key}", kind=kind, line=line, page=page, at=at, topic=topic,
                  thread=topic, severity=severity, source=source)  # fmt: skip


def for_trouble_over(
    headline: str,
    about: str,
    reason: str,
    *,
    key: str,
    at: datetime,
    topic: str,
    source: str | None = None,
    kind: str = "trouble-over",
    advice: str = "Nothing needs to be done.",
) -> Alert:
    """The end of the ``for_trouble`` of the same topic."""
    page = Page(
        headline=headline,
        tone="good",
        about=about,
        sections=(Section("What was seen", (reason,)),),
        advice=advice,
        facts=(("Noticed", when(at)),),
    )
    return alert_of(key=f"{kind}:{key}", kind=kind, line=f"{headline}: {about}", page=page, at=at,
                  topic=topic, thread=topic, source=source)  # fmt: skip


def for_test(lab: str, route: str | None, *, at: datetime) -> Alert:
    """That the way is open. Each has its own key."""
    way = f"the route {route}" if route else "mail"
    page = Page(
        headline="Test message",
        tone="good",
        about=f"labsvc at {lab}",
        sections=(),
        advice=f"Nothing. Alerts that go by {way} reach you.",
        facts=(("Lab", lab), ("Sent", when(at))),
    )
    return alert_of(
        key=f"test:{at.isoformat()}", kind="test", line="test message", page=page, at=at
    )


def alert_of(*, key: str, kind: str, line: str, page: Page, at: datetime,
           **about: Any) -> Alert:  # fmt: skip
    """An alert of its page; ``about``: whatever else it tells of itself."""
    severity = about.pop("severity", None) or OF_KIND.get(kind, "error")
    if severity != "info":
        page = replace(page, facts=(*page.facts, ("Key", key)))
    return Alert(
        key=key,
        kind=kind,
        subject=subject(f"{MARK}{line}"),
        text=pages.text(page),
        html=pages.html(page),
        created_at=at,
        severity=severity,
        **about,
    )


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
