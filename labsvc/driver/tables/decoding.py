"""Bytes of a table as text, by the encoding that is named or that the bytes show."""

from __future__ import annotations

from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE

from labsvc.driver.tables.spec import Encoding
from labsvc.driver.text import unmarked_utf16
from labsvc.errors import ParseError


def text_of(content: bytes, encoding: Encoding) -> str:
    """The text with ``\\n`` line ends. A byte-order mark says more than ``encoding``.

    ParseError for bytes that are no text in that encoding.
    """
    for codec in _codecs(content, encoding):
        try:
            text = content.decode(codec)
            break
        except UnicodeDecodeError as error:
            fault = error
    else:
        raise ParseError(
            f"byte {content[fault.start]:#04x} at offset {fault.start} is no text in "
            f"{fault.encoding}; expected a table as text ({encoding})"
        )
    if "\x00" in text:
        raise ParseError("this is binary, not text: it holds NUL characters; expected a table")
    # Old programs end a file with the DOS mark for its end.
    text = text.removeprefix("\ufeff").rstrip("\x1a")
    return text.replace("\r\n", "\n").replace("\n\r", "\n").replace("\r", "\n")


def _codecs(content: bytes, encoding: Encoding) -> tuple[str, ...]:
    """The codecs to try, in order."""
    if content.startswith(BOM_UTF8):
        return ("utf-8-sig",)
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return ("utf-16",)
    wide = unmarked_utf16(content)
    if encoding == "utf-16":
        return (wide or "utf-16-le",)
    if encoding != "auto":
        return (encoding,)
    return (wide,) if wide else ("utf-8", "cp1252")
