"""The beginning of a report that is still being written: cut back to its whole lines."""

from __future__ import annotations

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import replace

from labsvc.driver.text import unmarked_utf16
from labsvc.model.capture import Capture

LONGEST = 1_000_000
"""Bytes: a longer report is no count of vials that somebody waits for."""


def whole_lines(capture: Capture) -> Capture:
    """The capture without its last line where that has no line end; empty where none is whole."""
    content = capture.content
    if capture.locale.encoding == "utf-16" or content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        end = _end_of_wide(content, "big" if content.startswith(BOM_UTF16_BE) else "little")
    elif (codec := unmarked_utf16(content)) is not None:
        end = _end_of_wide(content, "big" if codec == "utf-16-be" else "little")
    else:
        end = content.rfind(b"\n") + 1
    return capture if end == len(content) else replace(capture, content=content[:end])


def _end_of_wide(content: bytes, order: str) -> int:
    """Behind the last line feed that stands on a whole pair of bytes."""
    mark = b"\x00\n" if order == "big" else b"\n\x00"
    at = content.rfind(mark)
    while at > 0 and at % 2:
        at = content.rfind(mark, 0, at + 1)
    return at + 2 if at >= 0 else 0
