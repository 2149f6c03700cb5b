"""How a plate was washed at a bench event: how many times, and with how much."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    # NULL: nobody told, as in all events from before.
    op.add_column("bench_events", sa.Column("washes", sa.Integer(), nullable=True))
    op.add_column("bench_events", sa.Column("wash_ml", sa.Double(), nullable=True))
