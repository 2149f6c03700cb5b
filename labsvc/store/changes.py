"""What a new revision changed, for the audit trail: each value as it was and as it is."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from labsvc.core.compareresults import differences

MOST = 200
"""So many changes stand in one row of the trail; both documents are kept whole beside it."""

Change = dict[str, Any]


def change(what: str, old: object, new: object) -> Change:
    """One value. ``old`` None: there was none; ``new`` None: there is none any more."""
    return {"what": what, "old": old, "new": new}


def between(before: str, after: str) -> dict[str, Any]:
    """The words of a deed that made the result ``after`` of the result ``before``.

    Both are the JSON of a result. They are told in the order of a report, the single positions
    last: ``changes_more`` counts what the row has no room for. ``changes_untold`` says why there
    are none where the two cannot be compared.
    """
    try:
        moved = differences(json.loads(before), json.loads(after))
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        # An earlier labsvc may have said it otherwise; the commit does not fail over words.
        return {"changes_untold": f"the two documents are not of one form ({error!r})"}
    told = [change(f"{one.section}: {one.name}", one.before, one.after) for one in moved[:MOST]]
    more = {"changes_more": len(moved) - MOST} if len(moved) > MOST else {}
    return {"changes": told, **more}


def of_columns(
    before: Mapping[Any, Any], after: Mapping[str, Any], names: Iterable[str]
) -> dict[str, Any]:
    """The same of a row of which only these columns may change."""
    pairs = ((name, before[name], after[name]) for name in names)
    return {"changes": [change(name, old, new) for name, old, new in pairs if old != new]}
