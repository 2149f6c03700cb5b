"""The words that an editor shows."""

from __future__ import annotations

import json

import pytest

from labsvc.service.authoring.editorschema import schema_text
from labsvc.service.authoring.schemawords import PROTOCOL, RUNSHEET, described
from labsvc.service.protocols.schema import ProtocolText
from labsvc.service.runsheets.yamlsheet import RunSheetText


def test_every_key_at_the_left_has_its_words() -> None:
    """Of protocols and of run sheets."""
    assert set(ProtocolText.model_fields) - set(PROTOCOL) == set()
    assert set(RunSheetText.model_fields) == set(RUNSHEET)


def test_the_words_are_in_the_schema_where_the_key_is() -> None:
    schema = json.loads(schema_text())
    assert schema["properties"]["target"]["description"] == "The protein."
    ligand = schema["$defs"]["RadioligandText"]["properties"]
    assert ligand["kd"]["description"].startswith("Of a binding assay")


def test_words_of_a_key_that_is_not_there_are_refused() -> None:
    """A key renamed does not leave its words behind."""
    with pytest.raises(KeyError):
        described({"properties": {"a": {}}}, {"b": "x"})
