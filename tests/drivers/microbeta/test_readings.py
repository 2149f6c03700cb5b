"""List, grids and total: laid over each other, labels told apart."""

from datetime import UTC, datetime

import pytest

from labsvc.driver import Capture, CountRun, ParseError
from labsvc_drivers.microbeta import MicroBeta

COLUMNS = ("SAMPLE", "POS", "CCPM1", "CCPM1%", "CPM1", "CCPM2", "CCPM2%", "SQP")
ROWS = (("Unk_1", "A01", "100", "20.0", "130", "40", "31.6", "512"),
        ("Unk_2", "D06", "0", "0.0", "28", "7", "75.6", "498"))  # fmt: skip


def row(*cells: str, start: str = " ") -> str:
    return "\t".join((start, *cells, ""))


def grid(label: str, first: str, last: str) -> list[str]:
    rows = [row(*["-"] * 6, start=letter) for letter in "ABCD"]
    rows[0] = row(first, *["-"] * 5, start="A")
    rows[3] = row(*["-"] * 5, last, start="D")
    return [label, "", row("1", "2", "3", "4", "5", "6"), *rows, ""]


def report(grids: list[str], total: str = "147.0") -> bytes:
    lines = [r"C:\mbw\results\A1_1.txt", "RUN INFORMATION:", "======"]
    lines += ["Counting protocol no: 1      Fri  3-Apr-2020 11:00", "Name: DUAL", ""]
    lines += ["COLUMNS:", "====", row(*COLUMNS), *(row(*cells) for cells in ROWS), ""]
    lines += ["PLATES:", "====", "Plate 3", "Cassette information:", "Assay:-/Shelf: 3/4*6", ""]
    lines += [*grids, "End of plate 3", f"Total count rate: {total} CCPM", "END"]
    return "\r\n".join(lines).encode()


def run_of(content: bytes) -> CountRun:
    (run,) = MicroBeta().parse(Capture("a.txt", "t", datetime(2026, 1, 5, tzinfo=UTC), content))
    assert isinstance(run, CountRun)
    return run


DUAL = grid("CCPM1", "100", "0") + grid("CCPM2", "40", "7")


def test_each_label_is_a_channel() -> None:
    """The corrected rate stands for its label where the uncorrected one is printed too."""
    run = run_of(report(DUAL))
    first, last = run.readings[0], run.readings[-1]
    figures = [(c.name, c.cpm, c.error_2sigma_percent, c.corrected) for c in first.channels]
    taken = ("background",)
    assert figures == [("1", 100, 20.0, taken), ("2", 40, 31.6, taken)]
    assert (last.plate, last.position, last.order) == (3, "D06", 24)


def test_columns_without_a_field_are_kept_by_their_name() -> None:
    """Nothing that was printed is lost."""
    assert run_of(report(DUAL)).readings[0].extras == {"CPM1": "130", "SQP": "512"}


def test_the_total_of_several_labels_is_kept_and_not_judged() -> None:
    """Which labels it sums is not known: it says so."""
    run = run_of(report(DUAL, total="1.0"))
    assert any("not known" in warning for warning in run.warnings)
    assert run.extras["total count rate"] == "1.0 CCPM"


def test_every_grid_is_compared_with_its_column() -> None:
    """The second label's grid too."""
    with pytest.raises(ParseError, match=r"plate 3 A01 CCPM2: the list has '40' .* grid has '41'"):
        run_of(report(grid("CCPM1", "100", "0") + grid("CCPM2", "41", "7")))


def test_grids_of_one_plate_agree_on_what_was_counted() -> None:
    """A cell counted in one grid and not in the other is damage."""
    with pytest.raises(ParseError, match="'-' where plate 3 D06 CCPM2 in the grid"):
        run_of(report(grid("CCPM1", "100", "0") + grid("CCPM2", "40", "-")))


def test_two_labels_are_written_and_read_again() -> None:
    """The simulator writes as many labels as the run has."""
    run = run_of(report(DUAL))
    assert run_of(MicroBeta().simulate([run])) == run


def with_dpm(first: str, last: str) -> bytes:
    """The report with a dpm of the second label in the place of SQP."""
    content = report(DUAL).replace(b"SQP", b"DPM2")
    return content.replace(b"512", first.encode()).replace(b"498", last.encode())


def test_a_dpm_belongs_to_the_label_it_is_numbered_for() -> None:
    """DPM2 to label 2; a blank one is none, and it is written again as it came."""
    run = run_of(with_dpm("88.5", ""))
    assert [c.dpm for c in run.readings[0].channels] == [None, 88.5]
    assert [c.dpm for c in run.readings[-1].channels] == [None, None]
    assert "DPM2" not in run.readings[0].extras
    assert run_of(MicroBeta().simulate([run])) == run


def test_a_dpm_that_is_no_number_is_refused() -> None:
    """With the line and the column."""
    with pytest.raises(ParseError, match="line 10: found 'high' where DPM2"):
        run_of(with_dpm("high", "1"))
