"""How many of each there are in the database."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from labsvc.model.filing import CaptureState
from labsvc.model.result import Verdict
from labsvc.store import owed, revisions
from labsvc.store.tables import captures, outbox, results


def totals(connection: Connection) -> dict[str, int]:
    """How many: ``captures_<state>``, ``results_<verdict>``, ``alerts_waiting``, ``_dead``.

    Results are counted by their latest revision. What there is none of is 0.
    """
    count, verdict = func.count(), results.c.verdict
    by_state = select(captures.c.state, count).group_by(captures.c.state)
    by_verdict = select(verdict, count).where(revisions.LATEST).group_by(verdict)
    by_dead = select(outbox.c.dead, count).where(owed.UNSENT).group_by(outbox.c.dead)
    states = {row[0]: row[1] for row in connection.execute(by_state)}
    verdicts = {row[0]: row[1] for row in connection.execute(by_verdict)}
    dead = {row[0]: row[1] for row in connection.execute(by_dead)}
    return {
        **{f"captures_{one.value}": states.get(one.value, 0) for one in CaptureState},
        **{f"results_{one.value}": verdicts.get(one.value, 0) for one in Verdict},
        "alerts_waiting": dead.get(False, 0),
        "alerts_dead": dead.get(True, 0),
    }
