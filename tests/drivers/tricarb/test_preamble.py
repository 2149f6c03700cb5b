"""The keys above the table."""

import pytest

from labsvc.driver import Lines, ParseError
from labsvc_drivers.tricarb.preamble import is_table_header, is_warning, read_preamble

TOP = "Assay Definition\n\nAssay Description:\n\nAssay Type: DPM (Single)\n"
WARNING = "6/1/2025 4:50:11 PM:  Warning: User Has Modified Count Conditions."


def values(text: str) -> dict[str, str]:
    return dict(read_preamble(Lines(f"{TOP}{text}\nS#,CPMA\n")).values)


def test_several_pairs_on_one_line_are_parted() -> None:
    """Two blanks or more stand between ``Key: value`` pairs."""
    found = values("Static Controller: On         Luminescence Correction: Off     GCT: n/a")
    assert found["Static Controller"] == "On"
    assert found["Luminescence Correction"] == "Off"
    assert found["GCT"] == "n/a"


@pytest.mark.parametrize("key", ["Number of Vials/Sample", "#Vials/Sample"])
def test_both_spellings_of_vials_a_sample_are_kept(key: str) -> None:
    """Versions of QuantaSmart differ in their words."""
    found = values(f"{key}: 2     Calculate % Reference: Off           ")
    assert found[key] == "2"
    assert found["Calculate % Reference"] == "Off"


def test_a_path_keeps_its_colon_and_its_blanks() -> None:
    """``C:`` is no key, even after two blanks."""
    found = values("Output Data Path: C:\\My  Results\\x  C:\\y")
    assert found["Output Data Path"] == "C:\\My  Results\\x  C:\\y"


def test_regions_keep_their_levels() -> None:
    """Lower and upper level of each region are kept as printed, keV."""
    found = values("Regions         LL       UL\nA              0.5      5.0\nB   2.0   18.6\n")
    assert (found["Region A LL"], found["Region A UL"]) == ("0.5", "5.0")
    assert (found["Region B LL"], found["Region B UL"]) == ("2.0", "18.6")


def test_the_description_is_free_text() -> None:
    """A description that looks like a key, or is blank, swallows nothing and invents nothing."""
    text = "Assay Definition\n\nAssay Description:\nNote: hot\nvials\nAssay Type: CPM\nS#,CPMA\n"
    found = read_preamble(Lines(text)).values
    assert found["Assay Description"] == "Note: hot vials"
    assert found["Assay Type"] == "CPM"
    assert "Assay Description" not in values("")


def test_additional_files_and_unknown_lines_are_kept() -> None:
    """What is not understood is kept, not dropped."""
    text = "Additional Data Files Generated with this Protocol:\nReport1\n\t\t[Excel]\ta.csv\n\nodd"
    found = values(text)
    assert found["Additional Data Files"] == "Report1; [Excel] a.csv"
    assert found["Other lines"] == "odd"


def test_a_warning_above_the_table_is_a_warning() -> None:
    """Conditions changed before the first vial are warned of above the column names."""
    preamble = read_preamble(Lines(f"{TOP}{WARNING}\nS#,CPMA\n"))
    assert preamble.warnings == (WARNING,)
    assert is_warning(WARNING)
    assert not is_warning("Count Conditions")


def test_the_column_names_may_begin_with_any_column() -> None:
    """Users choose the columns and their order."""
    assert is_table_header("P#,S#,Count Time")
    assert not is_table_header("Assay Description: S# and more")


def test_settings_that_are_not_printed_count_as_off() -> None:
    """Nothing is taken off unless the report says so."""
    preamble = read_preamble(Lines(f"{TOP}Background Subtract: 1st Vial\nS#,CPMA\n"))
    assert not preamble.is_off("Background Subtract")
    assert preamble.is_off("Low CPM Threshold")


def test_a_preamble_cut_in_its_description_is_refused() -> None:
    """The report says where it ends and what was expected."""
    with pytest.raises(ParseError, match="expected 'Assay Type:'"):
        read_preamble(Lines("Assay Definition\n\nAssay Description:\nmy as"))


@pytest.mark.parametrize(
    "opening",
    [
        "",
        "Assay Description:\n",
        "Additional Data Files Generated with this Protocol:\n",
    ],
)
def test_a_preamble_that_comes_to_no_columns_is_refused_where_the_longest_would_end(
    opening: str,
) -> None:
    """Wherever its lines seem to belong: no report without a table is kept line by line."""
    endless = f"Assay Definition\n\n{opening}" + "Note: hot\n" * 3000
    with pytest.raises(ParseError, match=r"line 200[12]: no line above .* at most 2000"):
        read_preamble(Lines(endless))


def test_a_long_description_is_read() -> None:
    """Short of 2,000 lines a definition is one."""
    text = "Assay Definition\n\nAssay Description:\n" + "hot\n" * 1990
    found = read_preamble(Lines(f"{text}Assay Type: CPM\nS#,CPMA\n")).values
    assert found["Assay Type"] == "CPM"
    assert found["Assay Description"].count("hot") == 1990
