"""A run sheet in YAML: keys, and what they mean together with the protocol."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePosixPath
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import Field

from labsvc.errors import ConfigError
from labsvc.model.protocol import BINDING, Cited, Protocol
from labsvc.model.runsheet import Mask, RunSheet
from labsvc.service.authoring.schema import (
    CountRate,
    Day,
    Fold,
    Molar,
    Name,
    Orientation,
    Sentence,
    Strict,
    examined,
)
from labsvc.service.authoring.yamltext import Document, Path, decoded, survey
from labsvc.service.protocols.parts import protein_in_a_well
from labsvc.service.protocols.schema import ProteinText
from labsvc.service.runsheets.parts import (
    Known,
    Row,
    event_of,
    in_the_well,
    known_protocol,
    moment,
    needs_of,
    placements,
    position_of,
)
from labsvc.service.runsheets.slots import Fill, compounds_of, refuse_slot_wells


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
    stock: Molar | None = None
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
    """In the well, or of the working solution that goes into it."""

    concentration: Molar | None = None
    working: Molar | None = None
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
    orientation: Orientation | None = None
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
    protein: ProteinText | None = None


def runsheet_schema() -> dict[str, Any]:
    """The JSON Schema of a run sheet in YAML, for editors."""
    return RunSheetText.model_json_schema()


def read_runsheet_yaml(
    content: bytes, file: str, zone: ZoneInfo, among: Known
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
        text.protocol or among.default,
        among,
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
        fills = self._fills(text.compounds)
        compounds = tuple(compounds_of(fills, self._protocol, self._slot_fault))
        rows = [self._row(one, index) for index, one in enumerate(text.positions)]
        refuse_slot_wells(rows, fills, self._protocol, self._position_fault)
        added = text.total_added
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
            orientation=text.orientation,
            operator=text.operator,
            lots=dict(text.lots),
            compounds=compounds,
            placements=placements(rows, self._protocol, self._line_fault),
            masks=tuple(self._masks(text.masks)),
            times=self._times(text.times, zone),
            radioligand_concentration=self._ligand(text.radioligand),
            affinity=self._affinity(text),
            total_added=Cited(*added.value, added.source) if added else None,
            protein=self._protein(text.protein),
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

    def _fills(self, texts: list[CompoundText]) -> list[Fill]:
        return [
            Fill(
                place=index,
                name=text.name,
                slot=text.slot,
                top_m=text.top,
                dilution=text.dilution,
                concentrations_m=tuple(text.concentrations or ()) or None,
                stock_m=text.stock,
                role=text.role,
                group=text.group,
            )
            for index, text in enumerate(texts)
        ]

    def _slot_fault(self, index: int, key: str, message: str) -> None:
        self._fault(("compounds", index, key) if key else ("compounds", index), message)

    def _position_fault(self, index: int, message: str) -> None:
        self._fault(("positions", index), message)

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

    def _protein(self, text: ProteinText | None) -> Cited | None:
        if text is None:
            return None
        try:
            return protein_in_a_well(
                text.value, text.concentration, text.source, self._protocol.volumes
            )
        except ValueError as error:
            self._fault(("protein",), str(error))
            return None

    def _ligand(self, text: ConcentrationText | None) -> Cited | None:
        if text is None:
            return None
        if (text.concentration is None) == (text.working is None):
            say = "write the concentration in the well, or that of the 'working' solution"
            self._fault(("radioligand",), say)
            return None
        if text.concentration is not None:
            return Cited(text.concentration, "M", text.source, text.sd)
        try:
            working = Cited(text.working or 0.0, "M", text.source, text.sd)
            return in_the_well(working, self._protocol)
        except ValueError as error:
            self._fault(("radioligand", "working"), str(error))
        return None

    def _affinity(self, text: RunSheetText) -> Cited | None:
        binding = self._protocol.kind in BINDING
        right, wrong = ("kd", "km") if binding else ("km", "kd")
        if getattr(text, wrong) is not None:
            self._fault((wrong,), f"protocol {self._protocol.name} takes {right!r}, not {wrong!r}")
        found: AffinityText | None = getattr(text, right)
        if found is not None and found.value == 0:
            self._fault((right, "value"), f"{right} must be above zero")
        return Cited(found.value, "M", found.source, found.sd) if found else None
