"""The error tree: every message is one sentence that says where."""

from __future__ import annotations

import inspect

import pytest

from labsvc import errors
from labsvc.errors import ConfigError, DeliveryError, LabsvcError, ParseError


def test_a_parse_error_says_its_line() -> None:
    """In the message, and apart for programs."""
    fault = ParseError("found 'x' where a number was expected", line=12)
    assert (str(fault), fault.line) == ("line 12: found 'x' where a number was expected", 12)
    assert str(ParseError("the file is empty")) == "the file is empty"


def test_a_parse_error_stays_a_sentence_whatever_it_quotes() -> None:
    """A damaged file may have a line of any length; what was expected stands at the end."""
    fault = ParseError(f"found {'x' * 9000!r}; expected a number", line=3)
    assert len(str(fault)) < 650
    assert str(fault).startswith("line 3: found 'xxx")
    assert str(fault).endswith("xxx'; expected a number")


@pytest.mark.parametrize(
    ("file", "line", "said"),
    [
        ("a.yaml", 3, "a.yaml:3: wrong"),
        ("a.yaml", None, "a.yaml: wrong"),
        (None, None, "wrong"),
    ],
)
def test_a_config_error_says_file_and_line(file: str | None, line: int | None, said: str) -> None:
    """As an editor can jump to it."""
    assert str(ConfigError("wrong", file=file, line=line)) == said


def test_a_delivery_is_tried_again_unless_it_is_refused_for_good() -> None:
    """Permanent is the exception."""
    assert not DeliveryError("the server is away").permanent
    assert DeliveryError("no such mailbox", permanent=True).permanent


def test_every_failure_known_by_name_is_of_one_family() -> None:
    """So that one handler can tell ours from a bug."""
    found = [one for _, one in inspect.getmembers(errors, inspect.isclass)
             if one.__module__ == errors.__name__]  # fmt: skip
    assert len(found) > 10
    assert all(issubclass(one, LabsvcError) for one in found)
