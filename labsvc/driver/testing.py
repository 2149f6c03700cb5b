"""What every driver promises, as tests: subclass DriverContract and hand it sample files.

    DATA = Path(__file__).parent / "data"

    class TestAcme(DriverContract):
        driver = Acme()
        samples = {p.name: p.read_bytes() for p in DATA.glob("*.txt")}
        goldens = {p.stem: json.loads(p.read_bytes()) for p in DATA.glob("*.txt.json")}
        bad = {"no header": (b"...", "expected .*RUN INFORMATION")}
        fault_outcomes = {"truncated": Refused("cut short"), "wrong_clock": Unseen("a real date")}

Nothing here reads or writes a file: samples and goldens come in as values, and a golden is written
by a person who has read the sample beside it, never by the test.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest

from labsvc.driver.damage import JUNK, at_line_end, cuts, damaged, other_encodings, prefixes
from labsvc.driver.difference import documents, first_difference
from labsvc.driver.interface import Driver, Frame, Reply
from labsvc.driver.neighbours import claims, installed
from labsvc.errors import ParseError
from labsvc.model.capture import Capture
from labsvc.model.run import CountRun, HarvestRun, Record

__all__ = ["DriverContract", "Flagged", "Outcome", "Refused", "Unseen"]


@dataclass(frozen=True, slots=True)
class Refused:
    """The fault is a ParseError whose message matches the regular expression ``message``."""

    message: str


@dataclass(frozen=True, slots=True)
class Flagged:
    """The report is read; ``text`` (a regular expression) is found in a warning or a flag."""

    text: str


@dataclass(frozen=True, slots=True)
class Unseen:
    """The driver cannot see this fault: it reads the report as it stands. ``why`` says why."""

    why: str


Outcome = Refused | Flagged | Unseen


class DriverContract:
    """The promises of one driver. Subclass it as ``Test...`` and set the attributes.

    Keep samples small (under 8 kB): each is cut at every byte and parsed again.
    """

    driver: ClassVar[Driver]
    others: ClassVar[Sequence[Driver] | None] = None
    """None of these may claim this driver's samples; None: every other driver installed."""
    samples: ClassVar[Mapping[str, bytes]]
    """Good output by file name, byte for byte."""
    goldens: ClassVar[Mapping[str, Any]]
    """By sample name: the list of documents (the JSON of ``labsvc driver parse``) it must give."""
    bad: ClassVar[Mapping[str, tuple[bytes, str]]] = {}
    """By name: content, and the regular expression that the ParseError's message must match."""
    has_end_mark: ClassVar[bool] = True
    """False where a report cut after a whole row cannot be told from a whole report."""
    fault_outcomes: ClassVar[Mapping[str, Outcome]] = {}
    """By fault name: what comes of each of ``driver.faults``."""
    fault_sample: ClassVar[str | None] = None
    """The sample that is simulated with faults; the first one unless named."""
    serial_samples: ClassVar[Mapping[str, bytes] | None] = None
    """What the line delivers, by name, where that is not the same as the files."""

    @classmethod
    def pytest_generate_tests(cls, metafunc: pytest.Metafunc) -> None:
        """One test for each sample, bad file, fault and piece size."""
        tables: dict[str, Sequence[object]] = {
            "sample": list(cls.samples),
            "bad_name": list(cls.bad),
            "fault": list(cls.driver.faults),
            "junk": list(JUNK),
            "serial_sample": list(cls._serial()),
            "piece": (1, 7, 4096),
        }
        for name, values in tables.items():
            if name in metafunc.fixturenames:
                none = pytest.param(None, marks=pytest.mark.skip(f"this driver has no {name}"))
                metafunc.parametrize(name, values or [none])

    # -- recognition ---------------------------------------------------------------------------

    def test_a_sample_is_recognised_by_its_driver_and_by_no_other(self, sample: str) -> None:
        """Exactly one driver claims a capture, and says why."""
        capture = self.capture(sample, self.samples[sample])
        recognition = self.driver.recognises(capture)
        assert recognition.claimed, f"{sample} is not claimed: {recognition.why}"
        assert recognition.why, "a recognition says why"
        others = installed(but=type(self.driver)) if self.others is None else self.others
        also = [one.title for one in others if claims(one, capture)]
        assert not also, f"{sample} is also claimed by {also}"

    def test_recognition_refuses_what_is_nobodys(self, junk: str) -> None:
        """Bytes of no instrument are refused with a reason; nothing is raised."""
        recognition = self.driver.recognises(self.capture(f"{junk}.txt", JUNK[junk]))
        assert not recognition.claimed, f"{junk} is claimed: {recognition.why}"
        assert recognition.why, "a recognition says why"

    def test_recognition_never_raises(self, sample: str) -> None:
        """A sample cut anywhere, or in another encoding, is claimed or refused: never an error."""
        content = self.samples[sample]
        for part in (*prefixes(content, 64), *other_encodings(content)):
            assert self.driver.recognises(self.capture(sample, part)).why

    # -- parsing -------------------------------------------------------------------------------

    def test_a_sample_gives_its_golden(self, sample: str) -> None:
        """Every value of every record is the one a person wrote down."""
        assert sample in self.goldens, f"{sample} has no golden: write one by hand"
        found = documents(self._parse(sample))
        difference = first_difference(self.goldens[sample], found)
        assert difference is None, f"{sample}: {difference}"

    def test_a_bad_file_is_refused_with_its_message(self, bad_name: str) -> None:
        """A file that cannot be understood is refused, in words that help."""
        content, message = self.bad[bad_name]
        with pytest.raises(ParseError, match=message):
            self.driver.parse(self.capture(f"{bad_name}.txt", content))

    @pytest.mark.parametrize("content", [b"", b" \r\n\r\n"])
    def test_an_empty_file_is_refused(self, content: bytes) -> None:
        """Nothing is not a report without readings."""
        with pytest.raises(ParseError):
            self.driver.parse(self.capture("empty.txt", content))

    def test_a_sample_cut_anywhere_is_refused_or_whole(self, sample: str) -> None:
        """A report cut short never gives other records than the whole report.

        Without an end mark, a cut after a whole row may give the rows before it, as the same run.
        """
        content, whole = self.samples[sample], self._parse(sample)
        for cut in cuts(content):
            try:
                part = tuple(self.driver.parse(self.capture(sample, content[:cut])))
            except ParseError:
                continue
            allowed = part == whole or self._is_a_fair_part(part, whole, content, cut)
            assert allowed, f"{sample} cut at byte {cut} of {len(content)} gives other records"

    def test_a_damaged_sample_is_refused_or_read(self, sample: str) -> None:
        """One byte changed or lost: records or a ParseError, never another error."""
        for content in damaged(self.samples[sample], 128):
            try:
                self.driver.parse(self.capture(sample, content))
            except ParseError:
                continue

    def test_the_end_mark_is_seen(self, sample: str) -> None:
        """``ends`` says whether nobody need wait for quiet; half a report never ends."""
        content = self.samples[sample]
        assert self.driver.ends(content) is self.has_end_mark
        assert not self.driver.ends(content[: len(content) // 2])

    def test_parsing_depends_on_the_bytes_alone(self, sample: str) -> None:
        """Parsed again, at another time, from another source: the same records."""
        again = Capture(
            "again", "elsewhere", datetime(2031, 1, 2, tzinfo=UTC), self.samples[sample]
        )
        assert tuple(self.driver.parse(again)) == self._parse(sample)

    def test_lf_and_crlf_read_the_same(self, sample: str) -> None:
        """Files travel through programs that change line ends."""
        if b"\x00" in self.samples[sample]:
            pytest.skip("UTF-16: line ends are not single bytes")
        lf = self.samples[sample].replace(b"\r\n", b"\n")
        for content in (lf, lf.replace(b"\n", b"\r\n")):
            assert tuple(self.driver.parse(self.capture(sample, content))) == self._parse(sample)

    # -- simulation ----------------------------------------------------------------------------

    def test_what_is_simulated_reads_back_as_the_same_records(self, sample: str) -> None:
        """The simulator writes this dialect: parse, write, parse gives the same records."""
        written = self.driver.simulate(self._parse(sample))
        again = tuple(self.driver.parse(self.capture(sample, written)))
        difference = first_difference(documents(self._parse(sample)), documents(again))
        assert difference is None, f"{sample}: {difference}"
        assert again == self._parse(sample), f"{sample}: extras differ after the round trip"

    def test_a_simulated_fault_has_its_outcome(self, fault: str) -> None:
        """Each fault is refused, flagged, or known to be beyond the driver."""
        assert fault in self.fault_outcomes, f"say in fault_outcomes what comes of {fault!r}"
        name = self.fault_sample or next(iter(self.samples))
        content = self.driver.simulate(self._parse(name), fault=fault)
        assert content != self.driver.simulate(self._parse(name)), f"{fault} changes nothing"
        capture, outcome = self.capture(name, content), self.fault_outcomes[fault]
        if isinstance(outcome, Refused):
            with pytest.raises(ParseError, match=outcome.message):
                self.driver.parse(capture)
            return
        words = list(_warnings_and_flags(self.driver.parse(capture)))
        if isinstance(outcome, Flagged):
            assert any(re.search(outcome.text, word) for word in words), f"not among {words}"

    def test_a_fault_nobody_knows_is_a_programming_error(self) -> None:
        """A misspelt fault must not pass for a good report."""
        with pytest.raises(ValueError, match="no_such_fault"):
            self.driver.simulate(self._parse(next(iter(self.samples))), fault="no_such_fault")

    # -- serial line ---------------------------------------------------------------------------

    def test_the_serial_line_gives_what_the_file_gives(
        self, serial_sample: str, piece: int
    ) -> None:
        """Fed in pieces of any size: the same frames, and the file's records."""
        content = self._serial()[serial_sample]
        frames = self._frames(content, piece)
        assert frames == self._frames(content, len(content)), "frames depend on the pieces"
        found = [r for f in frames for r in self.driver.parse(self.capture(serial_sample, f))]
        assert tuple(found) == tuple(self.driver.parse(self.capture(serial_sample, content)))

    # -- what the tests stand on ---------------------------------------------------------------

    def capture(self, name: str, content: bytes) -> Capture:
        """``content`` as a source would hand it over."""
        return Capture(name, "contract", datetime(2026, 1, 5, 12, tzinfo=UTC), content)

    def _parse(self, sample: str) -> tuple[Record, ...]:
        return tuple(self.driver.parse(self.capture(sample, self.samples[sample])))

    def _is_a_fair_part(
        self, part: tuple[Record, ...], whole: tuple[Record, ...], content: bytes, cut: int
    ) -> bool:
        if self.has_end_mark or not at_line_end(content, cut):
            return False
        rows = _rows(part)
        return bool(rows) and rows == _rows(whole)[: len(rows)]

    @classmethod
    def _serial(cls) -> Mapping[str, bytes]:
        if cls.driver.serial is None:
            return {}
        return cls.samples if cls.serial_samples is None else cls.serial_samples

    def _frames(self, content: bytes, piece: int) -> list[bytes]:
        assert self.driver.serial is not None
        framer = self.driver.serial.framer()
        frames: list[bytes] = []
        for start in range(0, len(content), piece):
            for event in framer.feed(content[start : start + piece]):
                assert isinstance(event, Frame | Reply), f"broke off: {event}"
                if isinstance(event, Frame):
                    frames.append(event.content)
        assert not framer.pending.strip(), f"left over after a whole sample: {framer.pending!r}"
        return frames


def _rows(records: Sequence[Record]) -> list[object]:
    """Readings with their run's key, and harvests and calibrations, in order."""
    rows: list[object] = []
    for record in records:
        if isinstance(record, CountRun):
            rows.extend((record.run_key, reading) for reading in record.readings)
        else:
            rows.append(record)
    return rows


def _warnings_and_flags(records: Sequence[Record]) -> Iterator[str]:
    for record in records:
        if not isinstance(record, HarvestRun):
            yield from record.warnings
        if isinstance(record, CountRun):
            for reading in record.readings:
                yield from reading.flags
