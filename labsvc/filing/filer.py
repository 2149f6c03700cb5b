"""What goes into the archive for a capture: the bytes, the records, each result with its report.

Nothing here reads a clock: the same capture and results give the same files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from labsvc.core.trends.history import History
from labsvc.filing.figures import drawn
from labsvc.filing.folders import raw_name
from labsvc.filing.history import history_figure
from labsvc.filing.raster import png
from labsvc.filing.report import report_html
from labsvc.filing.stacked import stacked
from labsvc.model.capture import Capture
from labsvc.model.document import Json, result_document
from labsvc.model.filing import FiledResult
from labsvc.model.joined import parts_of
from labsvc.model.jsontext import compact, compact_each
from labsvc.model.result import Result


@dataclass(frozen=True, slots=True)
class Sources:
    """The texts a result was made with, filed beside it."""

    protocol: str | None = None
    runsheet: str | None = None
    runsheet_name: str | None = None


def capture_files(
    capture: Capture, driver: str | None, records: Sequence[Json]
) -> dict[str, bytes]:
    """The capture's own files: its bytes, where they came from, and what the driver read.

    ``records`` are the documents of its records.
    """
    origin: dict[str, object] = {
        "name": capture.name,
        "source": capture.source,
        "received_at": capture.received_at.isoformat(),
        "sha256": capture.sha256,
        "driver": driver,
        "timezone": capture.timezone,
        "simulated": capture.simulated,
    }
    if told := capture.locale.told():
        origin["locale"] = told
    if parts := parts_of(capture.content):
        origin["parts"] = [
            {"name": one.name, "sha256": hashlib.sha256(one.content).hexdigest()} for one in parts
        ]
    run = {"capture": origin, "records": list(records)}
    return {raw_name(capture.name): capture.content, "run.json": _json(run, _RUN_LEVELS)}


def result_files(
    filed: FiledResult,
    sources: Sources,
    *,
    raw: Sequence[tuple[str, str]],
    filed_at: datetime,
    software: str,
    history: History | None = None,
    document: Json | None = None,
) -> dict[str, bytes]:
    """One result's files: document, report, figures, and the texts it was made with.

    ``history`` is that of its reference compound, ``document`` the result's where it was made
    already.
    """
    result = filed.result
    whole = {
        **(document or result_document(result)),
        "revision": filed.revision,
        "reason": filed.reason,
        "software": {"labsvc": software},
        "raw": [{"name": name, "sha256": digest} for name, digest in raw],
    }
    figures = drawn(result)
    chart = history_figure(history, result, filed_at, reason=filed.reason) if history else None
    report = report_html(
        result,
        raw=raw,
        revision=filed.revision,
        filed_at=filed_at,
        software=software,
        history=chart or filed.reason or None,
        figures=figures,
    )
    files = {
        "result.json": _json(whole, _RESULT_LEVELS),
        "report.html": report.encode(),
        **{f"figures/{name}.svg": svg.encode() for name, svg in figures.items()},
    }
    if sources.protocol is not None:
        files["protocol.yaml"] = sources.protocol.encode()
    if sources.runsheet is not None:
        suffix = ".csv" if (sources.runsheet_name or "").lower().endswith(".csv") else ".yaml"
        files[f"runsheet{suffix}"] = sources.runsheet.encode()
    return files


def mail_picture(result: Result) -> bytes | None:
    """The figure for a mail: the curves, else the groups, and the plate below them."""
    figures = drawn(result)
    shown = [figures[name] for name in ("curves", "groups") if name in figures][:1]
    shown += [figures["plate"]] if "plate" in figures else []
    return png(stacked(shown), width=1000) if shown else None


_RESULT_LEVELS, _RUN_LEVELS = 2, 4
"""So deep go the lines of a document: to a result's points, to the readings of a run's records."""


def _json(document: object, levels: int) -> bytes:
    return (_lines(document, 0, levels) + "\n").encode()


def _lines(value: object, depth: int, levels: int) -> str:
    """``value`` as JSON, broken over lines so that each reading, point and finding has its own.

    ``json`` with an indent gives each number a line and is not written in C: twelve times as slow.
    """
    if depth == levels or not _holds_list(value):
        return compact(value)
    margin = "\n" + " " * depth
    if isinstance(value, dict):
        inner = [
            f"{compact(name)}: {_lines(value[name], depth + 1, levels)}" for name in sorted(value)
        ]
        opening, closing = "{}"
    else:
        items = cast(list[object], value)
        last = depth + 1 == levels
        inner = compact_each(items) if last else [_lines(one, depth + 1, levels) for one in items]
        opening, closing = "[]"
    return f"{opening}{margin} {f',{margin} '.join(inner)}{margin}{closing}"


def _holds_list(value: object) -> bool:
    """Whether it is a list with something in it, or an object that holds one."""
    if isinstance(value, dict):
        return any(map(_holds_list, value.values()))
    return isinstance(value, list) and bool(value)
