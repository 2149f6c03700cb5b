"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

UTC_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _captures()
    _results()
    _readings()
    _fits()
    _findings()
    _bench_events()
    _seen_files()
    _outbox()
    _audit()
    _audit_head()


def _captures() -> None:
    op.create_table(
        "captures",
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("received_at", UTC_TIME, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("driver", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("filed_at", UTC_TIME, nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("sequence"),
        sa.UniqueConstraint("sha256"),
    )
    op.create_index("ix_captures_folder", "captures", ["folder"], unique=False)


def _results() -> None:
    op.create_table(
        "results",
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("run_key", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("plate", sa.Integer(), nullable=True),
        sa.Column("plate_id", sa.Text(), nullable=True),
        sa.Column("protocol", sa.Text(), nullable=True),
        sa.Column("protocol_version", sa.Text(), nullable=True),
        sa.Column("protocol_digest", sa.Text(), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("readings_digest", sa.Text(), nullable=False),
        sa.Column("filed_at", UTC_TIME, nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sha256"],
            ["captures.sha256"],
        ),
        sa.PrimaryKeyConstraint("sequence"),
        sa.UniqueConstraint("run_id", "revision", name="uq_results_revision"),
    )
    op.create_index("ix_results_folder", "results", ["folder"], unique=False)
    op.create_index("ix_results_plate_id", "results", ["plate_id"], unique=False)
    op.create_index("ix_results_sha256", "results", ["sha256"], unique=False)
    op.create_index("ix_results_verdict", "results", ["verdict"], unique=False)


def _readings() -> None:
    op.create_table(
        "readings",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("rack", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("compound", sa.Text(), nullable=True),
        sa.Column("concentration_m", sa.Double(), nullable=True),
        sa.Column("counts", sa.Double(), nullable=True),
        sa.Column("cpm", sa.Double(), nullable=True),
        sa.Column("dpm", sa.Double(), nullable=True),
        sa.Column("specific", sa.Double(), nullable=True),
        sa.Column("response", sa.Double(), nullable=True),
        sa.Column("masked", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id", "revision"],
            ["results.run_id", "results.revision"],
            name="fk_readings_results",
        ),
        sa.PrimaryKeyConstraint("run_id", "revision", "ordinal"),
    )


def _fits() -> None:
    op.create_table(
        "fits",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("compound", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("n_points", sa.Integer(), nullable=True),
        sa.Column("ic50", sa.Double(), nullable=True),
        sa.Column("ic50_low", sa.Double(), nullable=True),
        sa.Column("ic50_high", sa.Double(), nullable=True),
        sa.Column("ki", sa.Double(), nullable=True),
        sa.Column("ki_low", sa.Double(), nullable=True),
        sa.Column("ki_high", sa.Double(), nullable=True),
        sa.Column("hill", sa.Double(), nullable=True),
        sa.Column("top", sa.Double(), nullable=True),
        sa.Column("bottom", sa.Double(), nullable=True),
        sa.Column("r_squared", sa.Double(), nullable=True),
        sa.Column("qualifier", sa.Text(), nullable=True),
        sa.Column("qualifier_bound", sa.Double(), nullable=True),
        sa.Column("reportable", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id", "revision"], ["results.run_id", "results.revision"], name="fk_fits_results"
        ),
        sa.PrimaryKeyConstraint("run_id", "revision", "ordinal"),
    )
    op.create_index("ix_fits_compound", "fits", ["compound"], unique=False)


def _findings() -> None:
    op.create_table(
        "findings",
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("check_name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("limits", sa.Text(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id", "revision"],
            ["results.run_id", "results.revision"],
            name="fk_findings_results",
        ),
        sa.PrimaryKeyConstraint("run_id", "revision", "ordinal"),
    )
    op.create_index("ix_findings_check_name", "findings", ["check_name"], unique=False)


def _bench_events() -> None:
    op.create_table(
        "bench_events",
        sa.Column("event_key", sa.Text(), nullable=False),
        sa.Column("plate_id", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("at", UTC_TIME, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("ended_at", UTC_TIME, nullable=True),
        sa.Column("orientation", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("event_key", "plate_id", "step"),
    )
    op.create_index("ix_bench_events_plate_id", "bench_events", ["plate_id"], unique=False)


def _seen_files() -> None:
    op.create_table(
        "seen_files",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("modified_ns", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", "path"),
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("figure_png", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", UTC_TIME, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", UTC_TIME, nullable=False),
        sa.Column("sent_at", UTC_TIME, nullable=True),
        sa.Column("dead", sa.Boolean(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("sequence"),
        sa.UniqueConstraint("key"),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UTC_TIME, nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sequence"),
    )


def _audit_head() -> None:
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    # The one row that writers wait for: the chain begins after a hash of zeros.
    op.bulk_insert(head, [{"id": 1, "sequence": 0, "hash": "0" * 64}])
