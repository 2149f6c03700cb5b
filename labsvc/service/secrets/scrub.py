"""Sentences made fit to leave the laboratory: only words that labsvc itself writes are left.

What instruments and people wrote (names, samples, counts, paths, secrets) stands in sentences
beside our own words, quoted or not. It is not searched for, since nobody can list it: every word
that is in no sentence of ours, everything quoted, and every number but a line's is blanked.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

BLANK: Final = "…"
_QUOTED: Final = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"|`[^`\n]*`|‘[^’\n]*’|“[^”\n]*”")
_TOKEN: Final = re.compile(r"[^\W\d_]+|\d+|[_\W]")
_UNBROKEN: Final = re.compile(r"\S+")
# Whatever has one of these inside is a path, an address, a name of a file or a variable.
_OF_A_NAME: Final = re.compile(r"[\\/@_=&%$#~|]|\.\w|\w:\w")
_NUMBERED: Final = re.compile(r"\b(?:line|column|errno|Errno|code|migration|exit)\s+$")
_NEAR: Final = 20
"""So many characters back that word is looked for."""
LONGEST: Final = 10_000
"""Characters of one sentence: a longer one loses its end."""
_CAPITALS: Final = frozenset(
    {"HTTP", "JSON", "MB", "No", "Not", "PostgreSQL", "SHA", "SIGKILL", "SMTP", "SQL", "SQLite",
     "TLS", "USB", "UTC", "UTF", "URL", "YAML", "Errno", "Windows", "Linux"}
)  # fmt: skip
_WORD: Final = re.compile(r"[A-Za-z]{2,}")
_SMALL: Final = re.compile(r"(?<![A-Za-z])(?:a|[a-z]{2,})(?![A-Za-z])")
_DOCUMENTED: Final = re.compile(r'""".*?"""', re.DOTALL)
_TEXT: Final = re.compile(r'"([^"\n]*)"')
_FRAME: Final = re.compile(r'\s*File "(.*)", line (\d+), in ([\w<>.]+)')
_PLACE: Final = re.compile(r".*[\\/]((?:labsvc|labsvc_drivers|sqlalchemy)[\\/].*\.py)")
_ERROR: Final = re.compile(r"((?:\w+\.)*\w*(?:Error|Exception|Busy|Full|Exit|Interrupt|Recognised))"
                           r"(?:: (.*))?")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scrub:
    """``words`` are those that may stay."""

    words: frozenset[str]

    def sentence(self, text: str) -> str:
        """The text on one line with everything blanked that may be another's."""
        unquoted = _QUOTED.sub(BLANK, text[:LONGEST])
        plain = _UNBROKEN.sub(lambda one: BLANK if _OF_A_NAME.search(one[0]) else one[0], unquoted)
        kept = "".join(self._tokens(plain))
        return re.sub(rf"{BLANK}(?:[\s{BLANK}.,-]*{BLANK})+", BLANK, " ".join(kept.split()))

    def traceback(self, text: str) -> str:
        """Files and lines of programs, and each error with its sentence scrubbed; no source."""
        return "\n".join(self._traced(text.splitlines()))

    def _tokens(self, text: str) -> Iterator[str]:
        for found in _TOKEN.finditer(text):
            token = found[0]
            if token[0].isdigit():
                start = found.start()
                yield token if _NUMBERED.search(text, max(start - _NEAR, 0), start) else BLANK
            elif token[0].isalpha():
                yield token if token in self.words or token in _CAPITALS else BLANK
            else:
                yield token

    def _traced(self, lines: Iterable[str]) -> Iterator[str]:
        for line in lines:
            if frame := _FRAME.fullmatch(line):
                place = _PLACE.fullmatch(frame[1])
                where = place[1] if place else BLANK
                yield f"  {where}:{frame[2]} {frame[3] if place else BLANK}"
            elif error := _ERROR.fullmatch(line):
                yield f"{error[1]}: {self.sentence(error[2] or '')}"


@cache
def our_words() -> frozenset[str]:
    """Every word in small letters in a sentence of this package, and the system's errors."""
    package = Path(__file__).resolve().parents[2]
    system = (os.strerror(number) for number in errno.errorcode)
    ours = (text for path in package.rglob("*.py") for text in _sentences(path))
    said = {word for text in system for word in _WORD.findall(text)}
    return frozenset(said.union(*(_SMALL.findall(text) for text in ours)))


def _sentences(path: Path) -> list[str]:
    """The texts in the program that are no documentation: there examples have names."""
    program = _DOCUMENTED.sub("", path.read_text(encoding="utf-8"))
    return [text for text in _TEXT.findall(program) if " " in text]
