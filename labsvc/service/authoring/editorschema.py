"""JSON Schema of protocols and run sheets, for editors that complete and check while one writes.

An editor finds the schema by the first line of a file (``header``). ``labsvc init`` lays both
beside the files they are for, so that it needs no network.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from labsvc.service.authoring.schemawords import PROTOCOL, RUNSHEET, described
from labsvc.service.protocols.text import protocol_schema
from labsvc.service.runsheets.yamlsheet import runsheet_schema

PROTOCOL_SCHEMA = "protocol.schema.json"
RUNSHEET_SCHEMA = "runsheet.schema.json"
# The draft that editors of YAML know best.
_DRAFT = "http://json-schema.org/draft-07/schema#"


def header(schema: str) -> str:
    """The first line of a file that is checked by ``schema``, which lies beside it."""
    return f"# yaml-language-server: $schema={schema}\n"


def schema_text(*, runsheet: bool = False) -> str:
    """The JSON Schema of a protocol or a run sheet, as JSON."""
    schema = (
        described(runsheet_schema(), RUNSHEET)
        if runsheet
        else described(protocol_schema(), PROTOCOL)
    )
    title = "A labsvc run sheet" if runsheet else "A labsvc protocol"
    return json.dumps({"$schema": _DRAFT, **_plain(schema), "title": title}, indent=1) + "\n"


def lay_schemas(protocols: Path, runsheets: Path) -> None:
    """Write both schemas, each into its folder; OSError where that cannot be."""
    (protocols / PROTOCOL_SCHEMA).write_text(schema_text(), encoding="utf-8")
    (runsheets / RUNSHEET_SCHEMA).write_text(schema_text(runsheet=True), encoding="utf-8")


def _plain(schema: Any) -> Any:
    """Without the titles that pydantic makes of class and key names."""
    if isinstance(schema, list):
        return [_plain(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: {name: _plain(one) for name, one in value.items()}
        if key in ("properties", "$defs")
        else _plain(value)
        for key, value in schema.items()
        if key != "title"
    }
