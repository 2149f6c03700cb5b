"""A serial line from plug to capture, over real pseudo-terminals."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from labsvc.capture import presence
from labsvc.capture.cutter import LONGEST_WAIT_SECONDS
from labsvc.capture.line import LineSettings, LineSource
from labsvc.driver.interface import TEXT_BYTES, Fragment, Frame, Framer, Reply
from labsvc.model.capture import Capture
from tests.patience import PATIENCE

pty = pytest.importorskip("pty", reason="pseudo-terminals are not on this system")

NOON = datetime(2026, 3, 2, 12, 0, 0, 5000, tzinfo=UTC)


class Ended(Framer):
    """Transmissions from START to END; a START before the END shows what broke off."""

    def __init__(self) -> None:
        self._pending = b""

    def feed(self, data: bytes) -> Iterable[Frame | Fragment | Reply]:
        self._pending += data
        while b"END\n" in self._pending:
            whole, self._pending = self._pending.split(b"END\n", 1)
            half, start, rest = whole.rpartition(b"START")
            if half:
                yield Fragment(half, "another START came before its END")
            yield Frame(start + rest + b"END\n")
            yield Reply(b"ACK")

    @property
    def pending(self) -> bytes:
        return self._pending


@dataclass
class Counter:
    """The instrument's end of a pseudo-terminal; ``port`` is a name that outlives unplugging."""

    port: Path
    master: int = -1
    slave: int = -1

    def plug(self) -> None:
        self.master, self.slave = pty.openpty()
        self.port.unlink(missing_ok=True)
        self.port.symlink_to(os.ttyname(self.slave))

    def unplug(self) -> None:
        os.close(self.slave)
        os.close(self.master)
        self.master = self.slave = -1

    def sends(self, content: bytes) -> None:
        left = memoryview(content)
        while left:
            left = left[os.write(self.master, left) :]


@dataclass
class Desk:
    """Where captures arrive; it stirs whenever one does."""

    captures: list[Capture] = field(default_factory=list)
    broken: list[Capture] = field(default_factory=list)
    fragments: list[tuple[bytes, str]] = field(default_factory=list)
    stirred: threading.Condition = field(default_factory=threading.Condition)

    def deliver(self, capture: Capture) -> None:
        with self.stirred:
            self.captures.append(capture)
            self.stirred.notify_all()

    def fragment(self, capture: Capture, why: str) -> None:
        with self.stirred:
            self.broken.append(capture)
            self.fragments.append((capture.content, why))
            self.stirred.notify_all()

    def until(self, seen: Callable[[], bool]) -> None:
        with self.stirred:
            assert self.stirred.wait_for(seen, PATIENCE), f"still waiting; {self.captures}"

    @property
    def contents(self) -> list[bytes]:
        return [capture.content for capture in self.captures]


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    made = Counter(tmp_path / "ttyCOUNTER")
    made.plug()
    yield made
    if made.master >= 0:
        made.unplug()


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def line(tmp_path: Path, counter: Counter, desk: Desk) -> Iterator[LineSource]:
    made = LineSource(
        LineSettings(
            name="counter-1",
            url=str(counter.port),
            settings="9600 8N1",
            driver="tricarb",
            timezone="UTC",
            spool=tmp_path / "spool",
            alphabet=TEXT_BYTES,
        ),
        framer=Ended,
        deliver=desk.deliver,
        fragment=desk.fragment,
        clock=lambda: NOON,
        first_wait_seconds=0.02,
    )
    yield made
    made.stop()


def wait_for(seen: Callable[[], bool]) -> None:
    """For what no one announces: looked at often, with a limit."""
    pause = threading.Event()
    for _ in range(int(PATIENCE / 0.005)):
        if seen():
            return
        pause.wait(0.005)
    raise AssertionError("still waiting")


def opened(line: LineSource) -> LineSource:
    line.start()
    wait_for(lambda: line.state == "open")
    return line


def test_a_transmission_becomes_a_capture(line: LineSource, counter: Counter, desk: Desk) -> None:
    """With a name made of source and time, and all that the source says about it."""
    opened(line)
    counter.sends(b"START A01 21 END\n")
    desk.until(lambda: len(desk.captures) == 1)
    assert desk.captures == [
        Capture(
            "counter-1 20260302T120000.005Z.txt",
            "counter-1",
            NOON,
            b"START A01 21 END\n",
            "tricarb",
            "UTC",
        )
    ]


