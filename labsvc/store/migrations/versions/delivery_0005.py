"""To whom alerts go: what each is about, what went out through which door, who acknowledged."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

TOLD = ("severity", "topic", "source", "protocol", "thread", "addressed")


def upgrade() -> None:
    for name in TOLD:
        # NULL: from before; the kind says how grave it is.
        op.add_column("outbox", sa.Column(name, sa.Text(), nullable=True))
    op.create_index("ix_outbox_topic", "outbox", ["topic"], unique=False)
    op.create_table(
        "sendings",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("seal", sa.Text(), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("key", "door"),
    )
    op.create_index("ix_sendings_at", "sendings", ["at"], unique=False)
    op.create_table(
        "acknowledgements",
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("quiet_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sequence"),
        sa.UniqueConstraint("key"),
    )
