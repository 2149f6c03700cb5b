"""A protocol file to a Protocol: validated, cross-checked, with every fault on its line."""

from __future__ import annotations

import hashlib
from typing import Any

from labsvc.errors import ConfigError
from labsvc.model.protocol import (
    Cited,
    FitPlan,
    Hits,
    Limits,
    Protocol,
    Recognise,
    Reduction,
    Reference,
    Step,
    Volumes,
)
from labsvc.service.authoring.schema import examined, left_empty
from labsvc.service.authoring.yamltext import Document, decoded, survey
from labsvc.service.protocols.countingtext import read_counting, read_radioligand
from labsvc.service.protocols.crosscheck import Crosscheck
from labsvc.service.protocols.exampletext import read_example
from labsvc.service.protocols.layouttext import read_layout
from labsvc.service.protocols.parts import (
    protein_in_a_well,
    read_alert,
    read_report,
    read_volumes,
)
from labsvc.service.protocols.qualityschema import ACCEPTED, LimitsText, ReferenceText
from labsvc.service.protocols.schema import (
    FitText,
    ProteinText,
    ProtocolText,
    RecogniseText,
    ReductionText,
    StepText,
)


def parse_protocol(content: bytes, *, file: str) -> Protocol:
    """The protocol in ``content``; ConfigError (file, line) for the first fault."""
    protocol, faults = _read(content, file)
    if protocol is None or faults:
        raise faults[0]
    return protocol


def lint_protocol(content: bytes, *, file: str) -> list[ConfigError]:
    """Every fault of the file, in its order; empty when it is a protocol."""
    return _read(content, file)[1]


def protocol_schema() -> dict[str, Any]:
    """The JSON Schema of a protocol file, for editors."""
    return ProtocolText.model_json_schema()


def _read(content: bytes, file: str) -> tuple[Protocol | None, list[ConfigError]]:
    try:
        document, faults = survey(decoded(content, file=file), file=file)
    except ConfigError as fault:
        return None, [fault]
    if document is None:
        return None, faults
    text, more = examined(document, ProtocolText)
    told = {one.line for one in more}
    faults += [*more, *(one for one in left_empty(document) if one.line not in told)]
    reader = Crosscheck(document, faults)
    if text is None:
        reader.apart()
        return None, sorted(faults, key=lambda fault: fault.line or 0)
    protocol = _protocol(text, document, reader)
    reader.whole(text)
    return protocol, sorted(faults, key=lambda fault: fault.line or 0)


def _protocol(text: ProtocolText, document: Document, reader: Crosscheck) -> Protocol:
    volumes = read_volumes(text.volumes, reader.fault) if text.volumes else None
    return Protocol(
        name=text.name,
        version=text.version,
        title=text.title,
        kind=text.kind,
        target=text.target,
        recognise=read_recognise(text.recognise),
        radioligand=read_radioligand(text.radioligand, reader.fault),
        layout=read_layout(text.layout, reader.fault),
        reduction=_reduction(text.reduction),
        counting=read_counting(text.counting, reader.fault),
        nonspecific=text.nonspecific,
        assay_volume_ml=volumes.well if volumes else text.assay_volume,
        volumes=volumes,
        protein=_protein(text.protein, volumes, reader),
        steps=tuple(_step(step) for step in text.steps),
        fit=_fit(text.fit) if text.fit else None,
        qc={name: _limits(limits) for name, limits in text.qc.items()},
        hits=Hits(text.hits.at_least, text.hits.source) if text.hits else None,
        references=tuple(_reference(one) for one in text.reference),
        report=read_report(text.report, reader.fault) if text.report else None,
        alert=read_alert(text.alert, reader.fault) if text.alert else None,
        example=read_example(text.example, text.layout.plate, document, reader.fault)
        if text.example
        else None,
        text=document.text,
        digest=hashlib.sha256(document.text.encode()).hexdigest(),
        file=document.file,
    )


def _protein(
    text: ProteinText | None, volumes: Volumes | None, reader: Crosscheck
) -> Cited | None:  # fmt: skip
    if text is None:
        return None
    try:
        return protein_in_a_well(text.value, text.concentration, text.source, volumes)
    except ValueError as error:
        reader.fault(("protein", "value" if text.value == 0 else "concentration"), str(error))
        return None


def read_recognise(text: RecogniseText) -> Recognise:
    return Recognise(
        drivers=tuple(text.drivers),
        program_number=text.program.number,
        program_name=text.program.name,
        file_name=text.file_name,
        plate_id_prefix=text.plate_id_prefix,
        readings=text.readings,
        sources=tuple(text.sources),
        counted_from=text.counted_from,
        counted_until=text.counted_until,
    )


def _step(text: StepText) -> Step:
    return Step(
        name=text.name,
        minutes=text.duration,
        tolerance_minutes=text.tolerance,
        maximum_minutes=text.maximum,
        temperature_c=text.temperature,
        begins=text.begins,
        ends=text.ends,
        text=text.text,
        filter=text.filter.type if text.filter else "",
        presoak=text.filter.presoak if text.filter else "",
        presoak_minutes=text.filter.time if text.filter else None,
        washes=text.washes.number if text.washes else None,
        wash_ml=text.washes.volume if text.washes else None,
    )


def _reduction(text: ReductionText) -> Reduction:
    return Reduction(
        response=text.response,
        added_factor=float(text.added_factor),
        same=tuple(text.same),
        vehicle_same=tuple(text.vehicle_same),
        exclude_flags=tuple(text.exclude_flags),
        minutes=text.time,
        controls=text.controls,
    )


def _fit(text: FitText) -> FitPlan:
    fixed = {name: float(value) for name, value in text.fixed.items()}
    return FitPlan(model=text.model, fixed=fixed, affinity=text.ki, weights=text.weights)


def _limits(text: LimitsText) -> Limits:
    def number(limit: float | None) -> float | None:
        return float(limit) if limit is not None else None

    return Limits(
        fail_low=number(text.fail_below),
        warn_low=number(text.warn_below),
        warn_high=number(text.warn_above),
        fail_high=number(text.fail_above),
        source=text.source,
    )


def _reference(text: ReferenceText) -> Reference:
    found = next((key for key in ACCEPTED if getattr(text, key) is not None), ACCEPTED[0])
    low, high = getattr(text, found) or (0.0, 0.0)
    return Reference(text.compound, found, low, high, text.source)
