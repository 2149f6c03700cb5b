"""The JSON Schema: it accepts what we ship and refuses what lint would."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from labsvc.service.authoring.editorschema import (
    PROTOCOL_SCHEMA,
    RUNSHEET_SCHEMA,
    header,
    lay_schemas,
    schema_text,
)
from labsvc.service.authoring.shipped import shipped
from labsvc.service.authoring.yamltext import load

PROTOCOLS = sorted(shipped("protocols").glob("*.yaml"))
EXAMPLE = shipped("deploy") / "example" / "runsheet.yaml.example"
TYPES: dict[str, Any] = {"object": dict, "array": list, "string": str, "boolean": bool,
                         "null": type(None)}  # fmt: skip
KNOWN = {"type", "anyOf", "enum", "const", "properties", "additionalProperties", "required",
         "items", "$ref", "propertyNames", "pattern", "exclusiveMinimum", "minItems", "maxItems",
         "prefixItems", "default", "examples", "description", "format", "$defs", "$schema", "title",
         "minimum", "maximum", "minLength", "maxLength", "oneOf",
         "exclusiveMaximum"}  # fmt: skip


def is_of(value: Any, kind: str) -> bool:
    if kind in ("number", "integer"):
        whole = int if kind == "integer" else (int, float)
        return isinstance(value, whole) and not isinstance(value, bool)
    return isinstance(value, TYPES[kind])


def errors(value: Any, schema: dict[str, Any], top: dict[str, Any], at: str = "") -> list[str]:
    """What of draft 7 our schema uses, read as the draft says."""
    assert set(schema) <= KNOWN, set(schema) - KNOWN
    if "$ref" in schema:
        return errors(value, top["$defs"][schema["$ref"].rpartition("/")[2]], top, at)
    if "anyOf" in schema:
        tried = [errors(value, one, top, at) for one in schema["anyOf"]]
        return [] if [] in tried else [f"{at}: none of {tried}"]
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(is_of(value, kind) for kind in kinds):
        return [f"{at}: {value!r} is not {kinds}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{at}: {value!r} is not in {schema['enum']}"]
    if "const" in schema and value != schema["const"]:
        return [f"{at}: {value!r} is not {schema['const']!r}"]
    if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
        return [f"{at}: {value!r} does not match"]
    if isinstance(value, list):
        inner = schema.get("items", {})
        return [
            one for n, item in enumerate(value) for one in errors(item, inner, top, f"{at}.{n}")
        ]
    return of_mapping(value, schema, top, at) if isinstance(value, dict) else []


def of_mapping(value: Any, schema: dict[str, Any], top: dict[str, Any], at: str) -> list[str]:
    found = [f"{at}.{key} is missing" for key in schema.get("required", []) if key not in value]
    known, further = schema.get("properties", {}), schema.get("additionalProperties", {})
    for key, item in value.items():
        found += errors(key, schema.get("propertyNames", {}), top, f"{at}.{key}")
        inner = known.get(key, further)
        if inner is False:
            found.append(f"{at}.{key} is not a key")
        elif isinstance(inner, dict):
            found += errors(item, inner, top, f"{at}.{key}")
    return found


def refusals(text: str, *, runsheet: bool = False) -> list[str]:
    schema = json.loads(schema_text(runsheet=runsheet))
    return errors(load(text, file="x").value, schema, schema)


@pytest.mark.parametrize("path", PROTOCOLS, ids=lambda path: path.stem)
def test_every_shipped_protocol_is_accepted_and_names_its_schema(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert refusals(text) == []
    assert text.startswith(header(PROTOCOL_SCHEMA))


def test_the_example_run_sheet_is_accepted_and_names_its_schema() -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    assert refusals(text, runsheet=True) == []
    assert text.startswith(header(RUNSHEET_SCHEMA))


@pytest.mark.parametrize(
    ("written", "instead"),
    [("kd:", "kdd:"), ("1 nM ", "1 "), ("z_prime:", "zprime:"), ("plate: 96", "plate: 97"),
     ("kind: competition_binding", "kind: binding"), ("readings: 96", "readings: many"),
     ("version: 1", "version: 1\nalert: {at: rejectd}"),
     ("version: 1", "version: 1\nreport: {unit: nm}"), ("assay_volume:", "volumes:"),
     ("response: percent", "controls: runs\n  response: percent")],
)  # fmt: skip
def test_what_lint_refuses_an_editor_marks(written: str, instead: str) -> None:
    """Keys, kinds, names of checks, and a number without its unit."""
    text = next(one for one in PROTOCOLS if one.stem == "net-nisoxetine-binding").read_text("utf-8")
    assert written in text
    assert refusals(text.replace(written, instead, 1)) != []


def test_the_schemas_are_laid_beside_the_files(tmp_path: Path) -> None:
    """No network is needed to find them."""
    lay_schemas(tmp_path, tmp_path)
    names = {PROTOCOL_SCHEMA: "A labsvc protocol", RUNSHEET_SCHEMA: "A labsvc run sheet"}
    assert {n: json.loads((tmp_path / n).read_text("utf-8"))["title"] for n in names} == names
