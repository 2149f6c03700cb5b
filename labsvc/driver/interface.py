"""What a driver is: recognise, parse, simulate; by folder, by serial line, or both."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from labsvc.model.capture import Capture
from labsvc.model.run import Record

Maturity = Literal["draft", "beta", "stable"]
TEXT_BYTES = bytes(range(0x20, 0x7F)) + b"\t\n\f\r"
"""What a counter that sends plain text sends: printable ASCII, tab, line and page ends."""


@dataclass(frozen=True, slots=True)
class Recognition:
    """Whether a driver claims a capture, and why, in one sentence.

    ``line`` (1-based) is the first line that ruled it out, where there is one.
    """

    claimed: bool
    why: str
    line: int | None = None

    @classmethod
    def yes(cls, why: str) -> Recognition:
        return cls(True, why)

    @classmethod
    def no(cls, why: str, line: int | None = None) -> Recognition:
        return cls(False, why, line)


@dataclass(frozen=True, slots=True)
class Files:
    """How the instrument's output arrives in a folder.

    ``patterns`` are file-name globs (case is ignored). ``quiet_seconds`` is how long a file
    without an end mark must stay unchanged before it is taken.
    """

    patterns: tuple[str, ...]
    quiet_seconds: float = 2.0


@dataclass(frozen=True, slots=True)
class Frame:
    """The bytes of one whole transmission: what a file of it would hold."""

    content: bytes


@dataclass(frozen=True, slots=True)
class Fragment:
    """Bytes of a transmission that broke off; ``why`` says how that was seen."""

    content: bytes
    why: str


@dataclass(frozen=True, slots=True)
class Reply:
    """Bytes the instrument expects back."""

    content: bytes


class Framer(ABC):
    """Cuts a byte stream into transmissions. Sans I/O: it never sees the port."""

    @abstractmethod
    def feed(self, data: bytes) -> Iterable[Frame | Fragment | Reply]:
        """Take the next bytes, in pieces of any size; give what became whole or broke off."""

    @property
    @abstractmethod
    def pending(self) -> bytes:
        """Bytes fed and not yet given back in a Frame or Fragment."""


@dataclass(frozen=True, slots=True)
class SerialLine:
    """How the instrument's output arrives over a serial port.

    ``settings`` holds the usual line settings, for example ``1200 7E1``. ``suffix`` is the
    ending given to the name of what the line delivered (``.txt``). ``alphabet`` holds every byte
    that the instrument sends: others in number mean wrong line settings. None: any byte.
    """

    framer: Callable[[], Framer]
    settings: str = "9600 8N1"
    suffix: str = ".txt"
    alphabet: bytes | None = None


class Driver(ABC):
    """One instrument family's dialect."""

    title: ClassVar[str]
    """The instrument, for people: ``MicroBeta (1450), text report``."""
    maturity: ClassVar[Maturity]
    files: ClassVar[Files | None] = None
    serial: ClassVar[SerialLine | None] = None
    locale: ClassVar[tuple[str, ...]] = ()
    """What its files may leave open, so that a source may tell it: names of ``Locale``'s fields."""
    faults: ClassVar[tuple[str, ...]] = ()
    """The faults ``simulate`` can make, for example ``truncated``."""

    @abstractmethod
    def recognises(self, capture: Capture) -> Recognition:
        """Claim or refuse a capture from its name and head alone. Never raises."""

    @abstractmethod
    def parse(self, capture: Capture) -> Sequence[Record]:
        """Every record in the capture, whole or nothing.

        Raises ParseError, with line and quoted text, when any part is not understood or cut off.
        """

    @abstractmethod
    def simulate(self, records: Sequence[Record], *, fault: str | None = None) -> bytes:
        """The same dialect written: the bytes the instrument would write for ``records``."""

    def ends(self, content: bytes) -> bool:
        """Whether the content carries its own end mark, so that nobody need wait for quiet."""
        return False

    def begun(self, capture: Capture) -> Sequence[Record]:
        """The runs in a report that is still being written, as far as they are counted.

        Whole readings only, and each run with the key that it will have when it is whole, so that
        a person can be told what its controls show while it can still be stopped. Nothing of it
        is filed. Empty where the driver knows no beginnings; ParseError where it understands none.
        """
        return ()