def test_the_instrument_gets_its_answer(line: LineSource, counter: Counter, desk: Desk) -> None:
    """After delivery, never before."""
    opened(line)
    counter.sends(b"START A01 21 END\n")
    assert os.read(counter.master, 3) == b"ACK"
    assert len(desk.captures) == 1


def test_every_byte_is_in_the_transcript(
    line: LineSource, counter: Counter, desk: Desk, tmp_path: Path
) -> None:
    """All 256 values, far more than the system's own buffer holds, in order."""
    opened(line)
    os.set_blocking(counter.master, True)
    sent = bytes(range(256)).replace(b"\n", b"") * 400 + b"END\n"
    _raw(counter.slave)
    counter.sends(sent)
    desk.until(lambda: len(desk.captures) == 1)
    (transcript,) = (tmp_path / "spool" / "counter-1").glob("transcript-*.bin")
    assert transcript.read_bytes() == sent


def _raw(terminal: int) -> None:
    tty = pytest.importorskip("tty")
    tty.setraw(terminal)


def test_unplugged_and_plugged_in_under_another_name(
    line: LineSource, counter: Counter, desk: Desk
) -> None:
    """What was half received is flagged; the next transmission is whole."""
    opened(line)
    counter.sends(b"START half of")
    wait_for(lambda: line.last_received_at is not None)
    counter.unplug()
    desk.until(lambda: len(desk.fragments) == 1)
    assert line.state.startswith("away since 2026-03-02T12:00:00")
    counter.plug()
    wait_for(lambda: line.state == "open")
    counter.sends(b"START B01 33 END\n")
    desk.until(lambda: len(desk.captures) == 1)
    assert desk.contents == [b"START B01 33 END\n"]
    assert desk.fragments[0][0] == b"START half of"
    assert "the line went away" in desk.fragments[0][1]
    assert desk.broken[0].name == "counter-1 20260302T120000.005Z fragment.txt"


def test_a_port_that_is_absent_at_the_start_is_tried_until_it_is_there(
    line: LineSource, counter: Counter, desk: Desk
) -> None:
    """The trouble names port and source meanwhile, and is gone afterwards."""
    counter.unplug()
    counter.port.unlink()
    line.start()
    wait_for(lambda: line.trouble is not None)
    assert str(counter.port) in str(line.trouble)
    assert "'counter-1'" in str(line.trouble)
    counter.plug()
    wait_for(lambda: line.state == "open")
    assert line.trouble is None


