"""Proposals as YAML that our own reader takes."""

from __future__ import annotations

from labsvc.service.tabledrivers.drafttext import Part, written
from labsvc.service.tabledrivers.guess import GuessedChannel
from labsvc.service.tabledrivers.text import parse_table


def test_names_of_any_kind_are_quoted() -> None:
    """Quotes, colons, tabs; a file's name may hold a line end."""
    part = Part((GuessedChannel("1", "H-3", {"cpm": "C: #1"}),), "comma", {"position": "Pos: #"},
                notes=("a note\nof two lines " * 9,), overflow=("**",))  # fmt: skip
    text = written(part, name="my-table", file="x\ny: z.csv", pattern="*.csv",
                   separator="tab", sheet=None)  # fmt: skip
    spec = parse_table(text.encode(), file="draft")
    assert spec.columns == {"position": ("Pos: #",)}
    assert spec.channels[0].quantities == {"cpm": ("C: #1",)}
    assert (spec.separator, spec.overflow, spec.title) == ("tab", ("**",), "table like x?y: z.csv")


def test_a_grid_in_a_workbook() -> None:
    part = Part((GuessedChannel("1", None, {"cpm": "CPM"}),), "point", titled=True,
                plate_marker="^Plate ([0-9]+)", end="^END$")  # fmt: skip
    text = written(part, name="g", file="x", pattern="*.xlsx", separator=None, sheet="A & B")
    spec = parse_table(text.encode(), file="draft")
    assert (spec.shape, spec.file, spec.sheet) == ("grid", "workbook", "A & B")
    assert (spec.titled, spec.plate_marker, spec.end) == (True, "^Plate ([0-9]+)", "^END$")
