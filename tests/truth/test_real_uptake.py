"""A laboratory's own uptake run, from the counter's file to the laboratory's own table.

125I-thyroid hormone into H4 cells, Wizard2 run 4640 of 6 March 2024, 430 tubes of which 142 belong
to this experiment (github jmillanacosta/VHP4Safety2.4_1.1).
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from labsvc.core.analyse import conclude
from labsvc.core.assays.uptake import fractions
from labsvc.core.matching.match import assemble
from labsvc.core.matching.units import units
from labsvc.model.assay import Assay
from labsvc.model.capture import Capture
from labsvc.model.document import result_document
from labsvc.model.protocol import Reduction
from labsvc.model.result import Group, Point, Result, Verdict
from labsvc.model.run import CountRun
from labsvc.service.protocols.text import parse_protocol
from labsvc.service.runsheets.text import parse_runsheet
from labsvc_drivers.wizard2 import Wizard2

PROTOCOL = Path(__file__).parents[2] / "protocols" / "thyroid-hormone-uptake.yaml"
AT = datetime(2024, 3, 7, tzinfo=UTC)
KEYS = ("cells", "substrate", "compound", "concentration_uM", "dmso_percent")
FIGURES = {"added_cpm_375ul": "added_cpm", "cell_cpm_mean": "cell_cpm_mean",
           **{name: name for name in ("fraction_of_added", "fraction_of_vehicle",
                                      "sd_fraction_of_vehicle")}}  # fmt: skip
Row = dict[str, str]


@pytest.fixture(scope="module")
def result(shared: Path) -> Result:
    """Driver, run sheet, protocol, and the pure line."""
    protocol = parse_protocol(PROTOCOL.read_bytes(), file=PROTOCOL.name)
    sheet = parse_runsheet(
        (shared / "truth" / "real_runs" / "wizard2_uptake_h4" / "runsheet.csv").read_bytes(),
        file="runsheet.csv", timezone="Europe/Amsterdam", protocols=lambda name: protocol,
        default_protocol=protocol.name,
    )  # fmt: skip
    table = shared / "formats" / "samples" / "wizard2_2470" / "004640.csv"
    capture = Capture(table.name, "wizard2", AT, table.read_bytes())
    (run,) = Wizard2().parse(capture)
    assert isinstance(run, CountRun)
    (unit,) = units(run, capture, "wizard2", UTC)
    assay = assemble(unit, protocol, sheet, (), ())
    assert isinstance(assay, Assay)
    return conclude(assay)


@pytest.fixture(scope="module")
def expected(shared: Path) -> list[Row]:
    path = shared / "truth" / "real_runs" / "wizard2_uptake_h4" / "expected.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def key(given: Callable[[str], str]) -> tuple[str, ...]:
    """The row's name; 10.0 and 10 are the same concentration."""
    return tuple(f"{float(given(name)):g}" if name == "concentration_uM" and given(name)
                 else given(name) for name in KEYS)  # fmt: skip


def rows(result: Result) -> dict[tuple[str, ...], Group]:
    return {key(lambda name, group=group: group.keys.get(name, "")): group  # type: ignore[misc]
            for group in result.groups}  # fmt: skip


def test_every_row_of_the_laboratorys_table_is_given_and_no_other(
    result: Result, expected: list[Row]
) -> None:
    """34 treatments, each of two lysates."""
    assert len(expected) == 34
    assert set(rows(result)) == {key(lambda name, row=row: row[name]) for row in expected}  # type: ignore[misc]
    assert {group.n for group in result.groups} == {2}


@pytest.mark.parametrize("figure", FIGURES)
def test_every_figure_of_every_row_agrees(result: Result, expected: list[Row], figure: str) -> None:
    """To 1e-9 of its value: added, cells, both fractions and their SD."""
    found = rows(result)
    ours = [found[key(lambda name, row=row: row[name])].values[FIGURES[figure]]  # type: ignore[misc]
            for row in expected]  # fmt: skip
    assert ours == [pytest.approx(float(row[figure]), rel=1e-9) for row in expected]


def test_the_tube_that_was_left_out_is_named_with_its_reason(result: Result) -> None:
    """Rack 2 position 2: 2.72 cpm, flagged I by the counter, a mix tube of 1 uM CP on T3."""
    why = "flagged by the counter (instrument flag)"
    (masked,) = (point for point in result.points if point.masked)
    assert (masked.rack, masked.position, masked.masked) == ("2", "2", why)
    assert (masked.cpm, masked.role) == (2.72, "total_added")
    told = {one.name: one.sentence for one in result.operations}
    assert told["masking"] == f"Left out of every mean and fit: rack 2 position 2 ({why})."
    touched = [group.keys["compound"] for group in result.groups if group.masked]
    assert touched == ["CP"]


def test_the_table_is_accepted_and_says_what_took_no_part(result: Result) -> None:
    """No background is taken off twice; the other tubes of the count are told."""
    told = {one.name: one.sentence for one in result.operations}
    assert result.verdict is Verdict.ACCEPTED
    assert told["background"].endswith("none is subtracted again.")
    assert told["positions not in the run sheet"].startswith("288 counted positions of the run")


def test_the_json_of_the_table_has_its_rows(result: Result) -> None:
    """Fractions as numbers under the names of the laboratory's own columns."""
    document = result_document(result)
    assert len(document["groups"]) == 34
    first = document["groups"][0]
    assert {"cells", "substrate", "compound", "fraction_of_added", "n"} <= set(first)


def test_rows_restated_from_the_laboratorys_workbook() -> None:
    """Bromosulfophthalein 10 uM: 0.134847 of added; CP 1 uM from its one good mix tube: 18900.3."""
    why = "flagged by the counter (instrument flag)"
    points = [
        Point("1", "total_added", "1", "BSP", cpm=4919.63),
        Point("2", "total_added", "1", "BSP", cpm=5211.97),
        Point("1", "total_added", "2", "CP", cpm=3780.06),
        Point("2", "total_added", "2", "CP", cpm=2.72, masked=why),
        Point("3", "sample", "9", "BSP", cpm=3415.545),
        Point("4", "sample", "9", "CP", cpm=3000.0),
    ]
    (first, second), _ = fractions(points, Reduction("fraction_of_added", 5.0, ("compound",)))
    assert first.values["added_cpm"] == pytest.approx(25329.0)
    assert first.values["fraction_of_added"] == pytest.approx(0.13484721070709463, rel=1e-9)
    assert second.values["added_cpm"] == pytest.approx(18900.3)
    assert second.masked == (f"rack 2 position 2: {why}",)
