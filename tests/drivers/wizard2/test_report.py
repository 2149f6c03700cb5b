"""The grammar of the table."""

import pytest

from labsvc.driver import ParseError
from labsvc_drivers.wizard2.report import column_names, nuclide_names, read_table


def test_nuclides_are_what_stands_before_cpm() -> None:
    """In the order of their columns."""
    assert nuclide_names(("Pos", "I-125 CPM", "I-125 Info", "Co-57 CPM")) == ("I-125", "Co-57")


@pytest.mark.parametrize(
    ("header", "names"), [("Rack, Pos", ("Rack", "Pos")), ("", ()), ('Rack,"Pos', ())]
)
def test_a_header_gives_its_names_or_none(header: str, names: tuple[str, ...]) -> None:
    """Recognition asks this of any file's first line."""
    assert column_names(header) == names


def test_a_table_with_semicolons_is_refused_at_its_header() -> None:
    """Another locale's export has not been seen: it is not guessed at."""
    with pytest.raises(ParseError, match="line 1: the header 'Rack;Pos' lacks the column"):
        read_table("Rack;Pos\n1;2\n")
