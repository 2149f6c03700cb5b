"""A source that is away or silent, and its return. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from labsvc.model.filing import Alert
from labsvc.notify.alerts import alert_of
from labsvc.notify.page import Page, Section
from labsvc.notify.words import span, when


def for_source_away(source: str, trouble: str, since: datetime, *, at: datetime) -> Alert:
    """A folder or port that has been away for longer than the lab's patience. Once for a while."""
    page = Page(
        headline="Source away",
        tone="bad",
        about=f"{source}, since {when(since)}",
        sections=(Section("What is wrong", (trouble,)),),
        advice=(
            "It is tried again by itself, for ever, and nothing that is in a folder is lost. A "
            "second message comes when it is back."
        ),
        facts=(("Source", source), ("Away since", when(since)), ("Noticed", when(at))),
    )
    key = f"source-away:{source}:{since.isoformat()}"
    line = f"Source away: {source}: {trouble.rstrip('.')}"
    return alert_of(key=key, kind="source-away", line=line, page=page, at=at,
                  topic=f"source-away:{source}", thread=f"source-away:{since.isoformat()}",
                  source=source)  # fmt: skip


def for_source_back(source: str, since: datetime, *, at: datetime) -> Alert:
    """The end of ``for_source_away`` with the same ``since``."""
    page = Page(
        headline="Source is back",
        tone="good",
        about=f"{source}, away from {when(since)} to {when(at)}",
        sections=(),
        advice=(
            "For a folder, nothing: what was written meanwhile is being taken now. Over a serial "
            "port, runs sent meanwhile were not received: send them again from the instrument."
        ),
        facts=(("Source", source), ("Away since", when(since)), ("Back", when(at))),
    )
    key = f"source-back:{source}:{since.isoformat()}"
    line = f"Source is back: {source}"
    return alert_of(key=key, kind="source-back", line=line, page=page, at=at,
                  topic=f"source-away:{source}", thread=f"source-away:{since.isoformat()}",
                  source=source)  # fmt: skip


def for_source_silent(source: str, since: datetime, patience: timedelta, *,
                      at: datetime) -> Alert:  # fmt: skip
    """A folder or port that is there and has brought nothing for its patience. Once for a while."""
    page = Page(
        headline="Source silent",
        tone="warn",
        about=f"{source}, since {when(since)}",
        sections=(
            Section(
                "What was seen",
                (f"Nothing came for longer than its patience of {span(patience)}.",),
            ),
        ),
        advice=(
            "If nothing was counted, nothing is wrong. Else look whether the counter's program "
            "still writes there, or the cable is in. A second message comes when it is heard again."
        ),
        facts=(("Source", source), ("Silent since", when(since)), ("Noticed", when(at))),
    )
    key = f"source-silent:{source}:{since.isoformat()}"
    line = f"Source silent: {source}: nothing came since {when(since)}"
    return alert_of(key=key, kind="source-silent", line=line, page=page, at=at,
                  topic=f"source-silent:{source}", thread=f"source-silent:{since.isoformat()}",
                  source=source)  # fmt: skip


def for_source_heard(source: str, since: datetime, *, at: datetime) -> Alert:
    """The end of ``for_source_silent`` with the same ``since``."""
    page = Page(
        headline="Source is heard again",
        tone="good",
        about=f"{source}, silent from {when(since)} to {when(at)}",
        sections=(),
        advice="Nothing needs to be done.",
        facts=(("Source", source), ("Silent since", when(since)), ("Heard", when(at))),
    )
    key = f"source-heard:{source}:{since.isoformat()}"
    line = f"Source is heard again: {source}"
    return alert_of(key=key, kind="source-heard", line=line, page=page, at=at,
                  topic=f"source-silent:{source}", thread=f"source-silent:{since.isoformat()}",
                  source=source)  # fmt: skip
