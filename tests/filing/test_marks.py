"""The points of a curve as SVG."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from labsvc.filing.axes import Scale
from labsvc.filing.marks import Marks, counted, marks, means
from labsvc.filing.place import Place
from labsvc.model.result import Point
from tests.filing import example

PLACE = Place(Scale(-9.0, -5.0, 100.0, 300.0), Scale(0.0, 100.0, 200.0, 0.0), zero=80.0)


def a_point(position: str = "A01", **changes: object) -> Point:
    return Point(position, "sample", None, "x", 1e-7, response=50.0)._replace(**changes)


def marked(*points: Point) -> Marks:
    return marks(points, counted(points), PLACE)


def drawn(svg: str) -> list[ET.Element]:
    return list(ET.fromstring(f"<g>{svg}</g>"))


def test_a_mark_says_well_concentration_and_response() -> None:
    (circle,) = drawn(marked(a_point("B07")).counted)
    assert (circle.get("data-well"), circle.get("cx"), circle.get("cy")) == ("B07", "200", "100")
    assert circle.find("title").text == "B07: 100 nM, 50"


def test_hostile_wells_and_reasons_stay_text() -> None:
    """In the attribute and in the title, of a point that counts and of one that is masked."""
    points = (a_point(example.HOSTILE), a_point(example.HOSTILE, masked=example.HOSTILE))
    for svg in marked(*points):
        assert [one.tag for one in drawn(svg)[0].iter()] == ["circle", "title"]
        assert "<script" not in svg
        assert "\u202e" not in svg


def test_a_point_off_the_scale_is_an_arrow_that_says_so() -> None:
    """Counted or masked, above or below."""
    for changes in ({"response": 140.0}, {"response": -9.0, "masked": "wet"}):
        found = marked(a_point(**changes))
        (arrow,) = drawn("".join(found))
        assert arrow.tag == "path"
        assert arrow.find("title").text.endswith("(off the scale)")


def test_a_replicate_without_company_stands_for_itself() -> None:
    """Where no mean is drawn, the mark itself is drawn full: its replicate has no number."""
    assert 'fill-opacity="1"' in marked(a_point(), a_point("A02", response=None)).counted
    assert 'fill-opacity="1"' not in marked(a_point(), a_point("A02")).counted


def test_a_mean_stands_amid_its_replicates_with_one_sd_to_either_side() -> None:
    """40 and 60 are 50 ± 14.1; a hundred percent are 200 pixels."""
    found = counted((a_point(response=40.0), a_point("A02", response=60.0)))
    dots, whiskers = means(found, PLACE)
    assert dots.startswith("M196.6 100a")
    assert whiskers.startswith("M200 71.7V128.3")
