"""The audit trail can be added to and not changed: triggers refuse the rest."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

REFUSED = "the audit trail is append-only"
FORBIDDEN = (("audit", "UPDATE"), ("audit", "DELETE"), ("audit_head", "DELETE"))
"""The head itself moves with each row."""


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        _postgresql()
    else:
        _sqlite()


def _sqlite() -> None:
    for table, deed in FORBIDDEN:
        op.execute(
            f"CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{REFUSED}'); END"
        )


def _postgresql() -> None:
    op.execute(
        "CREATE FUNCTION audit_refused() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSED}'; END $$"
    )
    truncations = (("audit", "TRUNCATE"), ("audit_head", "TRUNCATE"))
    for table, deed in (*FORBIDDEN, *truncations):
        op.execute(
            f"CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_refused()"
        )
