"""What goes into the archive for a capture and its results."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

from labsvc.filing.figures import drawn
from labsvc.filing.filer import (
    Sources,
    capture_files,
    mail_picture,
    result_files,
)
from labsvc.model.capture import Capture
from labsvc.model.filing import FiledResult
from labsvc.model.jsontext import compact
from labsvc.model.recorddocument import record_document
from labsvc.model.result import Verdict
from labsvc.model.run import HarvestRun
from tests.filing import example

NOW = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)


def a_capture(name: str = "A7_212.txt", source: str = "microbeta-1") -> Capture:
    return Capture(name, source, NOW, b"bytes", driver="microbeta", timezone="Europe/Berlin")


def the_files(sources: Sources = Sources(), *, revision: int = 1) -> dict[str, bytes]:
    filed = FiledResult(example.result(), revision, "2026/x", "digest", "corrected run sheet")
    raw = [("raw/A7_212.txt", "0" * 64)]
    return result_files(filed, sources, raw=raw, filed_at=NOW, software="1.2")


def test_the_bytes_are_kept_beside_what_was_read_in_them() -> None:
    """With everything that is needed to read them again."""
    files = capture_files(a_capture(), "microbeta", [record_document(HarvestRun("key", "NET-1"))])
    assert files["raw/A7_212.txt"] == b"bytes"
    run = json.loads(files["run.json"])
    assert run["capture"]["timezone"] == "Europe/Berlin"
    assert run["capture"]["received_at"] == "2026-03-02T23:30:00+00:00"
    assert [record["plate_id"] for record in run["records"]] == ["NET-1"]


def test_a_result_says_what_it_was_made_from_and_by() -> None:
    """Raw file with digest, software, revision and its reason, in JSON and in the report."""
    files = the_files(revision=2)
    document = json.loads(files["result.json"])
    assert document["raw"] == [{"name": "raw/A7_212.txt", "sha256": "0" * 64}]
    assert (document["revision"], document["reason"]) == (2, "corrected run sheet")
    assert document["software"] == {"labsvc": "1.2"}
    assert b"corrected run sheet" in files["report.html"]


def test_the_texts_used_are_filed_as_they_were_written() -> None:
    """Protocol and run sheet, the latter under its own kind of name."""
    files = the_files(Sources("name: x\n", "plate,role\n", "NET-1.csv"))
    assert files["protocol.yaml"] == b"name: x\n"
    assert files["runsheet.csv"] == b"plate,role\n"
    assert "runsheet.yaml" in the_files(Sources(runsheet="plate: x\n", runsheet_name="NET-1"))
    assert not [name for name in the_files() if name.startswith(("protocol", "runsheet"))]


def test_the_same_capture_and_result_give_the_same_files() -> None:
    """Filing twice is filing once: no clock, no order of a set."""
    assert the_files() == the_files()


def test_a_held_run_has_no_figures() -> None:
    """There is nothing to draw, and nothing to put into its mail."""
    held = replace(example.result(), verdict=Verdict.HELD, curves=(), points=(), groups=())
    assert drawn(held) == {}
    assert mail_picture(held) is None


def test_the_mail_shows_the_curves() -> None:
    """As a picture that every mail program can show."""
    assert set(drawn(example.result())) >= {"curves", "plate"}
    assert (mail_picture(example.result()) or b"").startswith(b"\x89PNG\r\n")


def test_every_point_of_a_result_has_a_line_to_itself() -> None:
    """So that two revisions can be compared by eye; the numbers are those of the document."""
    text = the_files()["result.json"].decode()
    points = json.loads(text)["points"]
    lines = [line.strip().rstrip(",") for line in text.splitlines()]
    assert points
    assert all(compact(one) in lines for one in points)
