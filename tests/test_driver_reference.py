"""docs/reference/drivers.md is what the drivers and their READMEs say, and nothing older."""

from __future__ import annotations

import re

import pytest

from drivers.reference import FOLDER, PAGE, SECTIONS, built_in, evidence, page, readme, section

DRIVERS = built_in()
README = "# Acme 9000\n\n## Written from\n\n**Evidence: a manual.** p. 7\n\n## Oddities\n\nNone.\n"


def test_the_page_is_what_its_maker_makes_now() -> None:
    """Else: python -m drivers.reference."""
    told = "docs/reference/drivers.md is stale: run python -m drivers.reference"
    assert page(DRIVERS) == PAGE.read_text(encoding="utf-8"), told


def test_every_driver_of_the_tree_is_on_the_page() -> None:
    """With each of its sections: a driver without its README's facts is not delivered."""
    folders = {one.parent for one in (FOLDER / "labsvc_drivers").glob("*/__init__.py")}
    assert {readme(driver).parent for driver in DRIVERS.values()} == folders
    chapters = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    assert [one.split("`")[1] for one in chapters] == sorted(DRIVERS)
    for chapter in chapters:
        assert re.findall(r"^### (.*)$", chapter, re.MULTILINE) == list(SECTIONS)


@pytest.mark.parametrize("name", DRIVERS)
def test_a_readme_says_of_its_driver_what_its_class_says(name: str) -> None:
    """Its maturity and its name."""
    text = readme(DRIVERS[name]).read_text(encoding="utf-8")
    assert f"**Maturity: {DRIVERS[name].maturity}." in text
    assert f"Entry point `{name}`" in text


@pytest.mark.parametrize("name", DRIVERS)
def test_a_maturity_rests_on_its_evidence(name: str) -> None:
    """Nothing is better than a draft that was not written from real files of its own kind."""
    found = evidence(readme(DRIVERS[name]).read_text(encoding="utf-8"))
    seen = found.startswith(("real files", "our own format"))
    assert seen == (DRIVERS[name].maturity != "draft")


def test_a_section_ends_where_the_next_begins() -> None:
    assert section(README, "Written from") == "**Evidence: a manual.** p. 7"
    assert section(README, "Oddities") == "None."
    assert evidence(README) == "a manual"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (README.replace("## Oddities", "## Odd"), "'Acme 9000' has nothing below '## Oddities'"),
        (README.replace("None.", ""), "'Acme 9000' has nothing below '## Oddities'"),
        (README.replace("**Evidence", "Evidence"), "'Acme 9000' lacks '\\*\\*Evidence: "),
    ],
)
def test_a_readme_without_its_facts_is_refused(text: str, what: str) -> None:
    """By its title, with the heading that it lacks."""
    with pytest.raises(ValueError, match=what):
        evidence(text) and section(text, "Oddities")
