"""Where in the archive a capture and its results lie."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from labsvc.filing.folders import folder_of, raw_name, result_folder
from labsvc.model.capture import Capture
from labsvc.store.names import checked_path
from tests.filing import example

NOW = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)


def a_capture(source: str = "microbeta-1") -> Capture:
    name = "A7_212.txt"
    return Capture(name, source, NOW, b"bytes", driver="microbeta", timezone="Europe/Berlin")


def test_a_capture_lies_by_day_source_and_digest() -> None:
    """The day is that of its receipt in UTC, which summer time never repeats."""
    assert folder_of(a_capture()) == "2026/2026-03-02 microbeta-1 277089d91c0bdf4f"


def test_untrusted_names_stay_below_their_folder() -> None:
    """Whatever source and file are called."""
    for name in ("../../etc/passwd", "..", "a\nb", "CON", "<script>", "", "=cmd()", "a/b\\c"):
        assert checked_path(folder_of(a_capture(source=name)))
        assert checked_path(raw_name(name)).parts[0] == "raw"
        assert len(checked_path(raw_name(name)).parts) == 2


def test_the_results_of_one_capture_have_folders_of_their_own() -> None:
    """By plate and run; a single one lies with its capture."""
    one = replace(example.result(), plate=1, run_id="a" * 12)
    other = replace(example.result(), plate=1, run_id="b" * 12)
    vials = replace(example.result(), plate=None, run_id="c" * 12)
    assert result_folder("base", one, 1) == "base"
    folders = {result_folder("base", result, 3) for result in (one, other, vials)}
    assert folders == {f"base/plate-1 {'a' * 12}", f"base/plate-1 {'b' * 12}", f"base/{'c' * 12}"}
    assert all(checked_path(folder) for folder in folders)
