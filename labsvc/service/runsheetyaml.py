"""A run sheet in YAML: keys, and what they mean together with the protocol."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field

from labsvc.errors import ConfigError
from labsvc.model.protocol import Cited, Protocol, Role, Slot
from labsvc.model.runsheet import Compound, Mask, RunSheet
from labsvc.service.quantities import dilution_series
from labsvc.service.runsheetparts import (
    TAKES_A_COMPOUND,
    Protocols,
    Row,
    event_of,
    known_protocol,
    moment,
    needs_of,
    placements,
    position_of,
    role_of,
)
from labsvc.service.schema import (
    CountRate,
    Day,
    Fold,
    Molar,
    Name,
    Sentence,
    Strict,
    examined,
    nearest,
)
from labsvc.service.yamltext import Document, Path, decoded, survey


class CountText(Strict):
    """How the run was counted, where it cannot be known by a plate's name."""

    file: Name | None = None
    program: Name | None = None
    date: Day | None = None
    plate: Annotated[int, Field(gt=0)] | None = None


class CompoundText(Strict):
    name: Name
    slot: Name
    top: Molar | None = None
    dilution: Fold | None = None
    concentrations: list[Molar] | None = None
    role: Name | None = None
    group: dict[Name, Name] = Field(default_factory=dict)


class PositionText(Strict):
    position: Name
    role: Name
    rack: Name | None = None
    compound: Name | None = None
    concentration: Molar | None = None
    group: dict[Name, Name] = Field(default_factory=dict)


class MaskText(Strict):
    position: Name
    reason: Sentence
    rack: Name | None = None


class ConcentrationText(Strict):
    concentration: Molar
    sd: Molar | None = None
    source: Sentence


class AffinityText(Strict):
    value: Molar
    sd: Molar | None = None
    source: Sentence


class RateText(Strict):
    value: CountRate
    source: Sentence


class RunSheetText(Strict):
    """A run sheet file."""

    name: Name | None = None
    protocol: Name | None = None
    plate: Name | None = None
    count: CountText | None = None
    operator: Name | None = None
    lots: dict[Name, Name] = Field(default_factory=dict)
    compounds: list[CompoundText] = Field(default_factory=list)
    positions: list[PositionText] = Field(default_factory=list)
    masks: list[MaskText] = Field(default_factory=list)
    times: dict[Name, Name] = Field(default_factory=dict)
    radioligand: ConcentrationText | None = None
    kd: AffinityText | None = None
    km: AffinityText | None = None
    total_added: RateText | None = None


def read_runsheet_yaml(
    content: bytes, file: str, zone: ZoneInfo, protocols: Protocols, default: str | None
) -> tuple[RunSheet | None, list[ConfigError]]:
    """The run sheet and all faults found; ConfigError where nothing can be made of it."""
    document, faults = survey(decoded(content, file=file), file=file)
    if document is None:
        return None, faults
    text, more = examined(document, RunSheetText)
    faults += more
    if text is None:
        return None, faults
    protocol = known_protocol(
        text.protocol or default,
        protocols,
        file=file,
        line=document.line(("protocol",)),
        where="'protocol: its-name'",
    )
    return _Reader(document, protocol, faults).sheet(text, zone), faults


