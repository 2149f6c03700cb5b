"""Everything that is to be said of a protocol or run sheet file: errors, else warnings."""

from __future__ import annotations

from collections.abc import Collection

from labsvc.driver.text import decode
from labsvc.errors import ConfigError, ParseError
from labsvc.service.authoring.finding import Finding, findings
from labsvc.service.authoring.lintwarnings import odd_in_protocol, odd_in_runsheet
from labsvc.service.authoring.yamltext import MAX_BYTES, load
from labsvc.service.protocols.text import lint_protocol, parse_protocol
from labsvc.service.runsheets.parts import Protocols
from labsvc.service.runsheets.text import lint_runsheet, parse_runsheet
from labsvc.service.runsheets.xlsxsheet import read_xlsx


def lint_protocol_file(
    content: bytes, *, file: str, drivers: Collection[str] = ()
) -> list[Finding]:
    """The findings of a protocol file; warnings are looked for where there is no error.

    ``drivers`` are the names of those installed; none: not known here.
    """
    text = _text(content)
    try:
        protocol = parse_protocol(content, file=file)
    except ConfigError:
        return findings(lint_protocol(content, file=file), text)
    odd = odd_in_protocol(protocol, load(text, file=file), drivers)
    return findings(odd, text, severity="warning")


def lint_runsheet_file(
    content: bytes,
    *,
    file: str,
    timezone: str,
    protocols: Protocols,
    names: Collection[str] = (),
) -> list[Finding]:
    """The findings of a run sheet file; warnings are looked for where there is no error.

    ``names`` of protocols are suggested where one is misspelled.
    """
    text = _text(content)
    try:
        sheet = parse_runsheet(content, file=file, timezone=timezone, protocols=protocols)
    except ConfigError:
        faults = lint_runsheet(
            content, file=file, timezone=timezone, protocols=protocols, names=names
        )
        return findings(faults, text)
    protocol = protocols(sheet.protocol)
    odd = list(odd_in_runsheet(sheet, protocol)) if protocol else []
    if odd and not text:
        book = read_xlsx(content, file=file)
        return findings((book.at(word, say) for word, say in odd), "", severity="warning")
    placed = (ConfigError(say, file=file, line=_line_of(text, word)) for word, say in odd)
    return findings(placed, text, severity="warning")


def _line_of(text: str, word: str) -> int | None:
    """The first line that has the word."""
    at = text.find(word) if word else -1
    return text.count("\n", 0, at) + 1 if at >= 0 else None


def _text(content: bytes) -> str:
    """The file as a person sees it; nothing where it is no text (a workbook, damage)."""
    if len(content) > MAX_BYTES or content.startswith(b"PK"):
        return ""
    try:
        return decode(content)
    except ParseError:
        return ""
