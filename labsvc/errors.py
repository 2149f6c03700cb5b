"""What can go wrong, and what the service does with each.

    LabsvcError
    |- InputError        this capture is wrong; again would fail again
    |  |- CaptureError     empty, too large, never became whole        quarantine, alert once
    |  |- ParseError       line, what was found, what was expected     quarantine
    |  |  `- NotRecognised   no driver, or several, claim it           quarantine
    |  `- LayoutError      the run does not fit its protocol's layout  hold, alert
    |- SourceError       a folder or port is away or has gone quiet    retry, alert after patience
    |- StoreError        our disk, archive or database                 stop taking work, retry
    |  |- DiskFull, DatabaseBusy
    |  |- ArchiveConflict  already filed with other contents           stop this capture, alert
    |  `- IntegrityError   stored bytes no longer match their digest   alert; never self-repair
    |- DeliveryError     a message was not accepted                    retry from the outbox
    `- ConfigError       settings, protocol or run sheet unfit         a person must act

Anything else is a bug: the capture is quarantined with its traceback and the service lives.
"""

from __future__ import annotations


class LabsvcError(Exception):
    """Every failure labsvc knows by name. The message is one sentence for a person."""


class InputError(LabsvcError):
    """This capture is wrong; trying again would fail again."""


class CaptureError(InputError):
    """The bytes are empty, too large, or never became whole."""


class ParseError(InputError):
    """A report could not be understood whole.

    ``line`` is the 1-based line number (None when the trouble has no line). A message that quotes
    more than a person reads loses its middle: what was expected stands at its end.
    """

    longest = 600

    def __init__(self, message: str, *, line: int | None = None) -> None:
        self.line = line
        if len(message) > self.longest:
            half = self.longest // 2
            message = f"{message[:half]} ... {message[-half:]}"
        super().__init__(f"line {line}: {message}" if line is not None else message)


class NotRecognised(ParseError):
    """No driver claims this capture, or several do: the message has a clause for each driver."""

    longest = 6000


class LayoutError(InputError):
    """The run does not fit its protocol's layout or its run sheet."""


class SourceError(LabsvcError):
    """A folder or a port is away, or has gone quiet."""


class StoreError(LabsvcError):
    """Our own disk, archive or database failed."""


class DiskFull(StoreError):
    """There is no room left for what must be kept."""


class DatabaseBusy(StoreError):
    """The database stayed locked for longer than we wait."""


class ArchiveConflict(StoreError):
    """Something else is filed already under this name; it is never overwritten."""


class IntegrityError(StoreError):
    """Stored bytes no longer match their digest."""


class DeliveryError(LabsvcError):
    """A message was not accepted. ``permanent`` says that trying again will not help."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        self.permanent = permanent
        super().__init__(message)


class ConfigError(LabsvcError):
    """Settings, a protocol, a run sheet or a driver is unfit; a person must act.

    ``file``, ``line`` and ``column`` (1-based) say where, when there is a where; ``sentence`` is
    the message without it.
    """

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        line: int | None = None,
        column: int | None = None,
    ) -> None:
        self.file = file
        self.line = line
        self.column = column
        self.sentence = message
        where = ":".join(str(part) for part in (file, line) if part is not None)
        super().__init__(f"{where}: {message}" if where else message)
