"""The tables, once for SQLite and PostgreSQL.

Times are kept in UTC and given back aware. Concentrations are molar. NULL: could not be had.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.schema import SchemaItem

HEAD = "0005"
"""The newest migration: what ``alembic_version`` holds when nothing is to be done."""
LATER = {"later": True}
"""Of a column that came when rows were sealed already: where it is NULL, their seal stands."""


class UtcTime(TypeDecorator[datetime]):
    """An aware time in UTC. SQLite keeps no zone: it is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError(f"time {value.isoformat()} without a zone")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        found: datetime = value
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def storable(text: str) -> str:
    """``text`` with an escape for what no database takes.

    That is a NUL, and the halves of characters that stand for bytes that were no UTF-8.
    """
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode("utf-8")


class Words(TypeDecorator[str]):
    """Text from instruments and people, made storable."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(value)


class PathText(TypeDecorator[str]):
    """A path as JSON writes it, so that every name a file system allows comes back the same."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else str(json.loads(value))


metadata = MetaData()

captures = Table(
    "captures",
    metadata,
    Column("sequence", Integer, primary_key=True),
    Column("sha256", Text, nullable=False, unique=True),
    Column("name", Words, nullable=False),
    Column("source", Words, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("driver", Words),
    Column("state", Text, nullable=False),
    Column("folder", Words, nullable=False),
    Column("filed_at", UtcTime, nullable=False),
    Column("reason", Words),
    Index("ix_captures_folder", "folder"),
)

results = Table(
    "results",
    metadata,
    Column("sequence", Integer, primary_key=True),
    Column("run_id", Words, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("sha256", Text, ForeignKey("captures.sha256"), nullable=False),
    Column("source", Words, nullable=False),
    Column("run_key", Words, nullable=False),
    Column("instrument", Words, nullable=False),
    Column("plate", Integer),
    Column("plate_id", Words),
    Column("protocol", Words),
    Column("protocol_version", Words),
    Column("protocol_digest", Words),
    Column("verdict", Text, nullable=False),
    Column("title", Words, nullable=False),
    Column("folder", Words, nullable=False),
    Column("readings_digest", Text, nullable=False),
    Column("filed_at", UtcTime, nullable=False),
    Column("simulated", Boolean, nullable=False),
    Column("reason", Words, nullable=False),
    Column("document", Text, nullable=False),
    UniqueConstraint("run_id", "revision", name="uq_results_revision"),
    Index("ix_results_sha256", "sha256"),
    Index("ix_results_plate_id", "plate_id"),
    Index("ix_results_verdict", "verdict"),
    Index("ix_results_folder", "folder"),
)


def _of_result(name: str, *columns: SchemaItem) -> Table:
    """A table of what one revision of one result holds, in the order it was given."""
    return Table(
        name,
        metadata,
        Column("run_id", Words, primary_key=True),
        Column("revision", Integer, primary_key=True),
        Column("ordinal", Integer, primary_key=True, autoincrement=False),
        *columns,
        ForeignKeyConstraint(
            ["run_id", "revision"],
            ["results.run_id", "results.revision"],
            name=f"fk_{name}_results",
        ),
    )


readings = _of_result(
    "readings",
    Column("position", Words, nullable=False),
    Column("rack", Words),
    Column("role", Words, nullable=False),
    Column("compound", Words),
    Column("concentration_m", Double),
    Column("counts", Double),
    Column("cpm", Double),
    Column("dpm", Double),
    Column("specific", Double),
    Column("response", Double),
    Column("masked", Words),
)

fits = _of_result(
    "fits",
    Column("compound", Words, nullable=False),
    Column("role", Words, nullable=False),
    Column("model", Words),
    Column("status", Words),
    Column("n_points", Integer),
    Column("ic50", Double),
    Column("ic50_low", Double),
    Column("ic50_high", Double),
    Column("ki", Double),
    Column("ki_low", Double),
    Column("ki_high", Double),
    Column("hill", Double),
    Column("top", Double),
    Column("bottom", Double),
    Column("r_squared", Double),
    Column("qualifier", Words),
    Column("qualifier_bound", Double),
    Column("reportable", Words, nullable=False),
    Index("ix_fits_compound", "compound"),
)

findings = _of_result(
    "findings",
    Column("check_name", Words, nullable=False),
    Column("status", Text, nullable=False),
    Column("value", Double),
    Column("limits", Words, nullable=False),
    Column("sentence", Words, nullable=False),
    Index("ix_findings_check_name", "check_name"),
)

bench_events = Table(
    "bench_events",
    metadata,
    Column("event_key", Words, primary_key=True),
    Column("plate_id", Words, primary_key=True),
    Column("step", Words, primary_key=True),
    Column("at", UtcTime, nullable=False),
    Column("source", Words, nullable=False),
    Column("ended_at", UtcTime),
    Column("orientation", Words),
    Column("washes", Integer, info=LATER),
    Column("wash_ml", Double, info=LATER),
    Index("ix_bench_events_plate_id", "plate_id"),
)

seen_files = Table(
    "seen_files",
    metadata,
    Column("source", Words, primary_key=True),
    Column("path", PathText, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("modified_ns", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("seal", Text, nullable=False, server_default=""),
)

outbox = Table(
    "outbox",
    metadata,
    Column("sequence", Integer, primary_key=True),
    Column("key", Words, nullable=False, unique=True),
    Column("kind", Words, nullable=False),
    Column("subject", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("html", Words, nullable=False),
    Column("figure_png", LargeBinary),
    Column("created_at", UtcTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", UtcTime, nullable=False),
    Column("sent_at", UtcTime),
    Column("dead", Boolean, nullable=False),
    Column("last_error", Words),
    Column("seal", Text, nullable=False, server_default=""),
    Column("severity", Words, info=LATER),
    Column("topic", Words, info=LATER),
    Column("source", Words, info=LATER),
    Column("protocol", Words, info=LATER),
    Column("thread", Words, info=LATER),
    Column("addressed", Words, info=LATER),
    Index("ix_outbox_sent_at", "sent_at"),
    Index("ix_outbox_topic", "topic"),
)

sendings = Table(
    "sendings",
    metadata,
    Column("key", Words, primary_key=True),
    Column("door", Words, primary_key=True),
    Column("message", Words, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("error", Words),
    Column("seal", Text, nullable=False, server_default=""),
    Index("ix_sendings_at", "at"),
)

acknowledgements = Table(
    "acknowledgements",
    metadata,
    Column("sequence", Integer, primary_key=True),
    Column("key", Words, nullable=False, unique=True),
    Column("topic", Words, nullable=False),
    Column("severity", Words, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("by", Words, nullable=False),
    Column("why", Words, nullable=False),
    Column("quiet_until", UtcTime, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("what", Words, nullable=False),
    Column("key", Words, nullable=False),
    Column("detail", Words, nullable=False),
    Column("hash", Text, nullable=False),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("sequence", Integer, nullable=False),
    Column("hash", Text, nullable=False),
)
