"""What is legal in a protocol or a run sheet, but odd: told, and nothing is refused for it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator

from labsvc.errors import ConfigError
from labsvc.model.plate import FORMATS
from labsvc.model.protocol import Protocol
from labsvc.model.runsheet import RunSheet
from labsvc.service.authoring.schema import nearest
from labsvc.service.authoring.yamltext import Document, Path

_NO_SOURCE = {"?", "-", "tbd", "todo", "unknown", "none", "n/a", "na", "xxx", "source"}
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9-]{3,}")
FEWEST_POINTS = 5
WIDEST_RANGE = 100.0
STRONGEST_TOP_M = 0.01
"""A compound above 10 mM: stronger than the usual stock."""

Odd = Iterator[tuple[Path, str]]


def odd_in_protocol(
    protocol: Protocol, document: Document, drivers: Collection[str] = ()
) -> list[ConfigError]:
    """Warnings for a protocol without errors, each on its line; ``drivers`` are installed."""
    seen = (
        _constants, _ligand, _volumes, _reference, _layout, _qc, _recognition, _steps, _example,
    )  # fmt: skip
    found = [document.fault(path, say) for one in seen for path, say in one(protocol)]
    return [*found, *(document.fault(path, say) for path, say in _drivers(protocol, drivers))]


def _drivers(protocol: Protocol, installed: Collection[str]) -> Odd:
    for index, name in enumerate(protocol.recognise.drivers):
        if installed and name not in installed:
            known = nearest(name, sorted(installed), what="installed are")
            yield (
                ("recognise", "drivers", index),
                f"no driver {name!r} is installed, so that no run of it will come{known}",
            )


def _constants(protocol: Protocol) -> Odd:
    cited = protocol.radioligand.affinity
    if cited is not None and _says_nothing(cited.source):
        key = "kd" if protocol.kind.endswith("binding") else "km"
        yield (
            ("radioligand", key),
            f"the source {cited.source!r} does not say who measured {key}; write paper or notebook",
        )
    for name, limits in protocol.qc.items():
        if _says_nothing(limits.source):
            yield (
                ("qc", name, "source"),
                (f"the source {limits.source!r} does not say who set this limit"),
            )


def _says_nothing(source: str) -> bool:
    return source.strip().casefold().strip(".") in _NO_SOURCE


def _ligand(protocol: Protocol) -> Odd:
    ligand = protocol.radioligand
    if protocol.fit is not None and ligand.specific_activity_ci_per_mmol is None:
        yield (
            ("radioligand",),
            (
                "no specific activity is given, so that counts cannot be told as moles; write "
                "specific_activity: {value: 80 Ci/mmol, date: 2026-01-15} from the vial"
            ),
        )
    if ligand.affinity is None or ligand.concentration_m is None:
        return
    ratio = ligand.concentration_m / ligand.affinity.value
    if ratio > 10 or ratio == 0:
        yield (
            ("radioligand", "concentration"),
            (
                f"the radioligand is at {ratio:.3g} times its {ligand.affinity.value:.3g} M "
                "affinity; expected less than 10 times: see the units of both"
            ),
        )


def _volumes(protocol: Protocol) -> Odd:
    volumes = protocol.volumes
    if volumes is None or volumes.buffer is not None or len(volumes.parts()) < 3:
        return
    parts = sum(volumes.parts().values())
    if parts < volumes.well * (1 - 1e-9):
        made = f"{' + '.join(volumes.parts())} make {parts * 1000:.6g} uL"
        yield (
            ("volumes", "well"),
            f"{made} of the {volumes.well * 1000:.6g} uL of the well; write buffer: for the rest",
        )


def _reference(protocol: Protocol) -> Odd:
    if protocol.fit is not None and not protocol.references:
        yield (
            ("fit",),
            (
                "no reference compound is named, so that nothing shows whether a run came out as "
                "always; write reference: with its accepted ki or ic50"
            ),
        )
    blocker = _words(protocol.nonspecific)
    for index, one in enumerate(protocol.references):
        path: Path = ("reference", index)
        if one.compound.casefold() in blocker:
            yield (
                path,
                (
                    f"{one.compound!r} is the reference and also defines nonspecific binding; its "
                    "curve ends at 0 % by definition: take another compound for one of the two"
                ),
            )
        if one.low_m > 0 and one.high_m / one.low_m > WIDEST_RANGE:
            yield (
                path,
                (
                    f"the accepted range of {one.compound!r} is {one.high_m / one.low_m:.3g}-fold "
                    f"wide; more than {WIDEST_RANGE:g}-fold accepts nearly everything"
                ),
            )


def _words(text: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(text)}


def _layout(protocol: Protocol) -> Odd:
    layout = protocol.layout
    if layout.size is None:
        return
    roles = set(layout.roles.values())
    needed = {"percent_specific": ("total", "nonspecific")}.get(protocol.reduction.response, ())
    for role in needed:
        if role not in roles:
            yield ("layout",), f"no well is {role}; {protocol.reduction.response} needs some"
    placed = {*layout.roles, *(well for one in layout.slots for row in one.wells for well in row)}
    free = [well for well in FORMATS[layout.size].wells() if well not in placed]
    if free:
        yield (
            ("layout",),
            (
                f"{len(free)} wells are given nothing, first {free[0]}; place them, or write them "
                "under unused"
            ),
        )
    for slot in layout.slots:
        if protocol.fit is not None and len(slot.wells) < FEWEST_POINTS:
            yield (
                ("layout", "slots", slot.name),
                (
                    f"slot {slot.name} has {len(slot.wells)} concentrations; a curve needs "
                    f"{FEWEST_POINTS} or more"
                ),
            )


def _qc(protocol: Protocol) -> Odd:
    if not protocol.qc:
        yield ("reduction",), "no criteria are given (qc:), so that every run is accepted unjudged"
    if "run_controls_percent" in protocol.qc and protocol.reduction.controls == "plate":
        yield (
            ("qc", "run_controls_percent"),
            (
                "each plate is normalised by its own controls, so that there are none of a run to "
                "hold them against; write controls: run under reduction, or leave the check out"
            ),
        )
    depletion = ("qc", "ligand_depletion_percent")
    lacking = [
        key
        for key, found in (
            ("assay_volume", protocol.assay_volume_ml),
            ("specific_activity", protocol.radioligand.specific_activity_ci_per_mmol),
        )
        if found is None
    ]
    if depletion[1] in protocol.qc and lacking:
        yield depletion, f"ligand depletion cannot be computed without {' and '.join(lacking)}"


def _recognition(protocol: Protocol) -> Odd:
    one = protocol.recognise
    particular = (one.program_number, one.program_name, one.file_name, one.plate_id_prefix)
    if not any(particular):
        yield (
            ("recognise",),
            (
                "any run with these readings from these drivers is taken for this assay; add the "
                "program, a file_name or a plate_id_prefix"
            ),
        )
    if one.readings is not None and protocol.layout.size not in (None, one.readings):
        yield (
            ("recognise", "readings"),
            (f"found {one.readings} readings for a plate of {protocol.layout.size} wells"),
        )


def _steps(protocol: Protocol) -> Odd:
    if not any(step.begins for step in protocol.steps):
        yield (
            ("steps",),
            (
                "no step is timed, so that no run can be late; give one 'from', 'to', a "
                "duration and a tolerance"
            ),
        )


def _example(protocol: Protocol) -> Odd:
    if protocol.example is None:
        yield ("name",), "there is no worked example; with one, an edit that moves a number shows"


Spoken = Iterator[tuple[str, str]]


def odd_in_runsheet(sheet: RunSheet, protocol: Protocol) -> Spoken:
    """Warnings for a run sheet without errors, each with the word in it that is meant."""
    for one in (_belongs, _compounds, _strengths, _order):
        yield from one(sheet, protocol)


def _belongs(sheet: RunSheet, _protocol: Protocol) -> Spoken:
    if sheet.plate_id is None and not sheet.names_count:
        yield "", "neither a plate nor a count is named, so that no run belongs to this run sheet"


def _compounds(sheet: RunSheet, protocol: Protocol) -> Spoken:
    named = [one.name for one in sheet.compounds]
    listed = {one.compound for one in sheet.placements if one.compound}
    blocker = _words(protocol.nonspecific)
    for name in sorted({*named, *listed}):
        if name.casefold() in blocker:
            yield (
                name,
                f"{name!r} is tested and also defines nonspecific binding ({protocol.nonspecific})",
            )
    for name, times in Counter(named).items():
        if times > 1:
            yield name, f"{name!r} is in {times} slots; is one of them another compound?"
    known = {name.casefold() for name in (*named, *listed)}
    roles = {one.role for one in sheet.compounds}
    roles |= {one.role for one in sheet.placements}
    wanted = [one.compound for one in protocol.references]
    here = any(one.casefold() in known for one in wanted) or "reference" in roles
    if known and wanted and not here:
        yield "", f"the reference compound ({', '.join(wanted)}) is not on this run sheet"


def _strengths(sheet: RunSheet, protocol: Protocol) -> Spoken:
    volumes = protocol.volumes
    share = volumes.compound / volumes.well if volumes and volumes.compound else 1.0
    for one in sheet.compounds:
        top = max(one.concentrations_m, default=0.0)
        begins = f"{one.name!r} begins at {top:.3g} M"
        if one.stock_m is not None and top > one.stock_m:
            yield one.name, f"{begins}, beyond its stock of {one.stock_m:.3g} M"
        elif one.stock_m is not None and top > one.stock_m * share * (1 + 1e-9):
            most = f"its stock of {one.stock_m:.3g} M makes {one.stock_m * share:.3g} M"
            yield one.name, f"{begins}; in the volumes of the protocol {most} in a well at most"
        elif one.stock_m is None and top > STRONGEST_TOP_M:
            yield one.name, f"{begins}; few stocks are so strong: see its unit"


def _order(sheet: RunSheet, protocol: Protocol) -> Spoken:
    for step in protocol.steps:
        begun, ended = (sheet.times.get(one or "") for one in (step.begins, step.ends))
        if begun is not None and ended is not None and ended <= begun:
            yield step.ends or "", f"{step.ends} is not after {step.begins}: see both times"