def test_a_port_that_stays_away_is_tried_less_and_less_often(
    line: LineSource, counter: Counter
) -> None:
    """Up to a limit, for ever, and never twice in the same rhythm: nothing spins."""
    waits: list[float] = []

    class Impatient(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waits.append(timeout or 0.0)
            return len(waits) > 30 and super().wait(timeout)

    counter.unplug()
    line._stopping = Impatient()
    line.start()
    wait_for(lambda: len(waits) > 30)
    line.stop()
    assert waits[0] <= 0.02 < waits[2] < waits[4] < waits[6]
    assert 0.8 * LONGEST_WAIT_SECONDS <= min(waits[20:30]) < max(waits) <= LONGEST_WAIT_SECONDS


def test_a_half_transmission_survives_a_stop(
    line: LineSource, counter: Counter, desk: Desk
) -> None:
    """A restart of the service between two vials costs nothing."""
    opened(line)
    counter.sends(b"START A01 ")
    wait_for(lambda: line.last_received_at is not None)
    line.stop()
    assert desk.captures == []
    opened(line)
    counter.sends(b"21 END\n")
    desk.until(lambda: len(desk.captures) == 1)
    assert desk.contents == [b"START A01 21 END\n"]


def test_bytes_spooled_before_a_crash_are_delivered_after_it(
    line: LineSource, counter: Counter, desk: Desk, tmp_path: Path
) -> None:
    """Even while the port is away, and with the time they came."""
    spool = tmp_path / "spool" / "counter-1"
    spool.mkdir(parents=True)
    (spool / "current.bin").write_bytes(b"START A01 21 END\n")
    before = datetime(2026, 3, 1, 23, 0, tzinfo=UTC).timestamp()
    os.utime(spool / "current.bin", (before, before))
    counter.unplug()
    line.start()
    desk.until(lambda: len(desk.captures) == 1)
    assert desk.captures[0].name == "counter-1 20260301T230000.000Z.txt"


def test_stopping_ends_both_threads_and_frees_the_port(line: LineSource, counter: Counter) -> None:
    """Another program can have the port at once."""
    opened(line)
    assert line.alive
    line.stop()
    assert not line.alive
    assert not [thread.name for thread in threading.enumerate() if "counter-1" in thread.name]
    opened(line)


def test_ten_megabytes_at_full_speed_are_in_the_transcript_byte_for_byte(
    line: LineSource, counter: Counter, desk: Desk, tmp_path: Path
) -> None:
    """In 2,000 transmissions of every byte there is; each is delivered once and in order."""
    body = bytes(range(256)).replace(b"\n", b"") * 21
    sent = b"".join(b"START %04d" % n + body + b"END\n" for n in range(2000))
    assert len(sent) > 10_000_000
    opened(line)
    _raw(counter.slave)
    writer = threading.Thread(target=lambda: counter.sends(sent), daemon=True)
    answers = threading.Thread(target=lambda: _swallow(counter.master, 3 * 2000), daemon=True)
    writer.start()
    answers.start()
    while (seen := len(desk.captures)) < 2000:
        desk.until(lambda seen=seen: len(desk.captures) > seen)  # type: ignore[misc]
    (transcript,) = (tmp_path / "spool" / "counter-1").glob("transcript-*.bin")
    assert hashlib.sha256(transcript.read_bytes()).digest() == hashlib.sha256(sent).digest()
    assert b"".join(desk.contents) == sent
    writer.join(PATIENCE)
    answers.join(PATIENCE)


def _swallow(terminal: int, size: int) -> None:
    """The instrument takes its answers."""
    while size:
        size -= len(os.read(terminal, size))


def test_a_device_that_changed_behind_its_name_is_opened_anew(
    line: LineSource, counter: Counter, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old one says nothing of it: reads just bring nothing, for ever."""
    monkeypatch.setattr(presence, "LOOK_SECONDS", 0.0)
    opened(line)
    counter.sends(b"START half")
    wait_for(lambda: line.last_received_at is not None)
    old = counter.master, counter.slave
    counter.plug()
    desk.until(lambda: len(desk.fragments) == 1)
    assert "is another device by now" in desk.fragments[0][1]
    wait_for(lambda: line.state == "open")
    counter.sends(b"START B01 33 END\n")
    desk.until(lambda: len(desk.captures) == 1)
    for end in old:
        os.close(end)


def test_a_port_proves_itself_by_a_whole_transmission(
    line: LineSource, counter: Counter, desk: Desk
) -> None:
    """That it could be opened says nothing of what is at its other end."""
    opened(line)
    counter.sends(b"START A01")
    wait_for(lambda: line.last_received_at is not None)
    assert line.last_whole_at is None
    counter.sends(b" 21 END\n")
    wait_for(lambda: line.last_whole_at is not None)
    assert line.last_whole_at == NOON


def test_wrong_line_settings_are_said_in_the_trouble(
    line: LineSource, counter: Counter, desk: Desk
) -> None:
    """While the port is open; with the settings to write when the bytes tell them."""
    opened(line)
    _raw(counter.slave)
    counter.sends(bytes(b | 0x80 if b.bit_count() % 2 else b for b in b"START A01 21 33\r\n" * 9))
    wait_for(lambda: line.trouble is not None)
    assert "try: settings: 9600 7E1" in str(line.trouble)
    assert line.state == "open"


def test_a_broken_part_says_that_the_settings_are_wrong(
    line: LineSource, counter: Counter, desk: Desk
) -> None:
    """Where a person looks who finds it set aside."""
    opened(line)
    _raw(counter.slave)
    counter.sends(b"\xf8\x00" * 50 + b"START A01 21 END\n")
    desk.until(lambda: len(desk.captures) == 1)
    ((content, why),) = desk.fragments
    assert content == b"\xf8\x00" * 50
    assert why.startswith("another START came before its END; 100 of the last ")
    assert "line settings 9600 8N1 are wrong" in why


def test_a_line_can_be_a_recording(tmp_path: Path, desk: Desk) -> None:
    """The same bytes by the same way, without an instrument."""
    session = tmp_path / "session.txt"
    session.write_bytes(b"# labsvc recording 1\n0 START A01\n20  21 END\\n\n")
    url, spool = f"replay://{session}?speed=max", tmp_path / "spool"
    line = LineSource(
        LineSettings("counter-1", url, "9600 8N1", "tricarb", "UTC", spool),
        framer=Ended, deliver=desk.deliver, fragment=desk.fragment, clock=lambda: NOON,
    )  # fmt: skip
    line.start()
    desk.until(lambda: len(desk.captures) == 1)
    line.stop()
    assert desk.contents == [b"START A01 21 END\n"]
