"""The driver contract: a sound driver passes it, and each broken promise is caught."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import pytest

from labsvc.driver import (
    CalibrationRun,
    Capture,
    Channel,
    CountRun,
    Driver,
    Fragment,
    Frame,
    Framer,
    Instrument,
    Lines,
    Measure,
    ParseError,
    Reading,
    Recognition,
    Record,
    Reply,
    SerialLine,
    decode,
    number,
)
from labsvc.driver.testing import DriverContract, Flagged, Refused

SAMPLE = b"TALLY\r\n7 120.5\r\n8 98\r\nEND\r\n"
NO_END = b"TALLY\r\n7 120.5\r\n8 98\r\n"
READING: dict[str, Any] = {
    "plate": None,
    "plate_id": None,
    "rack": None,
    "sample": None,
    "cycle": 1,
    "repeat": 1,
}
READING |= {"live_time_s": None, "counted_at": None, "state": "counted", "flags": []}
READING |= {"quench": None, "extras": {}}
CHANNEL: dict[str, Any] = {
    "name": "1",
    "nuclide": None,
    "counts": None,
    "dpm": None,
    "corrected": [],
}
CHANNEL |= {"error_2sigma_percent": None, "efficiency_percent": None}
GOLDEN = {
    "kind": "count",
    "run_key": "tally",
    "instrument": {"vendor": "Acme", "model": None, "serial_number": None, "software": None},
    "program": {"number": None, "name": None},
    "counted_at": None,
    "counted_at_text": None,
    "readings": [
        READING | {"position": "7", "order": 1, "channels": [CHANNEL | {"cpm": 120.5}]},
        READING | {"position": "8", "order": 2, "channels": [CHANNEL | {"cpm": 98}]},
    ],
    "warnings": [],
    "extras": {},
}


class TallyFramer(Framer):
    """A transmission ends with the line END."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> Iterable[Frame | Fragment | Reply]:
        self._held += data
        while b"END\r\n" in self._held:
            head, _, self._held = self._held.partition(b"END\r\n")
            yield Frame(head + b"END\r\n")

    @property
    def pending(self) -> bytes:
        return self._held


class Tally(Driver):
    """A counter that prints a position and a count rate a line."""

    title = "Tally"
    maturity = "draft"
    serial = SerialLine(TallyFramer)
    faults = ("late", "odd")

    def recognises(self, capture: Capture) -> Recognition:
        if capture.content.startswith(b"TALLY"):
            return Recognition.yes("it begins with TALLY")
        return Recognition.no("it does not begin with TALLY", 1)

    def parse(self, capture: Capture) -> Sequence[Record]:
        lines = Lines(decode(capture.content))
        if lines.pop("TALLY") != "TALLY":
            raise ParseError("expected TALLY")
        rows: list[Reading] = []
        while (line := lines.pop("a row or END")) != "END":
            position, _, rate = line.partition(" ")
            cpm = self.number(rate, lines.line)
            rows.append(Reading(position, len(rows) + 1, (Channel("1", cpm=cpm),)))
        warnings = ("odd one",) if "8 98.25" in decode(capture.content) else ()
        return (CountRun(self.key(capture), Instrument("Acme"), tuple(rows), warnings=warnings),)

    def number(self, text: str, line: int) -> float:
        return number(text, line=line, what="cpm")

    def key(self, capture: Capture) -> str:
        return "tally"

    def rows(self, run: CountRun) -> tuple[Reading, ...]:
        return run.readings

    def simulate(self, records: Sequence[Record], *, fault: str | None = None) -> bytes:
        if fault not in (None, *self.faults):
            raise ValueError(f"unknown fault {fault}")
        (run,) = records
        assert isinstance(run, CountRun)
        rows = [f"{one.position} {one.channels[0].cpm:g}" for one in self.rows(run)]
        text = "\r\n".join(["TALLY", *rows, "" if fault == "late" else "END", ""])
        return text.replace("8 98", "8 98.25" if fault == "odd" else "8 98").encode()

    def ends(self, content: bytes) -> bool:
        return content.rstrip().endswith(b"END")


class TallyContract(DriverContract):
    driver: ClassVar[Driver] = Tally()
    others: ClassVar[Sequence[Driver] | None] = ()
    samples = {"a.txt": SAMPLE}  # noqa: RUF012
    goldens = {"a.txt": [GOLDEN]}  # noqa: RUF012
    bad = {"comma": (SAMPLE.replace(b".", b","), "line 2: .*'120,5'")}  # noqa: RUF012
    fault_outcomes = {"late": Refused("where cpm"), "odd": Flagged("^odd one$")}  # noqa: RUF012


class TestTally(TallyContract):
    """A sound driver passes."""


class Greedy(Tally):
    def recognises(self, capture: Capture) -> Recognition:
        return Recognition.yes("anything will do")


class Raising(Tally):
    def recognises(self, capture: Capture) -> Recognition:
        return Recognition(capture.content[:5].decode("ascii") == "TALLY", "decoded")


class Endless(Tally):
    """Takes whatever is there for the whole report."""

    def parse(self, capture: Capture) -> Sequence[Record]:
        rows = capture.content.rstrip(b"END\r\n")
        return super().parse(replace(capture, content=rows + b"\r\nEND"))


class Bare(Tally):
    def number(self, text: str, line: int) -> float:
        return float(text)


class Clocked(Tally):
    def key(self, capture: Capture) -> str:
        return capture.received_at.isoformat()


class Forgetful(Tally):
    def rows(self, run: CountRun) -> tuple[Reading, ...]:
        return run.readings[:-1]


class ByPiece(TallyFramer):
    def feed(self, data: bytes) -> Iterable[Frame | Fragment | Reply]:
        yield Frame(data)


