"""What the hardware of a port counted: bytes it lost, and bytes that were no bytes.

Linux keeps these counts for every port whose driver can (most USB adapters and all built-in
ports) since it was plugged in: ``struct serial_icounter_struct`` of linux/serial.h. Elsewhere, and
for ports over the network, nobody counts.
"""

from __future__ import annotations

import struct
import sys
from dataclasses import dataclass
from typing import Final

if sys.platform == "linux":
    import fcntl

# asm-generic/ioctls.h; the struct is twenty ints, of which eleven have a meaning.
_TIOCGICOUNT: Final = 0x545D
_COUNTS: Final = struct.Struct("20i")
NOISY_FAULTS: Final = 10


@dataclass(frozen=True, slots=True)
class LineFaults:
    """Counts of one port. ``overrun``: bytes lost because nobody read them in time."""

    received: int = 0
    framing: int = 0
    parity: int = 0
    overrun: int = 0
    breaks: int = 0

    def since(self, before: LineFaults) -> LineFaults:
        return LineFaults(
            self.received - before.received,
            self.framing - before.framing,
            self.parity - before.parity,
            self.overrun - before.overrun,
            self.breaks - before.breaks,
        )

    @property
    def hint(self) -> str | None:
        """One sentence when the counts speak against the settings or the reading."""
        wrong = self.framing + self.parity
        if wrong >= NOISY_FAULTS and wrong >= self.received / 10:
            return (
                f"the port counted {self.framing} framing and {self.parity} parity errors in "
                f"{self.received} bytes: baud rate, bits or parity are wrong, or the cable is bad"
            )
        if self.overrun:
            return (
                f"the port lost {self.overrun} bytes that were not read in time; runs with a gap "
                "are set aside. Use flow control (rtscts) or a lower baud rate"
            )
        return None


def count_faults(port: object) -> LineFaults | None:
    """The counts of an open port; None where nobody counts."""
    descriptor = getattr(port, "fd", None)
    if sys.platform != "linux" or not isinstance(descriptor, int):
        return None
    try:
        filled = fcntl.ioctl(descriptor, _TIOCGICOUNT, bytes(_COUNTS.size))
    except OSError:
        return None
    return read_counts(filled)


def read_counts(filled: bytes) -> LineFaults:
    """Order in the struct: cts dsr rng dcd rx tx frame overrun parity brk buf_overrun."""
    counts = _COUNTS.unpack(filled)
    return LineFaults(
        received=counts[4],
        framing=counts[6],
        parity=counts[8],
        overrun=counts[7] + counts[10],
        breaks=counts[9],
    )
