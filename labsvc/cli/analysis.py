"""labsvc analyse and labsvc ingest: the line for files named by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.progress import track

from labsvc import __version__
from labsvc.cli.common import capture_of, opened, print_json, print_lines, text_of
from labsvc.cli.options import FilesArgument, HomeOption, JsonOption
from labsvc.cli.show import result_lines
from labsvc.core.analyse import conclude
from labsvc.core.assays.fellows import joined
from labsvc.core.matching.match import assemble
from labsvc.core.matching.units import units
from labsvc.errors import CaptureError, ConfigError, LayoutError
from labsvc.model.assay import Assay, Held
from labsvc.model.document import result_document
from labsvc.model.filing import CaptureState
from labsvc.model.locale import UNTOLD
from labsvc.model.protocol import Protocol
from labsvc.model.result import Candidate, Result, Verdict
from labsvc.model.run import CountRun
from labsvc.model.runsheet import RunSheet
from labsvc.service.authoring.shipped import shipped
from labsvc.service.home import find_home
from labsvc.service.protocols.text import parse_protocol
from labsvc.service.registry import Registry, load_drivers
from labsvc.service.runsheets.text import parse_runsheet
from labsvc.service.tabledrivers.folder import FOLDER as TABLES
from labsvc.service.work.ingest import Filed, ingest

ProtocolOption = Annotated[
    str, typer.Option("--protocol", help="A shipped protocol's name, or a protocol file.")
]
RunsheetOption = Annotated[
    Path, typer.Option("--runsheet", help="The run sheet (YAML, CSV, XLSX).")
]
TimezoneOption = Annotated[str, typer.Option(help="The zone of the counter's clock.")]


def register(app: typer.Typer) -> None:
    app.command("analyse")(analyse_files)
    app.command("ingest")(ingest_files)


def analyse_files(
    files: FilesArgument,
    protocol: ProtocolOption,
    runsheet: RunsheetOption,
    timezone: TimezoneOption = "UTC",
    as_json: JsonOption = False,
) -> None:
    """The pure line for these files: nothing is filed, the result goes to standard output.

    Example: labsvc analyse A7_212.txt --protocol net-nisoxetine-binding --runsheet NET-0411.yaml
    """
    plan = find_protocol(protocol)
    sheet = parse_runsheet(
        text_of(runsheet),
        file=runsheet.name,
        timezone=timezone,
        protocols=lambda name: plan if name == plan.name else None,
        default_protocol=plan.name,
    )
    registry = load_drivers(find_home(None) / TABLES)
    results = [
        document for path in files for document in _analysed(registry, path, plan, sheet, timezone)
    ]
    if as_json:
        print_json(results if len(results) > 1 else results[0])
        return
    for document in results:
        print_lines(result_lines(document))


def find_protocol(named: str) -> Protocol:
    """A protocol by file, or a shipped one by name."""
    path = Path(named)
    if path.suffix.lower() in (".yaml", ".yml") and path.is_file():
        return parse_protocol(text_of(path), file=path.name)
    folder = shipped("protocols")
    candidate = folder / f"{path.name}.yaml"
    if candidate.is_file():
        return parse_protocol(text_of(candidate), file=candidate.name)
    known = ", ".join(sorted(one.stem for one in folder.glob("*.yaml")))
    raise ConfigError(f"there is no protocol {named!r}; give a YAML file, or one of {known}")


def _analysed(
    registry: Registry, path: Path, plan: Protocol, sheet: RunSheet, timezone: str
) -> list[dict[str, Any]]:
    capture = capture_of(path, timezone=timezone)
    driver = registry.claim(capture)
    found = [
        unit
        for record in registry.parse(driver, capture)
        if isinstance(record, CountRun)
        for unit in units(record, capture, driver, ZoneInfo(timezone))
    ]
    if sheet.plate is not None and plan.reduction.controls == "run" and len(found) > 1:
        raise LayoutError(
            f"{path.name}: protocol {plan.name} takes the controls of all {len(found)} plates of "
            "the run together, and one run sheet tells of one; lay a run sheet for each into a "
            "home, and use labsvc ingest"
        )
    if sheet.plate is not None:
        found = [unit for unit in found if unit.plate == sheet.plate]
    if not found:
        wanted = f"plate {sheet.plate} of {sheet.name}" if sheet.plate else "run of a counter"
        raise LayoutError(f"{path.name}: driver {driver} found no {wanted} in it")
    given = (Candidate(plan.name, True, "named on the command line"),
             Candidate(sheet.name, True, "named on the command line"))  # fmt: skip
    assays = []
    for unit in found:
        match assemble(unit, plan, sheet, (), given):
            case Held(because=because):
                raise LayoutError(f"{path.name}: {because}")
            case assay:
                assays.append(assay)
    return [
        _document(conclude(one), capture.name, capture.sha256, path) for one in _together(assays)
    ]


def _together(assays: Sequence[Assay]) -> list[Assay]:
    """Each with its fellows where their controls are pooled."""
    return [
        joined(one, [other for other in assays if other is not one and _beside(one, other)])
        if one.protocol.reduction.controls == "run"
        else one
        for one in assays
    ]


def _beside(one: Assay, other: Assay) -> bool:
    mine, theirs = one.unit, other.unit
    return (mine.run.run_key, mine.cycle) == (theirs.run.run_key, theirs.cycle)


def _document(result: Result, name: str, digest: str, path: Path) -> dict[str, Any]:
    document = result_document(result)
    document["raw"] = [{"name": name, "sha256": digest, "path": str(path)}]
    document["software"] = {"labsvc": __version__}
    document["revision"] = 1
    return document


def ingest_files(
    files: FilesArgument,
    driver: Annotated[str | None, typer.Option(help="Use this driver.")] = None,
    source: Annotated[str, typer.Option(help="The source to file them under.")] = "ingest",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """The whole line for these files, now: the same code as the service.

    Example: labsvc ingest A7_212.txt --home /srv/labsvc
    """
    with opened(home) as place:
        known = {one.name: one for one in place.settings.sources}
        settings = known.get(source)
        zone = settings.timezone if settings else place.settings.timezone
        named = driver or (settings.driver if settings else None)
        locale = settings.locale if settings else UNTOLD
        registry = load_drivers(place.root / TABLES)
        if named is not None:
            registry.named(named)
        captures, refused = [], []
        for path in track(files, description="reading", transient=True, disable=as_json,
                          console=Console(stderr=True)):  # fmt: skip
            try:
                captures.append(capture_of(path, source=source, driver=named, timezone=zone,
                                           locale=locale))  # fmt: skip
            except CaptureError as error:
                refused.append(str(error))
        filed = ingest(place, registry, captures, clock=lambda: datetime.now(UTC))
    _tell(filed, as_json=as_json)
    if refused:
        # The others are filed by now.
        raise CaptureError("; ".join(refused))
    verdicts = {verdict for one in filed for _, verdict in one.runs}
    quarantined = any(one.state is CaptureState.QUARANTINED for one in filed)
    if quarantined or verdicts & {Verdict.REJECTED, Verdict.HELD}:
        raise typer.Exit(1)


def _tell(filed: Sequence[Filed], *, as_json: bool) -> None:
    if as_json:
        print_json(
            [
                {
                    "name": one.name,
                    "state": one.state.value,
                    "folder": one.folder,
                    "reason": one.reason,
                    "runs": [{"id": run, "verdict": verdict} for run, verdict in one.runs],
                }
                for one in filed
            ]
        )
        return
    for one in filed:
        told = ", ".join(verdict for _, verdict in one.runs) or one.reason or ""
        print_lines([f"{one.name}: {one.state.value} {told}"])