class Pieces(Tally):
    serial = SerialLine(ByPiece)


class NeverEnds(Tally):
    def ends(self, content: bytes) -> bool:
        return False


Promise = Callable[[TallyContract], None]
BROKEN: dict[str, tuple[Driver, Promise]] = {
    "claims another's": (Greedy(), lambda c: c.test_recognition_refuses_what_is_nobodys("empty")),
    "recognition raises": (Raising(), lambda c: c.test_recognition_never_raises("a.txt")),
    "takes half a report": (
        Endless(),
        lambda c: c.test_a_sample_cut_anywhere_is_refused_or_whole("a.txt"),
    ),
    "another error": (Bare(), lambda c: c.test_a_bad_file_is_refused_with_its_message("comma")),
    "breaks on damage": (Bare(), lambda c: c.test_a_damaged_sample_is_refused_or_read("a.txt")),
    "reads the clock": (Clocked(), lambda c: c.test_parsing_depends_on_the_bytes_alone("a.txt")),
    "not its golden": (Clocked(), lambda c: c.test_a_sample_gives_its_golden("a.txt")),
    "loses a reading": (
        Forgetful(),
        lambda c: c.test_what_is_simulated_reads_back_as_the_same_records("a.txt"),
    ),
    "depends on pieces": (
        Pieces(),
        lambda c: c.test_the_serial_line_gives_what_the_file_gives("a.txt", 7),
    ),
    "end not seen": (NeverEnds(), lambda c: c.test_the_end_mark_is_seen("a.txt")),
}


def contract_of(one: Driver, sample: bytes = SAMPLE, *, end_mark: bool = True) -> TallyContract:
    class Contract(TallyContract):
        driver = one
        samples = {"a.txt": sample}  # noqa: RUF012
        has_end_mark = end_mark

    return Contract()


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_promise_is_caught(name: str) -> None:
    """Each way of being a bad driver fails the test that is about it."""
    driver, promise = BROKEN[name]
    promise(contract_of(Tally()))
    with pytest.raises((AssertionError, ValueError)):
        promise(contract_of(driver))


def test_a_sample_claimed_twice_is_caught() -> None:
    """The driver that also claims the sample is named."""
    contract = contract_of(Tally())
    type(contract).others = (Greedy(),)
    with pytest.raises(AssertionError, match="also claimed by"):
        contract.test_a_sample_is_recognised_by_its_driver_and_by_no_other("a.txt")


def test_without_an_end_mark_whole_rows_may_be_taken_but_no_half_row() -> None:
    """A cut after a row gives the rows before it; a figure cut in two is caught."""

    class WholeRows(Endless):
        def parse(self, capture: Capture) -> Sequence[Record]:
            if not capture.content.endswith((b"\r", b"\n")):
                raise ParseError("the last line has no line end")
            (run,) = super().parse(capture)
            if not isinstance(run, CountRun) or not run.readings:
                raise ParseError("no rows")
            return (run,)

    good = contract_of(WholeRows(), NO_END, end_mark=False)
    good.test_a_sample_cut_anywhere_is_refused_or_whole("a.txt")
    half = contract_of(Endless(), NO_END + b"9 12", end_mark=False)
    with pytest.raises(AssertionError, match="cut at byte"):
        half.test_a_sample_cut_anywhere_is_refused_or_whole("a.txt")


def test_a_calibration_is_a_record_like_any_other() -> None:
    """Its warnings are seen, and a cut that gives another calibration is caught."""

    class SelfCheck(Tally):
        def parse(self, capture: Capture) -> Sequence[Record]:
            (run,) = super().parse(capture)
            assert isinstance(run, CountRun)
            rows = tuple(Measure(one.position, one.channels[0].cpm) for one in run.readings)
            return (CalibrationRun("check", run.instrument, rows, warnings=run.warnings),)

        def simulate(self, records: Sequence[Record], *, fault: str | None = None) -> bytes:
            (run,) = records
            assert isinstance(run, CalibrationRun)
            rows = [Reading(m.name, 1, (Channel("1", cpm=m.value),)) for m in run.measures]
            return super().simulate([CountRun("x", run.instrument, tuple(rows))], fault=fault)

    class HalfCheck(SelfCheck):
        parse_whole = SelfCheck.parse

        def parse(self, capture: Capture) -> Sequence[Record]:
            rows = capture.content.rstrip(b"END\r\n")
            return self.parse_whole(replace(capture, content=rows + b"\r\nEND"))

    contract = contract_of(SelfCheck())
    contract.test_what_is_simulated_reads_back_as_the_same_records("a.txt")
    contract.test_a_simulated_fault_has_its_outcome("odd")
    contract.test_a_sample_cut_anywhere_is_refused_or_whole("a.txt")
    with pytest.raises(AssertionError, match="cut at byte"):
        contract_of(HalfCheck()).test_a_sample_cut_anywhere_is_refused_or_whole("a.txt")


def test_a_fault_without_an_outcome_is_caught() -> None:
    """A driver cannot declare a fault and say nothing about it."""
    contract = contract_of(Tally())
    type(contract).fault_outcomes = {}
    with pytest.raises(AssertionError, match="fault_outcomes"):
        contract.test_a_simulated_fault_has_its_outcome("late")


def test_a_fault_that_should_be_flagged_and_is_not_is_caught() -> None:
    """The words found are shown."""
    contract = contract_of(Tally())
    type(contract).fault_outcomes = {"odd": Flagged("even")}
    with pytest.raises(AssertionError, match=r"not among .*odd one"):
        contract.test_a_simulated_fault_has_its_outcome("odd")
