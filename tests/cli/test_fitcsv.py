"""Tables of points: read whole, or refused in a sentence."""

from __future__ import annotations

from math import isnan

import pytest

from labsvc.cli.fitcsv import Reading, known_model, named_values, read_points, x_units
from labsvc.core.fitting.regression import DataSet
from labsvc.core.models import MODELS
from labsvc.errors import ParseError


def reading(model: str = "saturation_specific", x_unit: str = "M", **parts: object) -> Reading:
    given = {"conc_unit": "nM", "y_unit": "cpm", "weights": "none", **parts}
    return Reading(MODELS[model], x_unit, **given)  # type: ignore[arg-type]


def read(text: str, **parts: object) -> DataSet:
    (found,) = read_points(text.encode(), reading(**parts)).values()  # type: ignore[arg-type]
    return found


def test_units_become_molar_and_minutes() -> None:
    assert read("x,y\n2,5\n", x_unit="nM").x == pytest.approx((2e-9,))
    assert read("x,y\n-9,5\n", x_unit="log10M").x == pytest.approx((1e-9,))
    assert read("x,y\n90,5\n", model="dissociation", x_unit="s").x == pytest.approx((1.5,))
    depleted = reading("saturation_depletion", "cpm", added=1e13)
    assert read_points(b"x,y\n500,5\n", depleted)[""].x == pytest.approx((5e-11,))


def test_spreadsheets_tables_are_read() -> None:
    """Semicolons, a BOM, quotes, comments, blank lines, capitals, other columns."""
    text = '\ufeff# made by hand\nX;"Y";well\n\n1e-9;5;A1\n2e-9;"7.5";A2\n'
    assert read(text) == DataSet((1e-9, 2e-9), (5.0, 7.5), units="cpm")


def test_missing_points_stay_missing() -> None:
    found = read("x,y\n1,NA\n2,\n3,-\n4,9\n")
    assert [isnan(y) for y in found.y] == [True, True, True, False]


def test_series_and_further_columns_are_read() -> None:
    """conc in its own unit, kinds without regard to capitals."""
    found = read_points(
        b"x,y,conc,kind,series\n1,2,0.5,Association,a\n3,4,0.5,dissociation,b\n",
        reading("association_dissociation", "min"),
    )
    assert list(found) == ["a", "b"]
    assert found["a"].conc == pytest.approx((5e-10,))
    assert found["b"].kind == ("dissociation",)


@pytest.mark.parametrize(
    ("text", "parts", "sentence"),
    [
        ("", {}, "found no text in this file, expected a header x,y"),
        ("x,y\n", {}, "found a header and no points below it"),
        ("dose,y\n1,2\n", {}, "found the columns 'dose, y', expected x too for saturation_spec"),
        ("x,y\n1,2\n", {"weights": "sd"}, "expected sd too"),
        ("x,y\n1,2\n", {"model": "homologous_competition"}, "expected conc too"),
        ("x,y,y\n1,2,3\n", {}, "found the column 'y' 2 times"),
        ("x,y\n1,2,3\n", {}, "line 2: found 3 cells, expected 2 as in the header (x,y)"),
        ("x,y\n1,2\n1 nM,5\n", {}, "line 3: x: found '1 nM', expected a number"),
        ("x;y\n1;2,5\n", {}, "y: found '2,5', expected a number with a decimal point"),
        ("x,y\n1,1e999\n", {}, "y: found '1e999', expected a number"),
        ("x,y,sd\n1,2,0\n", {"weights": "sd"}, "line 2: sd: found '0', expected more than 0"),
        ("x,y\n-1,2\n", {}, "line 2: x: found -1, expected 0 or more"),
        ("x,y\n9,2\n", {"x_unit": "log10M"}, "x in log10 M"),
        ('x,y\n1,"2\n', {}, "line 2: found '1,\"2', which is no row"),
        ("x,y,kind\n1,2,nsb\n", {"model": "saturation_total_nsb"}, "kind: found 'nsb', expected"),
        ("x,y\n1," + "9" * 500 + "x\n", {}, "999...', expected a number"),
    ],
)
def test_what_cannot_be_understood_is_said(
    text: str, parts: dict[str, object], sentence: str
) -> None:
    """What was found, where, what was expected; one line, however long the cell."""
    with pytest.raises(ParseError) as refused:
        read(text, **parts)
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 250


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(ParseError, match="binary"):
        read_points(b"x,y\n\x00\x01", reading())


def test_a_table_that_is_too_large_is_refused_unread() -> None:
    with pytest.raises(ParseError, match="expected at most"):
        read_points(b"x" * (21 * 2**20), reading())
    with pytest.raises(ParseError, match="20,001 points"):
        read("x,y\n" + "1,2\n" * 20_001)


def test_options_are_names_and_values() -> None:
    assert named_values(["top=100", " kd = 1.1 nM "]) == {"top": "100", "kd": "1.1 nM"}
    with pytest.raises(ValueError, match="expected NAME=VALUE such as top=100"):
        named_values(["top"])
    with pytest.raises(ValueError, match="found top twice"):
        named_values(["top=1", "top=2"])


def test_models_and_their_units_are_known() -> None:
    assert x_units(known_model("dissociation")) == ("min", "s", "h")
    assert x_units(known_model("saturation_depletion"))[-1] == "cpm"
    assert "cpm" not in x_units(known_model("one_site_ki"))
    with pytest.raises(ValueError, match="model: found 'hill'"):
        known_model("hill")
