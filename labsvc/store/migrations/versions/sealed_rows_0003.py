"""Rows that change as they go get a seal of their own: alerts, and the files that were taken."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    for table in ("seen_files", "outbox"):
        # Empty: written before there were seals.
        op.add_column(table, sa.Column("seal", sa.Text(), nullable=False, server_default=""))
    # What is still owed is asked for after every capture.
    op.create_index("ix_outbox_sent_at", "outbox", ["sent_at"], unique=False)
