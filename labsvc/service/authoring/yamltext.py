"""YAML text to plain values, each with the line it stands on.

The reading is stricter than YAML: the 1.2 core types only (so that ``no`` and ``1:10`` are text
and ``1e-9`` is a number), a key once, no tabs, no anchors, aliases, tags or directives. The
grammar is PyYAML's, its C half where it is built; the values are built here from its events.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from labsvc.errors import ConfigError
from labsvc.service.authoring.scalars import UNWRITABLE, plain

_GRAMMAR = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader

MAX_BYTES = 1_000_000
MAX_DEPTH = 20
MOST_TWICE = 200
"""So many keys that are here twice are told of one file."""

Path = tuple[str | int, ...]

_OPEN_QUOTE = re.compile(r"""^[ \w-]*(: |- )(["'])((?:(?!\2).)*)$""", re.MULTILINE)


class Mark(Protocol):
    """Where the grammar met something, counted from 0."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Document:
    """The values of one file, with the place where every key and list item stands."""

    file: str
    text: str
    value: dict[str, Any]
    places: Mapping[Path, Mark]

    def line(self, path: Path) -> int:
        """The 1-based line of ``path``, or of the nearest part of it that was written."""
        return self._place(path)[0]

    def fault(self, path: Path, message: str) -> ConfigError:
        line, column = self._place(path)
        return ConfigError(message, file=self.file, line=line, column=column)

    def _place(self, path: Path) -> tuple[int, int]:
        for length in range(len(path), -1, -1):
            if (found := self.places.get(path[:length])) is not None:
                return found.line + 1, found.column + 1
        return 1, 1


def read_yaml(content: bytes, *, file: str) -> Document:
    """The document in ``content``; ConfigError with file and line for the first fault."""
    return load(decoded(content, file=file), file=file)


def load(text: str, *, file: str) -> Document:
    """The document in ``text``; ConfigError with file and line for the first fault."""
    document, faults = survey(text, file=file)
    if document is None or faults:
        raise faults[0]
    return document


def survey(text: str, *, file: str) -> tuple[Document | None, list[ConfigError]]:
    """The document as far as it can be read, and every fault found on the way."""
    builder = _Builder(file)
    try:
        _refuse_unwritable(text, file)
        value = builder.top(text)
    except ConfigError as fault:
        return None, [*builder.faults, fault]
    return Document(file, text, value, builder.places), builder.faults


def decoded(content: bytes, *, file: str) -> str:
    """UTF-8 (or UTF-16 with its mark) as text with ``\\n`` line ends; ConfigError otherwise."""
    if len(content) > MAX_BYTES:
        raise ConfigError(
            f"this file has {len(content)} bytes; at most {MAX_BYTES} are read", file=file
        )
    coding = "utf-16" if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8"
    try:
        text = content.removeprefix(BOM_UTF8).decode(coding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(
            f"byte {content[error.start]:#04x} is no {coding.upper()} text; save the file as UTF-8",
            file=file,
            line=line,
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _refuse_unwritable(text: str, file: str) -> None:
    match = UNWRITABLE.search(text)
    if match is None:
        return
    line = text.count("\n", 0, match.start()) + 1
    message = f"found the control character U+{ord(match[0]):04X}; this must be plain text"
    if match[0] == "\t":
        message = "found a tab; indent and align with spaces"
    column = match.start() - text.rfind("\n", 0, match.start())
    raise ConfigError(message, file=file, line=line, column=column)


@dataclass(slots=True)
class _Builder:
    """Builds values from the parser's events and notes where each of them stands."""

    file: str
    places: dict[Path, Mark] = field(default_factory=dict)
    faults: list[ConfigError] = field(default_factory=list)

    def top(self, text: str) -> dict[str, Any]:
        try:
            # Not yaml.parse, which asks for each event twice.
            return self._document(iter(_GRAMMAR(text).get_event, None))
        except yaml.MarkedYAMLError as error:
            raise self._not_yaml(error, text) from error
        except yaml.YAMLError as error:
            raise ConfigError(f"this is not YAML: {error}", file=self.file) from error

    def _document(self, events: Iterator[Event]) -> dict[str, Any]:
        result: dict[str, Any] | None = None
        for event in events:
            if isinstance(event, DocumentStartEvent):
                self._refuse_directives(event, first=result is None)
            elif isinstance(event, NodeEvent):
                result = self._whole(event, events)
        if result is None:
            raise ConfigError("this file is empty; expected keys and values", file=self.file)
        return result

    def _whole(self, event: NodeEvent, events: Iterator[Event]) -> dict[str, Any]:
        value = self._node(event, events, ())
        if value is None:
            raise ConfigError("this file is empty; expected keys and values", file=self.file)
        if not isinstance(value, dict):
            raise self._fault(event, "expected keys and values (name: ...) at the top of the file")
        return value

    def _refuse_directives(self, event: DocumentStartEvent, *, first: bool) -> None:
        if event.version or event.tags:
            raise self._fault(event, "found a % directive; files are read as YAML 1.2 without any")
        if not first:
            raise self._fault(event, "found a second document (---); one file holds one")

    def _node(self, event: Event, events: Iterator[Event], path: Path) -> Any:
        self._refuse_cleverness(event)
        if len(path) > MAX_DEPTH:
            raise self._fault(event, f"nested more than {MAX_DEPTH} levels deep")
        match event:
            case ScalarEvent():
                return event.value if event.style else plain(event.value)
            case SequenceStartEvent():
                return self._sequence(events, path)
            case MappingStartEvent():
                return self._mapping(events, path)
        raise self._fault(event, "expected a value")

    def _refuse_cleverness(self, event: Event) -> None:
        anchor = getattr(event, "anchor", None)
        if not anchor and not getattr(event, "tag", None):
            return
        if isinstance(event, AliasEvent):
            raise self._fault(event, f"found the alias '*{anchor}'; write the value itself")
        if anchor:
            raise self._fault(event, "found an anchor (&); put text that begins with & in quotes")
        raise self._fault(event, "found a tag (!); put text that begins with ! in quotes")

    def _sequence(self, events: Iterator[Event], path: Path) -> list[Any]:
        items: list[Any] = []
        for event in events:
            if isinstance(event, SequenceEndEvent):
                break
            here = (*path, len(items))
            self.places[here] = _mark(event)
            items.append(self._node(event, events, here))
        return items

    def _mapping(self, events: Iterator[Event], path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for event in events:
            if isinstance(event, MappingEndEvent):
                break
            key = self._key(event)
            here = (*path, key)
            twice = key in found
            if not twice:
                self.places.setdefault(here, _mark(event))
            elif len(self.faults) < MOST_TWICE:
                first = self.places[here].line + 1
                self.faults.append(
                    self._fault(event, f"the key {key!r} is here twice (first on line {first})")
                )
            value = self._node(next(events), events, here)
            if not twice:
                found[key] = value
        return found

    def _key(self, event: Event) -> str:
        self._refuse_cleverness(event)
        if not isinstance(event, ScalarEvent) or not event.value:
            raise self._fault(event, "expected a key (a name before a colon)")
        return str(event.value)

    def _fault(self, event: Event, message: str) -> ConfigError:
        mark = _mark(event)
        return ConfigError(message, file=self.file, line=mark.line + 1, column=mark.column + 1)

    def _not_yaml(self, error: yaml.MarkedYAMLError, text: str) -> ConfigError:
        mark = error.problem_mark or error.context_mark
        opened = _OPEN_QUOTE.search(text)
        if opened and mark and text.count("\n", 0, opened.start()) <= mark.line:
            # The grammar stumbles only lines later, over the next quote or the file's end.
            line = text.count("\n", 0, opened.start()) + 1
            return ConfigError(
                f"this is not YAML: the quote before {opened[3][:40]!r} is not closed on its line",
                file=self.file,
                line=line,
                column=opened.start(2) - opened.start() + 1,
            )
        context = f" ({error.context})" if error.context else ""
        return ConfigError(
            f"this is not YAML: {error.problem}{context}; check indentation, colons and quotes",
            file=self.file,
            line=mark.line + 1 if mark else None,
            column=mark.column + 1 if mark else None,
        )


def _mark(event: Event) -> Mark:
    return event.start_mark  # type: ignore[return-value] # events have one
