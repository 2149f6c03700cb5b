"""Figures as SVG text."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from labsvc.filing.figures import columns, curves_svg, groups_svg, plate_svg
from labsvc.filing.stacked import stacked
from tests.filing import example

SVG = "{http://www.w3.org/2000/svg}"
LABEL = "specific binding, % of total"


def all_figures(result):
    figures = [curves_svg(result), plate_svg(result), groups_svg(result)]
    return [figure for figure in figures if figure]


def drawn(curve):
    """The figure of a result with this curve alone."""
    return curves_svg(replace(example.result(), curves=(curve,), response_label=LABEL))


def texts(svg):
    """What is written on the figure; a text's own title is not."""
    written = ET.fromstring(svg).iter(f"{SVG}text")
    return [(one.text or "") + "".join(child.tail or "" for child in one) for one in written]


def test_hostile_names_leave_a_figure_well_formed_and_harmless():
    """Tags, quotes, control characters and endless names become text, and nothing else."""
    figures = all_figures(example.hostile())
    assert len(figures) == 3
    for svg in figures:
        tags = {one.tag.removeprefix(SVG) for one in ET.fromstring(svg).iter()}
        assert tags <= {"svg", "title", "rect", "g", "path", "text", "circle", "defs", "use"}
        assert "<script" not in svg
        assert "\x1b" not in svg
        assert "\u202e" not in svg


def test_a_figure_reaches_for_nothing_outside_itself():
    """No style block, script, link or picture: it may stand in a page with a strict policy."""
    for svg in all_figures(example.result()):
        assert svg.count("href=") == svg.count('xlink:href="#axes-')
        for name in ("<style", "style=", "url(", "<image", "onload"):
            assert name not in svg


def test_each_point_carries_its_well():
    curve = example.curve(1)
    root = ET.fromstring(drawn(curve))
    wells = [one.get("data-well") for one in root.iter() if one.get("data-well")]
    assert wells == [point.position for point in curve.points]


def test_a_masked_point_is_hollow_and_says_why():
    root = ET.fromstring(drawn(example.curve(4)))
    (masked,) = (one for one in root.iter() if one.get("data-masked"))
    assert "masked: cpm 3 robust SD above its replicates" in masked.find(f"{SVG}title").text


def test_a_curve_says_compound_unit_and_ic50():
    said = texts(drawn(example.curve(1)))
    for expected in ("MOL-00171", LABEL, "1 nM", "100", "IC50 12.6 nM"):
        assert expected in said


def test_a_fit_in_doubt_says_so_on_the_figure():
    said = texts(drawn(example.curve(9)))
    assert "ambiguous: the data do not settle the fit" in said
    assert not any(one.startswith("IC50") for one in said)


def test_the_page_has_a_panel_for_every_curve():
    root = ET.fromstring(curves_svg(example.result(12)))
    panels = [one for one in root.iter(f"{SVG}g") if one.get("class") == "curve"]
    assert [one.get("data-compound") for one in panels] == [
        curve.compound for curve in example.result(12).curves
    ]


def test_panels_that_share_their_axes_share_one_drawing_of_them():
    """Also where the figure stands within another, as in a mail's picture."""
    for svg in (curves_svg(example.result(12)), stacked([curves_svg(example.result(12))])):
        root = ET.fromstring(svg)
        drawn = [one.get("id") for one in root.iter(f"{SVG}g") if one.get("id")]
        used = [one.get("{http://www.w3.org/1999/xlink}href") for one in root.iter(f"{SVG}use")]
        assert (len(used), len(drawn)) == (12, 1)
        assert set(used) == {f"#{drawn[0]}"}


@pytest.mark.parametrize(("curves", "across"), [(1, 1), (2, 2), (4, 2), (12, 3), (18, 3), (40, 4)])
def test_panels_stand_in_up_to_four_columns(curves, across):
    assert columns(curves) == across


def test_simulated_results_say_so_on_every_page_of_figures():
    result = example.result()
    for make in (curves_svg, plate_svg):
        assert "SIMULATED" in texts(make(result))
        assert "SIMULATED" not in texts(make(replace(result, simulated=False)))


def test_a_plate_shows_every_well_once():
    root = ET.fromstring(plate_svg(example.result()))
    wells = [one.get("data-well") for one in root.iter() if one.get("data-well")]
    assert len(wells) == len(set(wells)) == 96


def test_there_is_no_plate_figure_for_racks_and_no_bars_without_groups():
    assert plate_svg(example.uptake()) == ""
    assert groups_svg(example.result()) is None


def test_the_same_result_gives_the_same_bytes():
    """Figures are archived under a digest."""
    assert curves_svg(example.result()) == curves_svg(example.result())
