"""What a key of ours may hold, and faults in the words of the person who wrote the file.

pydantic checks; here its findings become one sentence each, on the line of the key.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from difflib import get_close_matches
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    TypeAdapter,
    ValidationError,
)
from pydantic import WithJsonSchema as Json
from pydantic_core import ErrorDetails

from labsvc.errors import ConfigError
from labsvc.service.authoring import quantities
from labsvc.service.authoring.yamltext import Document, Path

LONGEST_NAME = 200
LONGEST_SENTENCE = 4000
MOST_FAULTS = 200
"""Told of one file; whoever has mended so many looks again."""
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$", re.ASCII)
_WORD = re.compile(r"[a-z][a-z0-9_]{0,63}")

Schema = TypeVar("Schema", bound=BaseModel)


class Strict(BaseModel):
    """Nothing is converted, and a key that is not known is a fault."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def as_written(value: object) -> object:
    """A number meant as text keeps its spelling: lot ``007`` stays ``007``."""
    return getattr(value, "written", value)


def visible(text: str) -> str:
    """One line of visible text; ValueError for control characters, newlines and emptiness."""
    if len(text) > LONGEST_NAME:
        raise ValueError(f"{text[:40]!r}... is longer than {LONGEST_NAME} characters")
    character = _invisible(text)
    if character:
        raise ValueError(
            f"{text[:60]!r} holds the invisible character U+{ord(character):04X}; "
            "a name is one line of visible text"
        )
    if not text.strip():
        raise ValueError("found empty text; expected a name")
    return text.strip()


def sentence(text: str) -> str:
    """Text that may run over several lines of the file, as one line."""
    if len(text) > LONGEST_SENTENCE:
        raise ValueError(f"{text[:40]!r}... is longer than {LONGEST_SENTENCE} characters")
    joined = " ".join(text.split())
    character = _invisible(joined)
    if character:
        raise ValueError(f"found the invisible character U+{ord(character):04X} in this text")
    return joined


def _invisible(text: str) -> str | None:
    """The first character that nobody sees."""
    if text.isprintable():  # which nearly every text is: asked at once for all of it
        return None
    return next((one for one in text if unicodedata.category(one) in _INVISIBLE), None)


def word(text: str) -> str:
    """A name of an event or a step, in small letters: ``reaction_start``."""
    if _WORD.fullmatch(text) is None:
        raise ValueError(f"{text!r} is not a name such as reaction_start (a-z, 0-9 and _)")
    return text


