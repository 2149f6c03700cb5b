"""A finding of lint: where it is, to the column, the line as written, and one sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from labsvc.errors import ConfigError

LONGEST_SHOWN = 160
_QUOTED = re.compile(r"'([^']{1,80})'|\"([^\"]{1,80})\"")
Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """``line`` and ``column`` count from 1; None where the whole file is meant."""

    severity: Severity
    file: str
    sentence: str
    line: int | None = None
    column: int | None = None
    text: str = ""

    @property
    def where(self) -> str:
        return ":".join(str(one) for one in (self.file, self.line, self.column) if one is not None)

    def lines(self) -> list[str]:
        """For people: place and sentence, the line as written, a mark under it."""
        head = f"{self.where}: {self.severity}: {self.sentence}"
        if not self.text.strip():
            return [head]
        mark = " " * ((self.column or 1) - 1) + "^"
        shown = [f"    {self.text[:LONGEST_SHOWN]}"]
        return [head, *shown, *([f"    {mark}"] if (self.column or 1) <= LONGEST_SHOWN else [])]

    def document(self) -> dict[str, Any]:
        line = f"{self.file}:{self.line}" if self.line else self.file
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "severity": self.severity,
            "text": self.text,
            "sentence": self.sentence,
            "message": f"{line}: {self.sentence}",
        }


def findings(
    faults: Iterable[ConfigError], text: str, *, severity: Severity = "error"
) -> list[Finding]:
    """The faults as findings in the file's order, each with its line of ``text``."""
    written = text.split("\n")
    found = [_finding(fault, written, severity) for fault in faults]
    return sorted(found, key=lambda one: (one.line or 0, one.column or 0))


def _finding(fault: ConfigError, written: list[str], severity: Severity) -> Finding:
    line = fault.line
    text = written[line - 1] if line is not None and line <= len(written) else ""
    column = None if line is None else _column(text, fault)
    return Finding(severity, fault.file or "", fault.sentence, line, column, text)


def _column(text: str, fault: ConfigError) -> int:
    """Where the text that the sentence quotes stands on its line; else where the key does."""
    start = (fault.column or len(text) - len(text.lstrip()) + 1) - 1
    for quoted in _QUOTED.finditer(fault.sentence):
        at = text.find(quoted[1] or quoted[2], start)
        if at >= 0:
            return at + 1
    return start + 1
