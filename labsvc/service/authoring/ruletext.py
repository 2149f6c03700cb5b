"""Rules of the laboratory, ``rules/*.yaml``: which protocol is always used for which runs."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from labsvc.errors import ConfigError
from labsvc.model.protocol import Recognise, Rule
from labsvc.service.authoring.scalars import quoted
from labsvc.service.authoring.schema import Day, Name, Strict, checked
from labsvc.service.authoring.yamltext import read_yaml
from labsvc.service.protocols.schema import RecogniseText
from labsvc.service.protocols.text import read_recognise


class RuleText(Strict):
    """A rule as it is written."""

    use: Name
    when: RecogniseText = Field(alias="for")
    by: Name
    on: Day


def parse_rule(content: bytes, *, file: str) -> Rule:
    """The rule in a file; ConfigError with its line for the first fault."""
    document = read_yaml(content, file=file)
    text = checked(document, RuleText)
    when = read_recognise(text.when)
    if when == Recognise():
        raise document.fault(("for",), "nothing is given; such a rule would take every run")
    return Rule(text.use, when, text.by, text.on)


def rule_text(rule: Rule) -> str:
    """The rule as a file, which ``parse_rule`` reads again.

    ConfigError when something in it cannot be written so.
    """
    text = "\n".join(
        (
            "# Written by labsvc runs use. Delete this file to end the rule.",
            f"use: {rule.protocol}",
            f"by: {quoted(rule.by)}",
            f"on: {rule.on}",
            "for:",
            *(f"  {line}" for line in _conditions(rule.when)),
            "",
        )
    )
    if parse_rule(text.encode(), file="the rule") != rule:
        raise ConfigError(
            "what this run shows of itself (a program's name with blanks around it, say) cannot be "
            "written as a rule; put what is typical of it into the protocol's recognise section"
        )
    return text


def _conditions(when: Recognise) -> Iterator[str]:
    program = {"number": when.program_number, "name": when.program_name}
    if any(program.values()):
        parts = [f"{key}: {quoted(value)}" for key, value in program.items() if value]
        yield f"program: {{{', '.join(parts)}}}"
    for key, names in (("drivers", when.drivers), ("sources", when.sources)):
        if names:
            yield f"{key}: [{', '.join(map(quoted, names))}]"
    if when.readings is not None:
        yield f"readings: {when.readings}"
