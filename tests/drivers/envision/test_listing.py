"""The list export by its grammar."""

from pathlib import Path

from labsvc.driver import decode
from labsvc_drivers.envision.listing import is_list, read_list

TEXT = decode((Path(__file__).parent / "data" / "list.txt").read_bytes())


def test_every_row_is_a_well() -> None:
    """16 of plate 1 and 8 of plate 2."""
    rows = list(read_list(TEXT).rows)
    assert [sum(row.cells["Plate"] == plate for row in rows) for plate in "12"] == [16, 8]


def test_text_above_the_header_is_kept_and_belongs_to_the_identity() -> None:
    """It may be all that tells two lists apart."""
    listing = read_list("Protocol 7\n\n" + TEXT)
    assert listing.above == ("Protocol 7",)
    assert listing.identity != read_list(TEXT).identity


def test_the_identity_does_not_depend_on_how_much_follows() -> None:
    """A list that is still being written is the same run."""
    shorter = "\n".join(TEXT.split("\n")[:14]) + "\n"
    assert read_list(shorter).identity == read_list(TEXT).identity


def test_a_list_is_known_by_its_first_four_columns() -> None:
    """In their order, parted by one kind of mark."""
    assert is_list("Plate,Repeat,Well,Type,Time\n")
    assert not is_list("Plate,Repeat\tWell,Type\n")
    assert not is_list("Plate\tWell\tRepeat\tType\n")