class _Reader:
    """Joins the file with its protocol; what does not fit is told as a fault."""

    def __init__(self, document: Document, protocol: Protocol, faults: list[ConfigError]) -> None:
        self._document = document
        self._protocol = protocol
        self._faults = faults

    def sheet(self, text: RunSheetText, zone: ZoneInfo) -> RunSheet:
        compounds = tuple(self._compounds(text.compounds))
        rows = [self._row(one, index) for index, one in enumerate(text.positions)]
        self._refuse_slot_wells(text)
        ligand, added = text.radioligand, text.total_added
        if text.count and not (text.count.file or text.count.program or text.count.date):
            self._fault(("count",), "expected the count's file, program or date")
        sheet = RunSheet(
            name=text.name or PurePosixPath(self._document.file).stem,
            protocol=self._protocol.name,
            plate_id=text.plate,
            count_file=text.count.file if text.count else None,
            count_program=text.count.program if text.count else None,
            count_date=text.count.date if text.count else None,
            plate=text.count.plate if text.count else None,
            operator=text.operator,
            lots=dict(text.lots),
            compounds=compounds,
            placements=placements(rows, self._protocol, self._line_fault),
            masks=tuple(self._masks(text.masks)),
            times=self._times(text.times, zone),
            radioligand_concentration=Cited(ligand.concentration, "M", ligand.source, ligand.sd)
            if ligand
            else None,
            affinity=self._affinity(text),
            total_added=Cited(*added.value, added.source) if added else None,
            text=self._document.text,
            digest=hashlib.sha256(self._document.text.encode()).hexdigest(),
        )
        for need in needs_of(
            self._protocol, ligand=sheet.radioligand_concentration, affinity=sheet.affinity
        ):
            self._fault((), need)
        return sheet

    def _fault(self, path: Path, message: str) -> None:
        self._faults.append(self._document.fault(path, message))

    def _line_fault(self, line: int | None, message: str) -> None:
        self._faults.append(ConfigError(message, file=self._document.file, line=line))

    def _compounds(self, texts: list[CompoundText]) -> Iterator[Compound]:
        slots = {slot.name: slot for slot in self._protocol.layout.slots}
        taken: dict[str, str] = {}
        for index, text in enumerate(texts):
            path: Path = ("compounds", index)
            if text.slot not in slots:
                known = nearest(text.slot, list(slots), what="it has")
                self._fault(
                    (*path, "slot"),
                    f"protocol {self._protocol.name} has no slot {text.slot!r}{known}",
                )
                continue
            if text.slot in taken:
                self._fault(path, f"slot {text.slot} holds {taken[text.slot]} already")
            taken.setdefault(text.slot, text.name)
            yield Compound(
                name=text.name,
                slot=text.slot,
                concentrations_m=self._concentrations(text, slots[text.slot], path),
                role=self._compound_role(text, path),
                group=dict(text.group),
            )

    def _concentrations(self, text: CompoundText, slot: Slot, path: Path) -> tuple[float, ...]:
        points = len(slot.wells)
        listed = text.concentrations
        if listed is None and text.top is not None and text.dilution is not None:
            if text.top == 0:
                self._fault((*path, "top"), "the top concentration must be above zero")
            return dilution_series(text.top, text.dilution, points)
        if listed is None or text.top is not None or text.dilution is not None:
            self._fault(path, f"{text.name} needs 'top' with 'dilution', or 'concentrations' alone")
            return ()
        if len(listed) != points:
            self._fault(
                (*path, "concentrations"),
                f"found {len(listed)} concentrations of {text.name}; "
                f"slot {slot.name} takes {points}",
            )
        if any(lower >= higher for higher, lower in pairwise(listed)):
            self._fault(
                (*path, "concentrations"), f"list {text.name} from the highest concentration down"
            )
        return tuple(listed)

    def _compound_role(self, text: CompoundText, path: Path) -> Role:
        """The role written, else reference for the protocol's reference compounds."""
        if text.role is None:
            references = {one.compound.casefold() for one in self._protocol.references}
            return "reference" if text.name.casefold() in references else "sample"
        try:
            role = role_of(text.role)
        except ValueError as error:
            self._fault((*path, "role"), str(error))
            return "sample"
        if role not in TAKES_A_COMPOUND:
            self._fault((*path, "role"), f"a compound is a sample or a reference, not {role}")
        return role

    def _row(self, text: PositionText, index: int) -> Row:
        return Row(
            line=self._document.line(("positions", index)),
            position=text.position,
            role=text.role,
            rack=text.rack or "",
            compound=text.compound or "",
            concentration_m=text.concentration,
            columns=dict(text.group),
        )

    def _refuse_slot_wells(self, text: RunSheetText) -> None:
        """A listed position may restate a control, not a well that a compound's slot fills."""
        used = {one.slot: one.name for one in text.compounds}
        held = {
            position: used[slot.name]
            for slot in self._protocol.layout.slots
            if slot.name in used
            for replicates in slot.wells
            for position in replicates
        }
        for index, one in enumerate(text.positions):
            position = self._position(one.position, one.rack)
            if position in held:
                self._fault(("positions", index), f"{position} holds {held[position]} by its slot")

    def _position(self, position: str, rack: str | None) -> str | None:
        try:
            return position_of(position, rack or "", self._protocol)
        except ValueError:
            return None

    def _masks(self, texts: list[MaskText]) -> Iterator[Mask]:
        for index, text in enumerate(texts):
            try:
                position = position_of(text.position, text.rack or "", self._protocol)
            except ValueError as error:
                self._fault(("masks", index, "position"), str(error))
                continue
            yield Mask(position, text.reason, text.rack)

    def _times(self, texts: dict[str, str], zone: ZoneInfo) -> dict[str, datetime]:
        times = {}
        for name, text in texts.items():
            try:
                times[event_of(name, self._protocol)] = moment(text, zone)
            except ValueError as error:
                self._fault(("times", name), str(error))
        return times

    def _affinity(self, text: RunSheetText) -> Cited | None:
        binding = self._protocol.kind == "competition_binding"
        right, wrong = ("kd", "km") if binding else ("km", "kd")
        if getattr(text, wrong) is not None:
            self._fault((wrong,), f"protocol {self._protocol.name} takes {right!r}, not {wrong!r}")
        found: AffinityText | None = getattr(text, right)
        if found is not None and found.value == 0:
            self._fault((right, "value"), f"{right} must be above zero")
        return Cited(found.value, "M", found.source, found.sd) if found else None
