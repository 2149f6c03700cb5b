"""A run that is still being counted: the protocol and run sheet that it is going to belong to.

It has fewer readings than any protocol or run sheet plans, so ``core.match`` would hold it. Here
it is matched by everything else that it shows; nothing is analysed or filed by this.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from labsvc.core.matching.layout import Place, roles
from labsvc.core.matching.orientation import NORMAL
from labsvc.core.matching.recognition import shown, why_not
from labsvc.core.matching.sheetindex import belonging
from labsvc.errors import LayoutError
from labsvc.model.assay import Unit
from labsvc.model.protocol import Protocol, Recognise, Role
from labsvc.model.run import Reading, State
from labsvc.model.runsheet import RunSheet


@dataclass(frozen=True, slots=True)
class Begun:
    """A count under way. ``plan`` has what each place holds, without those masked or unused."""

    unit: Unit
    protocol: Protocol
    runsheet: RunSheet
    plan: Mapping[Place, Role]

    @property
    def counted(self) -> tuple[Reading, ...]:
        """What has been counted in this cycle so far, in the order of counting."""
        return tuple(one for one in self.unit.readings if one.state is not State.NOT_COUNTED)

    @property
    def left(self) -> int:
        """How many planned places are not counted yet. 0: the count is as good as finished."""
        seen = {(one.rack, one.position) for one in self.unit.readings}
        return len(self.plan.keys() - seen)


def begun(unit: Unit, protocols: Sequence[Protocol], sheets: Sequence[RunSheet]) -> Begun | str:
    """The count joined with its one protocol and run sheet; else why it cannot be judged yet."""
    seen = shown(unit)
    known = [_any_number(one) for one in protocols]
    pairs = [
        (protocol, sheet)
        for protocol, sheet in belonging(seen, known, sheets)
        if sheet.names_count or why_not(seen, protocol) is None
    ]
    if not pairs:
        return "no run sheet names this count yet"
    if len(pairs) > 1:
        names = " and ".join(sorted(sheet.name for _, sheet in pairs))
        return f"{len(pairs)} run sheets claim this count: {names}"
    protocol, sheet = pairs[0]
    if {protocol.layout.orientation, sheet.orientation} - {None, NORMAL}:
        return "its filter lies turned in the counter, which is seen to when the run is whole"
    try:
        return Begun(unit, protocol, sheet, _plan(protocol, sheet))
    except LayoutError as error:
        return str(error)


def _plan(protocol: Protocol, sheet: RunSheet) -> dict[Place, Role]:
    masked = {(mask.rack, mask.position) for mask in sheet.masks}
    planned = roles(protocol, sheet)
    return {
        place: role for place, role in planned.items() if role != "unused" and place not in masked
    }


def _any_number(protocol: Protocol) -> Protocol:
    """The protocol as it would recognise the run whatever number of positions was counted."""
    rules = tuple(replace(rule, when=_any_readings(rule.when)) for rule in protocol.always)
    return replace(protocol, recognise=_any_readings(protocol.recognise), always=rules)


def _any_readings(wanted: Recognise) -> Recognise:
    return replace(wanted, readings=None)
