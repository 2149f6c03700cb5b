"""What the controls of a count under way say, and its end when the run is filed. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from labsvc.core.matching.begun import Begun
from labsvc.core.qc.interim import LUMINESCENCE, NONSPECIFIC, RACK, TOTALS, Concern
from labsvc.model.filing import Alert
from labsvc.model.protocol import Protocol
from labsvc.model.result import Result, Verdict
from labsvc.notify.alerts import alert_of
from labsvc.notify.page import Page, Section, Tone
from labsvc.notify.words import bare, one_line, when

WORDS: Final = {
    TOTALS: "totals at background",
    NONSPECIFIC: "non-specific as high as total",
    LUMINESCENCE: "chemiluminescence",
    RACK: "wrong rack",
}
_TONES: Final[dict[Verdict, Tone]] = {
    Verdict.ACCEPTED: "good",
    Verdict.REVIEW: "warn",
    Verdict.HELD: "warn",
    Verdict.REJECTED: "bad",
}


def key_of(source: str, run: str, what: str) -> str:
    """The key of a warning: one for each run and concern."""
    return f"interim:{source}:{run}:{what}"


def for_concern(concern: Concern, count: Begun, run: str, *, at: datetime) -> Alert:
    """An interim warning, while the count can still be stopped. Once for the run and concern."""
    unit, told = count.unit, WORDS[concern.what]
    about = count.runsheet.plate_id or count.runsheet.name
    done = f"{len(count.counted)} counted, {count.left} of {len(count.plan)} planned still to come"
    page = Page(
        headline=f"Interim warning: {told}",
        tone="bad",
        about=f"{about} {count.protocol.name}, {done}",
        sections=(Section("What the controls show so far", (concern.sentence,)),),
        advice=(
            "The count is still going on: look at the counter now, and stop it if this is so. This "
            "is an interim judgement. Nothing of it is filed; the final result replaces it when "
            "the count is whole."
        ),
        facts=(
            ("Source", unit.source),
            ("Protocol", count.protocol.name),
            ("Run sheet", count.runsheet.name),
            ("Counted", done),
            ("Evidence", f"complete with reading {concern.readings}"),
            ("Run id", run),
            ("Noticed", when(at)),
        ),
        simulated=unit.simulated,
    )
    simulated = " (simulated)" if unit.simulated else ""
    key = key_of(unit.source, run, concern.what)
    return alert_of(
        key=key,
        kind="interim",
        line=f"Interim warning{simulated}: {about}: {told}, {done}",
        page=page,
        at=at,
        topic=key,
        source=unit.source,
        protocol=count.protocol.name,
        thread=run,
        addressed=_addressed(count.protocol),
    )


def for_replaced(
    what: str, run: str, result: Result, source: str, *, at: datetime,
    protocol: Protocol | None = None,
) -> Alert:  # fmt: skip
    """The end of ``for_concern`` of that ``run``: it is filed, and its result stands instead."""
    told, verdict = WORDS[what], result.verdict.value
    about = result.plate_id or result.title or result.run_id
    page = Page(
        headline=f"Interim warning replaced: {verdict}",
        tone=_TONES[result.verdict],
        about=f"{about}, of which was warned: {told}",
        sections=(),
        advice=(
            "The count is over and the run is filed. Its final result and verdict replace the "
            "interim warning."
        ),
        facts=(
            ("Verdict", verdict),
            ("Source", source),
            ("Run id", result.run_id),
            ("Filed", when(at)),
        ),
        simulated=result.simulated,
    )
    simulated = " (simulated)" if result.simulated else ""
    return alert_of(
        key=f"interim-over:{source}:{run}:{what}",
        kind="interim-over",
        line=f"Interim warning replaced{simulated}: {about}: filed as {verdict}, warned of {told}",
        page=page,
        at=at,
        topic=key_of(source, run, what),
        source=source,
        protocol=result.protocol,
        thread=result.run_id,
        addressed=_addressed(protocol),
    )


def for_ended(warning: Alert, how: str, *, at: datetime) -> Alert:
    """The end of a warning whose count was not filed in one piece. ``how``: in a few words."""
    key, said = one_line(warning.key), bare(warning.subject)
    page = Page(
        headline=f"Interim warning replaced: {how}",
        tone="warn",
        about=said,
        sections=(),
        advice=(
            "The count is over as far as labsvc can see. What became of it replaces the interim "
            "warning, and waits for a person in its own right: labsvc status has it."
        ),
        facts=(
            ("Became", how),
            ("Source", warning.source or ""),
            ("Run id", warning.thread or ""),
            ("Warned", when(warning.created_at)),
            ("Noticed", when(at)),
        ),
        simulated="(simulated)" in said,
    )
    return alert_of(
        key=f"interim-over:{key.removeprefix('interim:')}",
        kind="interim-over",
        line=f"Interim warning replaced: {how}; it was: {said}",
        page=page,
        at=at,
        topic=warning.topic or key,
        source=warning.source or "",
        protocol=warning.protocol,
        thread=warning.thread,
        addressed=warning.addressed,
    )


def is_told(protocol: Protocol) -> bool:
    """Whether anybody is told of this protocol's runs."""
    return protocol.alert is None or protocol.alert.at != "never"


def _addressed(protocol: Protocol | None) -> str | None:
    to = protocol.alert.to if protocol is not None and protocol.alert is not None else ()
    return "\n".join(map(one_line, to)) or None
