"""A row as a Reading: columns by name, stars, quench, flags."""

import pytest

from labsvc.driver import ParseError, Quench, Reading, State
from labsvc_drivers.tricarb.preamble import Preamble
from labsvc_drivers.tricarb.reading import RowReader
from labsvc_drivers.tricarb.table import Row


def read(values: dict[str, str] | None = None, modified: bool = False, **cells: str) -> Reading:
    named = {"S#": "7", **{key.replace("_", " "): text for key, text in cells.items()}}
    return reading_of(named, values, modified)


def reading_of(
    cells: dict[str, str], values: dict[str, str] | None = None, modified: bool = False
) -> Reading:
    reader = RowReader(tuple(cells), Preamble(values or {}, ()))
    return reader.read(Row(7, cells, 1), modified=modified)


def test_columns_are_found_by_name() -> None:
    """Each region with a column of its own becomes a channel; nothing else does."""
    reading = reading_of(
        {"DPM1": "25.0", "CPMB": "4", "CPMA": "10.5", "S#": "7", "A:2S%": "8.5",
         "Eff Nuc1 In A": "42.0", "Eff Nuc1 In B": "11.0"}
    )  # fmt: skip
    a, b = reading.channels
    assert (a.name, a.cpm, a.dpm, a.error_2sigma_percent, a.efficiency_percent) == (
        "A", 10.5, 25.0, 8.5, 42.0,
    )  # fmt: skip
    assert (b.name, b.cpm, b.dpm, b.efficiency_percent) == ("B", 4.0, None, 11.0)
    assert a.counts is None


@pytest.mark.parametrize("name", ["Count Time", "Count Time (minutes)"])
def test_the_count_time_is_the_rows_own(name: str) -> None:
    """Minutes become seconds; the preamble's count time is what was asked for, not what was had."""
    reading = reading_of({"S#": "7", "CPMA": "1", name: "7"}, {"Count Time (min)": "5.00"})
    assert reading.live_time_s == 420


def test_dpm_of_stars_is_recovered_from_becquerels() -> None:
    """The hot vial is neither lost nor 0: 38.5 Bq is 2,310 dpm."""
    reading = reading_of({"S#": "3", "CPMA": "631.370", "Bq:1": "38.500", "DPM1": "*****"})
    assert reading.channels[0].dpm == 2310
    assert reading.state is State.OVERFLOW
    assert reading.flags == ("recovered",)
    assert reading.extras["DPM1"] == "*****"


def test_dpm_of_stars_is_recovered_from_cpm_and_efficiency() -> None:
    """Where no becquerels are printed: cpm over efficiency."""
    cells = {"S#": "3", "CPMA": "500", "Eff Nuc1 In A": "25.00", "DPM1": "*****"}
    assert reading_of(cells).channels[0].dpm == 2000


def test_stars_that_nothing_can_recover_stay_unknown() -> None:
    """An overflow without becquerels or efficiency has no dpm and says so."""
    reading = reading_of({"S#": "3", "CPMA": "500", "DPM1": "*****"})
    assert reading.state is State.OVERFLOW
    assert reading.channels[0].dpm is None
    assert reading.flags == ()


def test_stars_for_an_error_are_no_overflow() -> None:
    """A vial with few counts has an error too wide for its column; its counts are fine."""
    reading = reading_of({"S#": "3", "CPMA": "0.1", "A:2S%": "*****"})
    assert reading.state is State.COUNTED
    assert reading.channels[0].error_2sigma_percent is None
    assert reading.extras == {"A:2S%": "*****"}


@pytest.mark.parametrize("text", ["1e999", "9" * 5000])
def test_a_figure_without_end_is_refused(text: str) -> None:
    """Infinity is no count."""
    with pytest.raises(ParseError, match="is too large to be CPMA"):
        read(CPMA=text)


def test_tsie_is_preferred_and_sis_is_kept() -> None:
    """Two quench indices: one in the field, the other in the extras."""
    both = reading_of({"S#": "1", "CPMA": "7", "SIS": "1062.95", "tSIE": "322.84"})
    assert both.quench == Quench("tSIE", 322.84)
    assert both.extras == {"SIS": "1062.95"}
    assert reading_of({"S#": "1", "CPMA": "7", "SIS": "10.5"}).quench == Quench("SIS", 10.5)


@pytest.mark.parametrize(
    ("printed", "nuclide"),
    [("3H UG LLT Normal", "3H"), ("125I", "125I"), ("LIBRA UG", None), ("Low Energy Test", None),
     ("14C-toluene", "14C"), ("3HUG", None)],
)  # fmt: skip
def test_the_nuclide_is_taken_only_where_the_line_begins_with_one(
    printed: str, nuclide: str | None
) -> None:
    """The line is the name of a user's library entry, which may say anything."""
    assert read({"Nuclide": printed}, CPMA="1").channels[0].nuclide == nuclide


