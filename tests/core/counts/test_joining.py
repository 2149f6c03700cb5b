"""Runs of several files as one run."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from labsvc.core.counts.joining import in_force, join, natural
from labsvc.errors import ParseError
from labsvc.model.run import CalibrationRun, Channel, CountRun, Instrument, Program, Reading

START = datetime(2026, 1, 5, 9, 41)


def vial(number: int, minutes: float | None = None, **changes: object) -> CountRun:
    when = None if minutes is None else START + timedelta(minutes=minutes)
    reading = Reading(str(number), 1, (Channel("R", cpm=100.0 * number),), counted_at=when)
    run = CountRun(f"vial {number} {when}", Instrument("Hidex"), (reading,), Program("1", "H-3"),
                   counted_at=when, extras={"unit": "cpm", "bitsum": str(number)})  # fmt: skip
    return replace(run, **changes)  # type: ignore[arg-type]


def only(*parts: tuple[str, CountRun]) -> CountRun:
    (run,) = join([(name, [run]) for name, run in parts])
    assert isinstance(run, CountRun)
    return run


def test_readings_stand_in_the_order_of_their_counting() -> None:
    """Whatever the files are called; numbered through, and otherwise untouched."""
    run = only(("a.bin", vial(3, 10)), ("b.bin", vial(1, 0)), ("c.bin", vial(2, 5)))
    assert [(one.position, one.order, one.cycle) for one in run.readings] == [
        ("1", 1, 1), ("2", 2, 1), ("3", 3, 1)]  # fmt: skip
    assert run.readings[2] == vial(3, 10).readings[0]._replace(order=3)
    assert (run.counted_at, run.program) == (START, Program("1", "H-3"))


def test_without_times_they_stand_in_the_order_of_the_names() -> None:
    """The tenth file comes behind the second."""
    run = only(("x10.bin", vial(10)), ("x2.bin", vial(2)), ("X1.bin", vial(1)))
    assert [one.position for one in run.readings] == ["1", "2", "10"]
    assert sorted(["x10", "x2", "x", "2"], key=natural) == ["2", "x", "x2", "x10"]


def test_a_part_that_comes_later_leaves_the_key_as_it_is() -> None:
    """It is that of the run counted first: what was told of a part stands for the whole."""
    parts = [(f"{n}.bin", vial(n, n)) for n in range(1, 9)]
    assert len({only(*parts[:n]).run_key for n in range(1, 9)}) == 1


def test_a_position_that_comes_again_is_of_the_next_cycle() -> None:
    """Also where a part holds a whole pass, and repeats of its own."""
    again = only(("1", vial(1, 0)), ("2", vial(2, 1)), ("3", vial(1, 2)))
    assert [(one.position, one.cycle) for one in again.readings] == [("1", 1), ("2", 1), ("1", 2)]
    first = vial(1, 0)
    twice = replace(first, readings=(first.readings[0], first.readings[0]._replace(repeat=2)))
    passes = only(("1", twice), ("2", replace(twice, counted_at=START + timedelta(hours=1))))
    assert [(one.repeat, one.cycle) for one in passes.readings] == [(1, 1), (2, 1), (1, 2), (2, 2)]


def test_what_one_run_lacks_is_not_made_up_by_the_next() -> None:
    """Two vials of a run that was stopped, then a run of four: in one cycle two, in the next
    four, whichever file comes first."""
    stopped = [(f"{n}.bin", vial(n, n)) for n in (1, 2)]
    next_day = [(f"{n}.bin", vial(n, 1440 + n)) for n in (1, 2, 3, 4)]
    for parts in ([*stopped, *next_day], [*next_day, *stopped]):
        found = [(one.position, one.cycle) for one in only(*parts).readings]
        assert found == [("1", 1), ("2", 1), ("1", 2), ("2", 2), ("3", 2), ("4", 2)]


def test_positions_that_come_again_without_a_time_are_refused_but_as_whole_passes() -> None:
    """Reads of one plate may have no date; of single vials nobody could tell the runs apart."""
    with pytest.raises(ParseError, match="position 1 is in 'a' and in 'c', and not all"):
        only(("a", vial(1)), ("b", vial(2)), ("c", vial(1, 5)))
    read = replace(vial(1), readings=(*vial(1).readings, *vial(2).readings))
    again = replace(read, run_key="again")
    run = only(("1517.0001", read), ("1517.0002", again))
    assert [(one.position, one.cycle) for one in run.readings] == [
        ("1", 1), ("2", 1), ("1", 2), ("2", 2)]  # fmt: skip


def test_what_each_part_tells_is_kept_under_its_name() -> None:
    """What all tell alike stands once, as do warnings."""
    run = only(("1", vial(1, 0, warnings=("w",))), ("2", vial(2, 1, warnings=("w", "v"))))
    assert run.extras == {"unit": "cpm", "1: bitsum": "1", "2: bitsum": "2"}
    assert run.warnings == ("w", "v")


@pytest.mark.parametrize(
    "other", [vial(2, 1, program=Program("2")), vial(2, 1, instrument=Instrument("Other"))]
)
def test_parts_of_two_runs_are_refused(other: CountRun) -> None:
    """The sentence names both, and says what to do."""
    with pytest.raises(ParseError, match=r"'1' has the .* '2' has .* folder of their own"):
        only(("1", vial(1, 0)), ("2", other))


def test_other_records_go_along() -> None:
    """A check of the counter itself has no readings to join."""
    check = CalibrationRun("check", Instrument("Hidex"), ())
    assert join([("1", [check])]) == (check,)
    assert join([("1", [check]), ("2", [vial(1, 0)])])[1:] == (check,)


def test_a_part_that_was_exported_again_takes_the_place_of_the_one_before() -> None:
    """And what nothing could be read of gives way to whatever comes under its name."""
    read = [("1", [vial(1, 0)]), ("2", []), ("1", [vial(1, 0)]), ("2", [vial(2, 1)])]
    assert in_force(read) == [2, 3]


def test_a_name_with_another_run_is_another_part() -> None:
    """Some programs give the file of every vial the same name."""
    assert in_force([("SN.XLS", [vial(n, n)]) for n in (1, 2, 3)]) == [0, 1, 2]


def test_a_part_that_cannot_be_read_any_more_is_not_overlooked() -> None:
    """What was good stands, and what came last is seen to be bad."""
    assert in_force([("1", [vial(1, 0)]), ("1", [])]) == [0, 1]
