"""The whole lines of what is still being written, in every encoding that reports have."""

from __future__ import annotations

import pytest

from labsvc.driver import CountRun, ParseError, whole_lines
from labsvc.model.capture import Capture
from labsvc.model.locale import Locale
from tests.bench import NOW
from tests.driver.tables.examples import COBRA, WIZARD, driver

TEXT = "S#,CPMA\n1,120.5\n2,131.0\n"


def cut(content: bytes, locale: Locale | None = None) -> bytes:
    made = Capture("a.csv", "s", NOW, content, locale=locale or Locale())
    return whole_lines(made).content


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
def test_a_line_cut_anywhere_is_left_out(encoding: str) -> None:
    """What is left is text of whole lines; a line that has its end stays."""
    whole = TEXT.encode(encoding)
    if encoding == "utf-16-le":  # as Windows writes it, without its mark
        whole = (TEXT * 20).encode(encoding)
    for end in range(len(whole) + 1):
        kept = cut(whole[:end]).decode(encoding)
        assert kept == "" or kept.endswith("\n")
        assert whole.decode(encoding).startswith(kept)
    assert cut(whole) == whole


def test_an_encoding_that_the_source_tells_is_believed() -> None:
    """UTF-16 without its mark and too short to show itself; a byte of a pair is no line end."""
    text = "Ċ1\nĊ2".encode("utf-16-le")
    assert cut(text, Locale(encoding="utf-16")).decode("utf-16-le") == "Ċ1\n"


def test_nothing_whole_is_nothing() -> None:
    """The first line is still being written."""
    assert cut(b"S#,CPM") == b""
    assert cut("S#,CPM".encode("utf-16")) == b""


@pytest.mark.parametrize(("name", "text"), [("cobra-csv", COBRA), ("wizard-1470", WIZARD)])
def test_a_table_that_grows_is_read_to_its_last_whole_row(name: str, text: str) -> None:
    """Without the end that its driver names, and with the key of the whole; never half a row."""
    made, content = driver(name), text.encode()
    whole = made.parse(Capture("a.csv", "s", NOW, content))
    seen = set()
    for end in range(len(content)):
        try:
            (run,) = made.begun(Capture("a.csv", "s", NOW, content[:end]))
        except ParseError:
            continue
        assert isinstance(run, CountRun)
        assert isinstance(whole[0], CountRun)
        assert run.run_key == whole[0].run_key
        assert list(run.readings) == list(whole[0].readings)[: len(run.readings)]
        seen.add(len(run.readings))
    assert {1, 2, 3} <= seen


def test_a_grid_and_a_workbook_are_written_at_once() -> None:
    """They have no beginnings that could be read."""
    for name in ("microbeta2-xlsx", "microbeta2-grid"):
        assert not driver(name).begun(Capture("a", "s", NOW, b"anything"))