def test_background_taken_off_by_the_counter_is_said() -> None:
    """Reductions must not take it off again."""
    assert read({"Background Subtract": "On"}, CPMA="1").channels[0].corrected == ("background",)
    assert read({"Background Subtract": "Off"}, CPMA="1").channels[0].corrected == ()


def test_a_count_shorter_than_asked_for_is_flagged() -> None:
    """Unless a warning explains it, or a terminator may have ended the count on purpose."""
    asked = {"Count Time (min)": "100.00"}
    assert read(asked, CPMA="1", Count_Time="7").flags == ("short_count_time",)
    assert read(asked, modified=True, CPMA="1", Count_Time="7").flags == (
        "count_conditions_modified",
    )
    assert read({**asked, "2 Sigma % Terminator": "On"}, CPMA="1", Count_Time="7").flags == ()


def test_a_sample_called_fail_is_a_sample() -> None:
    """SMPL_ID is the user's own text and decides nothing."""
    reading = reading_of({"S#": "9", "SMPL_ID": "FAIL", "CPMA": "3.930"})
    assert reading.sample == "FAIL"
    assert reading.state is State.COUNTED


def test_the_second_nuclide_of_a_dual_label_stands_in_region_b() -> None:
    """DPM2 and its own efficiency go to B; the crossed efficiencies are kept as printed."""
    reading = reading_of(
        {"S#": "1", "CPMA": "10", "CPMB": "20", "DPM1": "30", "DPM2": "40",
         "Eff Nuc1 In A": "33", "Eff Nuc2 In A": "5", "Eff Nuc2 In B": "50", "Eff Nuc1 In B": "1"}
    )  # fmt: skip
    b = reading.channels[1]
    assert (b.dpm, b.efficiency_percent) == (40, 50)
    assert reading.extras == {"Eff Nuc2 In A": "5", "Eff Nuc1 In B": "1"}


DUAL = {"S#": "1", "CPMA": "10", "CPMB": "20", "CPMC": "30", "DPM1": "30", "DPM2": "40"}


@pytest.mark.parametrize(
    ("printed", "nuclides"),
    [("3H-14C", ["3H", "14C", None]), ("3H/14C UG", ["3H", "14C", None]),
     ("H-3, C-14", ["H-3", "C-14", None]), ("3H UG", [None] * 3), ("LIBRA UG", [None] * 3),
     ("3H-14C-32P", [None] * 3)],
)  # fmt: skip
def test_two_labels_have_their_nuclides_where_two_are_named(
    printed: str, nuclides: list[str | None]
) -> None:
    """One name alone does not say which of the two it is; region C counts both."""
    reading = reading_of(DUAL, {"Nuclide": printed})
    assert [channel.nuclide for channel in reading.channels] == nuclides


def test_a_region_that_counts_two_labels_has_neithers_name() -> None:
    """Named as two, reported as one: region A holds counts of both."""
    assert read({"Nuclide": "3H-14C"}, CPMA="1").channels[0].nuclide is None


def test_the_third_region_of_a_dual_label_has_no_efficiency_of_its_own() -> None:
    """There are two, one for each nuclide: both are kept as printed."""
    reading = reading_of({**DUAL, "Eff Nuc1 In C": "60", "Eff Nuc2 In C": "90"})
    assert reading.channels[2].efficiency_percent is None
    assert reading.extras == {"Eff Nuc1 In C": "60", "Eff Nuc2 In C": "90"}


def test_the_second_dpm_of_stars_is_recovered_from_its_own_becquerels() -> None:
    """Not from cpm and efficiency: region B holds counts of both labels."""
    stars = {**DUAL, "DPM2": "*****", "Eff Nuc2 In B": "50"}
    a, b, _ = reading_of({**stars, "Bq:2": "38.500"}).channels
    assert (a.dpm, b.dpm) == (30, 2310)
    assert reading_of(stars).channels[1].dpm is None


@pytest.mark.parametrize("first", ["DPM1", "CPMA", "tSIE", "A:2S%", "CPMB", "SIS"])
def test_of_several_bad_figures_the_first_of_the_row_is_named(first: str) -> None:
    """Always the same sentence for the same file, in every process."""
    others = [one for one in ("CPMA", "DPM1", "tSIE", "A:2S%", "CPMB", "SIS") if one != first]
    with pytest.raises(ParseError, match=f"where {first} "):
        reading_of({"S#": "7", **dict.fromkeys([first, *others], "x1")})