def day(text: object) -> date:
    """A calendar date, ``2026-03-02``; ValueError for anything else."""
    try:
        if isinstance(text, str) and _DAY.match(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError(f"{text!r} is no date; write year-month-day, such as 2026-03-02")


_TEXT: Any = {"type": ["string", "number"]}


def _quantity(example: str) -> Json:
    """A number with its unit, as an editor checks it: only that there is a unit."""
    return Json({"type": "string", "pattern": "[0-9].*[A-Za-zµμ%]", "examples": [example]})


Name = Annotated[str, BeforeValidator(as_written), AfterValidator(visible), Json(_TEXT)]
Sentence = Annotated[str, BeforeValidator(as_written), AfterValidator(sentence), Json(_TEXT)]
Word = Annotated[str, AfterValidator(word)]
Day = Annotated[date, BeforeValidator(day), Json({"type": "string", "format": "date"})]
Orientation = Literal["normal", "rotated_180", "mirrored"]
Molar = Annotated[float, BeforeValidator(quantities.molar), _quantity("1 nM")]
Minutes = Annotated[float, BeforeValidator(quantities.minutes), _quantity("120 min")]
Celsius = Annotated[float, BeforeValidator(quantities.celsius), _quantity("4 C")]
Millilitres = Annotated[float, BeforeValidator(quantities.millilitres), _quantity("0.25 mL")]
Milligrams = Annotated[float, BeforeValidator(quantities.milligrams), _quantity("20 ug")]
MgPerMl = Annotated[float, BeforeValidator(quantities.mg_per_ml), _quantity("0.1 mg/mL")]
Percent = Annotated[float, BeforeValidator(quantities.percent), _quantity("40 %")]
CiPerMmol = Annotated[float, BeforeValidator(quantities.ci_per_mmol), _quantity("80 Ci/mmol")]
Fold = Annotated[float, BeforeValidator(quantities.fold), Json({**_TEXT, "examples": ["1:3.162"]})]
MolarRange = Annotated[
    tuple[float, float], BeforeValidator(quantities.molar_range), _quantity("5 nM to 50 nM")
]
CountRate = Annotated[
    tuple[float, str], BeforeValidator(quantities.count_rate), _quantity("250000 dpm")
]


def checked(document: Document, schema: type[Schema]) -> Schema:
    """The document as ``schema``; ConfigError for the first fault."""
    value, faults = examined(document, schema)
    if value is None:
        raise faults[0]
    return value


def examined(document: Document, schema: type[Schema]) -> tuple[Schema | None, list[ConfigError]]:
    """The document as ``schema`` (None when it is not), and all faults in the file's order."""
    try:
        return schema.model_validate(document.value), []
    except ValidationError as error:
        found = _without_echoes(schema, error.errors()[:MOST_FAULTS])
        faults = [_fault(document, schema, details) for details in found]
        return None, sorted(faults, key=lambda fault: fault.line or 0)


def left_empty(document: Document) -> list[ConfigError]:
    """A fault for each key that is written without a value: it would be taken as not written."""
    return [
        document.fault(path, f"{_shown(path)} is empty; write a value or leave the key out")
        for path in _empty(document.value, ())
    ]


def _empty(value: object, path: Path) -> Iterator[Path]:
    if value is None:
        yield path
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _empty(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _empty(inner, (*path, index))


def section(document: Document, schema: type[BaseModel], key: str) -> Any:
    """One key's value as ``schema`` reads it; None where it is not there or not sound."""
    kind: Any = schema.model_fields[key].annotation
    try:
        # The key's own class is strict already; a list or mapping around it is made so here.
        return TypeAdapter(kind).validate_python(document.value.get(key), strict=True)
    except ValidationError:
        return None


def _without_echoes(schema: type[BaseModel], found: list[ErrorDetails]) -> list[ErrorDetails]:
    """Without the keys that are missing only because they are misspelled beside."""
    misspelled = {
        (*details["loc"][:-1], close)
        for details in found
        if details["type"] == "extra_forbidden"
        for close in _close(str(details["loc"][-1]), _keys(schema, details["loc"][:-1]))
    }
    return [one for one in found if one["type"] != "missing" or one["loc"] not in misspelled]


def nearest(word: str, known: list[str], *, what: str = "") -> str:
    """``; did you mean 'x'?`` or the list of what is known, to end a sentence with."""
    close = _close(word, known)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; {what or 'known here'}: {', '.join(known)}" if known else ""


def _close(word: str, known: list[str]) -> list[str]:
    return get_close_matches(word, known, n=1, cutoff=0.6)


def _fault(document: Document, schema: type[BaseModel], details: ErrorDetails) -> ConfigError:
    # pydantic marks a fault in a key itself, rather than in its value, by a last "[key]".
    path: Path = tuple(part for part in details["loc"] if part != "[key]")
    return document.fault(path, _sentence(schema, path, details))


def _sentence(schema: type[BaseModel], path: Path, details: ErrorDetails) -> str:
    key = _shown(path)
    found = details["input"]
    kind = details["type"]
    if kind == "extra_forbidden":
        return f"{path[-1]!r} is not a key here{nearest(str(path[-1]), _keys(schema, path[:-1]))}"
    if kind == "missing":
        return f"{path[-1]!r} is missing{_inside(path[:-1])}"
    if found is None:
        return f"{key} is empty; write a value or leave the key out"
    if kind == "value_error":
        return f"{key}: {details['ctx']['error']}"
    if kind == "literal_error":
        expected = details["ctx"]["expected"].replace("'", "").replace(" or ", ", ").split(", ")
        return f"{key}: found {found!r}{nearest(str(found), expected, what='expected one of')}"
    return f"{key}: found {_short(found)}; expected {_EXPECTED.get(kind, details['msg'])}"


_EXPECTED = {
    "string_type": "text (put it in quotes if it looks like a number or true/false)",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list, such as [a, b]",
    "dict_type": "keys and values, such as {key: value}",
    "too_long": "fewer items",
    "model_type": "keys and values, such as {key: value}",
}


def _short(found: object) -> str:
    if isinstance(found, dict):
        return "keys and values"
    if isinstance(found, list):
        return "a list"
    text = repr(found)
    return text if len(text) <= 60 else text[:60] + "..."


def _shown(path: Path) -> str:
    """The path as a person would say it: ``'radioligand: kd'``, ``'steps, item 2: from'``."""
    said = ""
    for part in path:
        if isinstance(part, int):
            said += f", item {part + 1}"
        else:
            said += f": {part}" if said else part
    return f"'{said}'"


def _inside(path: Path) -> str:
    return f" in {_shown(path)}" if path else ""


def _keys(schema: type[BaseModel], path: Path) -> list[str]:
    """The keys known at ``path`` inside ``schema``."""
    model: type[BaseModel] | None = schema
    for part in path:
        if model is None:
            return []
        if isinstance(part, str):
            field = _field(model, part)
            model = next(_models(field), None) if field is not None else model
    return [f.alias or name for name, f in model.model_fields.items()] if model else []


def _field(model: type[BaseModel], key: str) -> Any:
    for name, field in model.model_fields.items():
        if key == (field.alias or name):
            return field.annotation
    return None


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The schema classes within an annotation such as ``dict[str, Limit] | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)
