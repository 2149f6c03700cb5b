"""What goes into the archive for a capture: the bytes, the records, each result with its report.

Nothing here reads a clock: the same capture and results give the same files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from labsvc.filing.figures import curves_svg, groups_svg, plate_svg
from labsvc.filing.raster import png
from labsvc.filing.report import report_html
from labsvc.model.capture import Capture
from labsvc.model.document import record_document, result_document
from labsvc.model.filing import FiledResult
from labsvc.model.result import Result
from labsvc.model.run import Record
from labsvc.store.archive import safe_name


@dataclass(frozen=True, slots=True)
class Sources:
    """The texts a result was made with, filed beside it."""

    protocol: str | None = None
    runsheet: str | None = None
    runsheet_name: str | None = None


def folder_of(capture: Capture) -> str:
    """Where in the archive a capture lies: ``2026/2026-03-02 microbeta-1 0123456789abcdef``."""
    day = capture.received_at.date().isoformat()
    return f"{day[:4]}/{day} {safe_name(capture.source, limit=40)} {capture.sha256[:16]}"


def result_folder(base: str, result: Result, units: int) -> str:
    """Where a first result lies: in the capture's folder, or below it by plate."""
    return f"{base}/plate-{result.plate}" if units > 1 else base


def raw_name(name: str) -> str:
    """Where in its folder a capture's bytes lie, whatever the instrument called them."""
    return f"raw/{safe_name(name)}"


def capture_files(
    capture: Capture, driver: str | None, records: Sequence[Record]
) -> dict[str, bytes]:
    """The capture's own files: its bytes, where they came from, and what the driver read."""
    origin = {
        "name": capture.name,
        "source": capture.source,
        "received_at": capture.received_at.isoformat(),
        "sha256": capture.sha256,
        "driver": driver,
        "timezone": capture.timezone,
        "simulated": capture.simulated,
    }
    run = {"capture": origin, "records": [record_document(record) for record in records]}
    return {raw_name(capture.name): capture.content, "run.json": _json(run)}


def result_files(
    filed: FiledResult,
    sources: Sources,
    *,
    raw: Sequence[tuple[str, str]],
    filed_at: datetime,
    software: str,
) -> dict[str, bytes]:
    """One result's files: document, report, figures, and the texts it was made with."""
    result = filed.result
    document = result_document(result)
    document["revision"] = filed.revision
    document["reason"] = filed.reason
    document["software"] = {"labsvc": software}
    document["raw"] = [{"name": name, "sha256": digest} for name, digest in raw]
    report = report_html(
        result,
        raw=raw,
        revision=filed.revision,
        filed_at=filed_at,
        software=software,
        history=filed.reason or None,
    )
    files = {
        "result.json": _json(document),
        "report.html": report.encode(),
        **{f"figures/{name}.svg": svg.encode() for name, svg in figures(result).items()},
    }
    if sources.protocol is not None:
        files["protocol.yaml"] = sources.protocol.encode()
    if sources.runsheet is not None:
        suffix = ".csv" if (sources.runsheet_name or "").lower().endswith(".csv") else ".yaml"
        files[f"runsheet{suffix}"] = sources.runsheet.encode()
    return files


def figures(result: Result) -> Mapping[str, str]:
    """The result's figures as SVG by name; none for a held run."""
    found: dict[str, str | None] = {
        "curves": curves_svg(result) if result.curves else None,
        "plate": plate_svg(result) if result.plate_size and result.points else None,
        "groups": groups_svg(result) if result.groups else None,
    }
    return {name: svg for name, svg in found.items() if svg is not None}


def mail_picture(result: Result) -> bytes | None:
    """The figure for a mail: the curves, else the groups, else the plate."""
    drawn = figures(result)
    for name in ("curves", "groups", "plate"):
        if name in drawn:
            return png(drawn[name], width=1000)
    return None


def _json(document: object) -> bytes:
    return (json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()
