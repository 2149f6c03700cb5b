"""Empty run sheets: what they ask for, and that nothing is invented in them."""

from __future__ import annotations

import pytest

from labsvc.errors import ConfigError
from labsvc.model.protocol import Protocol
from labsvc.service.authoring.linting import lint_runsheet_file
from labsvc.service.authoring.shipped import shipped
from labsvc.service.protocols.text import parse_protocol
from labsvc.service.runsheets.book import as_xlsx
from labsvc.service.runsheets.form import as_csv, as_yaml, form
from labsvc.service.runsheets.text import parse_runsheet

PROTOCOLS: dict[str, Protocol] = {
    path.stem: parse_protocol(path.read_bytes(), file=path.name)
    for path in shipped("protocols").glob("*.yaml")
}
NET = PROTOCOLS["net-nisoxetine-binding"]


def errors(content: bytes, file: str) -> list[str]:
    found = lint_runsheet_file(content, file=file, timezone="UTC", protocols=PROTOCOLS.get)
    return [one.sentence for one in found if one.severity == "error"]


@pytest.mark.parametrize("name", PROTOCOLS)
@pytest.mark.parametrize("suffix", ["yaml", "csv", "xlsx"])
def test_a_form_is_a_run_sheet_but_for_what_must_be_filled_in(name: str, suffix: str) -> None:
    """No other fault than that something is not there yet."""
    blank = form(PROTOCOLS[name], plate=None)
    content = {"yaml": as_yaml(blank).encode, "csv": as_csv(blank).encode}.get(suffix)
    found = errors(content() if content else as_xlsx(blank), f"r.{suffix}")
    lacking = ("needs 'top'", "is empty", "lists no positions", "leaves", "has no source")
    assert [one for one in found if not any(word in one for word in lacking)] == []


def test_what_lint_asks_for_is_all_that_is_needed() -> None:
    """Filled in, the YAML of a competition is without error."""
    text = as_yaml(form(NET, plate="NET-1"))
    for number in range(2, 5):
        text = text.replace("name: , top", f"name: LAB-{number}, top", 1)
    text = text.replace("top: , dilution: }", "top: 10 uM, dilution: half-log}")
    assert errors(text.encode(), "r.yaml") == []


def test_a_csv_form_is_filled_in_as_text() -> None:
    """After a colon above the table, between the commas in it."""
    text = as_csv(form(NET, plate="NET-1")).replace("1,imipramine,,,", "1,imipramine,10 uM,1:3,")
    text = text.replace("# time harvest:", "# time harvest: 2026-03-02 11:06")
    sheet = parse_runsheet(text.encode(), file="r.csv", timezone="UTC", protocols=PROTOCOLS.get)
    assert [one.name for one in sheet.compounds] == ["imipramine"]
    assert list(sheet.times) == ["harvest"]


def test_a_screen_has_tables_shaped_like_the_plate() -> None:
    """The controls stand where the protocol places them."""
    names, strengths = form(PROTOCOLS["net-nisoxetine-screen"]).tables
    assert names[0][:3] == ["compound", "1", "2"]
    assert (names[1][1], names[1][12]) == ("total", "nonspecific")
    assert {text for row in strengths[1:] for text in row[1:]} == {""}


def test_vials_have_a_list_with_the_columns_that_are_compared_by() -> None:
    ((header,),) = form(PROTOCOLS["thyroid-hormone-uptake"]).tables
    assert header[:4] == ["rack", "position", "role", "compound"]
    assert {"substrate", "dmso_percent", "cells"} <= set(header)


def test_no_concentration_is_proposed() -> None:
    """A default would be taken for what was pipetted."""
    for row in form(NET).tables[0][1:]:
        assert row[2:] == ["", "", ""]


def test_a_shape_that_the_protocol_cannot_have_is_refused() -> None:
    with pytest.raises(ConfigError, match="has no slots"):
        form(PROTOCOLS["net-nisoxetine-screen"], shape="slots")
    with pytest.raises(ConfigError, match="counts vials"):
        form(PROTOCOLS["net-ne-uptake"], shape="plate")


def test_a_plate_of_several_in_one_file_says_which() -> None:
    """Where the controls of a run are pooled its plates come in one file, often without names."""
    made = form(PROTOCOLS["hsert-5ht-uptake-24"], plate="5HT-1")
    keys = [key for key, _ in made.head]
    assert keys[:4] == ["protocol", "plate", "count file", "count plate"]
    assert "plate: 5HT-1\n# Where the counter" in as_yaml(made)
    assert '# count: {file: "2026-03-02*.txt", plate: 1}\n' in as_yaml(made)
