"""The YAML of a table driver: every fault on its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from labsvc.errors import ConfigError
from labsvc.service.tabledrivers.text import parse_table, survey_table

EXAMPLES = sorted((Path(__file__).parents[3] / "deploy" / "example" / "drivers").glob("*.yaml"))
LEAST = """\
name: my-list
title: a list
instrument: {vendor: Acme}
files: {patterns: ["*.csv"]}
decimal: point
columns:
  position: Pos
channels:
  - name: "1"
    cpm: CPM
"""


def faults(text: str) -> list[str]:
    return [str(one) for one in survey_table(text.encode(), file="d.yaml")[1]]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_shipped_example_is_a_driver_of_its_files_name(path: Path) -> None:
    assert parse_table(path.read_bytes(), file=path.name).name == path.stem


def test_there_is_an_example_of_each_shape() -> None:
    specs = [parse_table(path.read_bytes(), file=path.name) for path in EXAMPLES]
    assert {(one.shape, one.file, one.decimal) for one in specs} == {
        ("list", "text", "point"),
        ("list", "text", "comma"),
        ("grid", "text", "point"),
        ("list", "workbook", "point"),
    }


def test_the_least_that_a_driver_needs() -> None:
    """What is not told is not guessed: no order of dates, no end, draft."""
    spec = parse_table(LEAST.encode(), file="d.yaml")
    assert (spec.name, spec.maturity, spec.date_order, spec.end) == ("my-list", "draft", None, None)
    assert spec.columns == {"position": ("Pos",)}
    assert spec.not_counted == ("-",)


def test_units_become_seconds_and_numbers_stay_names() -> None:
    """A column may be called 1."""
    columns = "  position: [1, Pos]\n  live_time: {names: T, unit: min}\n"
    text = LEAST.replace("  position: Pos\n", columns).replace("]}", "], quiet: 2 min}")
    spec = parse_table(text.encode(), file="d.yaml")
    assert (spec.columns["position"], spec.live_time_unit_s) == (("1", "Pos"), 60.0)
    assert spec.quiet_seconds == 120.0


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("decimal: point", "decimal: dot", "d.yaml:5: 'decimal': found 'dot'"),
        ("decimal: point\n", "", "d.yaml:1: 'decimal' is missing"),
        ("position: Pos", "positoin: Pos", "d.yaml:7: 'positoin' is not a key here; did you mean"),
        ("position: Pos", "position: []", "d.yaml:7: .*expected a name, or a list of names"),
        ("name: my-list", "name: My List", "d.yaml:1: .*is no driver's name such as cobra-csv"),
        ("cpm: CPM", "nuclide: H-3", "d.yaml:9: channel '1' needs cpm, counts or dpm"),
        ("cpm: CPM", "cpm: pos", "d.yaml:10: 'pos' is the name of position of columns too"),
        ("cpm: CPM", "cpm: CPM\n  - name: '1'\n    dpm: D", "two channels are named '1'"),
        ("decimal:", "end: '('\ndecimal:", "d.yaml:5: 'end': '\\(' is no regular expression"),
        ("decimal:", "end: '(a+)+b'\ndecimal:", "a repeat within a repeat"),
        ("decimal:", "end: '((a+))+b'\ndecimal:", "a repeat within a repeat"),
        ("decimal:", "end: '(a|aa)+b'\ndecimal:", "a choice"),
        ("decimal:", "dates: {format: '%d %b %Y'}\ndecimal:", "is no date format; expected one"),
        ("decimal:", "dates: {order: us}\ndecimal:", "d.yaml:5: 'dates: order': found 'us'"),
        ("decimal:", "text: {}\nworkbook: {}\ndecimal:", "a file is a text or a workbook"),
        ("decimal:", "grid: {}\ndecimal:", "write columns \\(a list\\) or grid"),
        ("decimal:", "overflow: ['-']\ndecimal:", "cannot mean both"),
        ("decimal:", "run_key: [file]\ndecimal:", "'run_key, item 1': found 'file'"),
    ],
)
def test_a_fault_is_told_with_file_and_line(old: str, new: str, said: str) -> None:
    """In the words of the person who wrote the file."""
    text = LEAST.replace(old, new, 1)
    assert text != LEAST
    with pytest.raises(ConfigError, match=said):
        parse_table(text.encode(), file="d.yaml")


def test_several_quantities_in_grids_need_titles() -> None:
    text = LEAST.replace("columns:\n  position: Pos\n", "grid: {}\n") + "    dpm: DPM\n"
    assert faults(text) == [
        "d.yaml:6: 2 quantities in grids are told apart by titles: write titled: true"
    ]
    assert faults(text.replace("grid: {}", "grid: {titled: true}")) == []


def test_a_grid_has_no_rows_to_skip_and_no_column_names() -> None:
    text = LEAST.replace("columns:\n  position: Pos\n", "grid: {}\nskip: {matching: [x]}\n"
                         "recognise: {header: [Pos]}\n")  # fmt: skip
    assert [one[:9] for one in faults(text)] == ["d.yaml:7:", "d.yaml:8:"]


def test_every_fault_is_told_at_once() -> None:
    text = LEAST.replace("point", "dot").replace("my-list", "X!")
    assert len(faults(text)) == 2
