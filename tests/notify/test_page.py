"""The same facts as text and as HTML."""

from __future__ import annotations

import re
from dataclasses import replace

from labsvc.notify.page import Page, Section, html, text

PAGE = Page(
    headline="QC failed",
    tone="bad",
    about="NET-0414 net-nisoxetine-binding",
    sections=(Section("What failed", ("Z' is 0.12; expected at least 0.4.",)),),
    advice="Repeat the run.",
    facts=(("Raw file", "A16_235.txt"),),
)


def test_text_and_html_say_the_same() -> None:
    """Nobody misses a fact for want of a mail program that shows HTML."""
    shown = re.sub(r"<[^>]+>", " ", html(PAGE))
    for words in ("NET-0414", "expected at least 0.4", "Repeat the run.", "A16_235.txt"):
        assert words in text(PAGE)
        assert words in shown


def test_markup_in_a_name_is_shown_not_run() -> None:
    """Names come from instruments and people."""
    named = replace(PAGE, about="<script>alert(1)</script>", facts=(("File", '"><img src=x>'),))
    written = html(named)
    assert "<script>" not in written
    assert "<img" not in written
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in written


def test_plain_text_is_not_escaped() -> None:
    """A reader of text sees the name as it is."""
    assert "R&D <3>" in text(replace(PAGE, about="R&D <3>"))


def test_a_simulated_run_says_so_first() -> None:
    """Nobody may take it for a measurement."""
    made_up = replace(PAGE, simulated=True)
    assert text(made_up).startswith("SIMULATED")
    shown = html(made_up).partition("<body")[2]
    assert shown.index("SIMULATED") < shown.index("QC failed")


def test_html_holds_nothing_that_is_fetched() -> None:
    """No style sheet, font, script or picture from elsewhere: only the figure inside the mail."""
    written = html(replace(PAGE, picture=True))
    assert re.findall(r'(?:src|href)="([^"]*)"', written) == ["cid:figure"]
    assert not re.search(r"<(?:script|link|style)|url\(|@import", written)
