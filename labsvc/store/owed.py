"""The outbox: alerts that are owed, what became of each try to send them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, or_, select, update

from labsvc.model.filing import Alert, OwedAlert
from labsvc.store.seals import sealed
from labsvc.store.tables import outbox

UNSENT: ColumnElement[bool] = outbox.c.sent_at.is_(None)


def due(now: datetime) -> ColumnElement[bool]:
    """What is to be sent now. What was never tried is due whatever the clock."""
    come = or_(outbox.c.attempts == 0, outbox.c.next_attempt_at <= now)
    return and_(UNSENT, ~outbox.c.dead, come)


def of_keys(keys: Sequence[str]) -> ColumnElement[bool]:
    """Those of the keys that were ever owed, sent or not."""
    return outbox.c.key.in_(keys)


def alerts(connection: Connection, which: ColumnElement[bool]) -> list[OwedAlert]:
    """The alerts that ``which`` selects, oldest first."""
    query = select(outbox).where(which).order_by(outbox.c.sequence)
    return [_owed(row) for row in connection.execute(query)]


def tried(connection: Connection, which: ColumnElement[bool], **changes: Any) -> bool:
    """One more try of the alert ``which`` selects, with its changes, sealed; False: none such."""
    row = connection.execute(select(outbox).where(which).with_for_update()).one_or_none()
    if row is None:
        return False
    after = {**row._mapping, **changes, "attempts": row.attempts + 1}
    mine = update(outbox).where(outbox.c.sequence == row.sequence)
    connection.execute(mine.values(**sealed(outbox, after)))
    return True


def _owed(row: Row[Any]) -> OwedAlert:
    alert = Alert(**{name: row._mapping[name] for name in Alert.__dataclass_fields__})
    return OwedAlert(
        alert=alert,
        attempts=row.attempts,
        next_attempt_at=row.next_attempt_at,
        sent_at=row.sent_at,
        dead=row.dead,
        last_error=row.last_error,
    )
