"""Where secrets are read from."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import NoKeyringError

from labsvc.errors import ConfigError
from labsvc.service.secrets.places import LONGEST, SecretPlace

WHAT = "the mail password"


class Ring(KeyringBackend):
    """A keyring of one password."""

    priority = 1

    def __init__(self, locked: bool = False) -> None:
        self.locked = locked

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise NoKeyringError("no")
        return "pw-of-ring-1" if (service, username) == ("lab-mail", "labsvc") else None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError

    def delete_password(self, service: str, username: str) -> None:
        raise NotImplementedError


@pytest.fixture
def restored() -> Iterator[None]:
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


def file_with(tmp_path: Path, content: bytes) -> SecretPlace:
    (tmp_path / "mail.password").write_bytes(content)
    (tmp_path / "mail.password").chmod(0o600)
    return SecretPlace(WHAT, file=Path("mail.password"), base=tmp_path)


@pytest.mark.parametrize("content", [b"s3cret", b"s3cret\n", b"\xef\xbb\xbfs3cret\r\n"])
def test_a_file_holds_it_with_or_without_a_lines_end(tmp_path: Path, content: bytes) -> None:
    """As editors on Linux and Windows leave it; blanks belong to it."""
    place = file_with(tmp_path, content)
    assert place.read() == "s3cret"
    assert place.trouble() is None
    assert file_with(tmp_path, b" s3 pw \n").read() == " s3 pw "


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"s3cret\nmore\n", b"\xff\xfes3cret", b"s3" * LONGEST]
)
def test_a_file_that_holds_something_else_is_refused_unquoted(
    tmp_path: Path, content: bytes
) -> None:
    """The sentence goes into logs."""
    with pytest.raises(ConfigError, match="expected one line of UTF-8 text") as caught:
        file_with(tmp_path, content).read()
    assert "s3" not in str(caught.value).replace(str(tmp_path), "")
    assert caught.value.__cause__ is None


def test_it_is_read_anew_each_time(tmp_path: Path) -> None:
    """A password that was renewed needs no restart."""
    place = file_with(tmp_path, b"old-pw-77")
    assert place.read() == "old-pw-77"
    file_with(tmp_path, b"new-pw-78")
    assert place.read() == "new-pw-78"


def test_what_systemd_hands_over_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LoadCredential=mail.password:/etc/... ; where it hands nothing over, the home has it."""
    place = file_with(tmp_path, b"pw-of-home-1")
    handed = tmp_path / "credentials"
    handed.mkdir()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(handed))
    assert place.read() == "pw-of-home-1"
    (handed / "mail.password").write_text("pw-of-systemd-1")
    assert place.read() == "pw-of-systemd-1"


def test_a_file_that_everybody_can_read_is_told(tmp_path: Path) -> None:
    place = file_with(tmp_path, b"s3cret")
    (tmp_path / "mail.password").chmod(0o644)
    assert "chmod 600" in (place.trouble() or "")


def test_a_place_that_is_not_there_is_named(tmp_path: Path) -> None:
    """And a folder or a pipe is no file: it would be waited for."""
    for name in ("gone", "."):
        place = SecretPlace(WHAT, file=Path(name), base=tmp_path)
        assert f"the mail password is to be in the file {tmp_path}" in (place.trouble() or "")


def test_an_environment_variable_that_is_not_set_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    place = SecretPlace(WHAT, variable="LAB_MAIL")
    monkeypatch.setenv("LAB_MAIL", "")
    assert "LAB_MAIL, which is not set" in (place.trouble() or "")
    monkeypatch.setenv("LAB_MAIL", "s3cret")
    assert place.read() == "s3cret"


@pytest.mark.usefixtures("restored")
def test_the_keyring_is_asked_by_name_and_user() -> None:
    """One that is locked, or has none, says how to put it there or what to use instead."""
    keyring.set_keyring(Ring())
    assert SecretPlace(WHAT, keyring="lab-mail").read() == "pw-of-ring-1"
    other = SecretPlace(WHAT, keyring="lab-mail", user="somebody").trouble()
    assert "keyring set lab-mail somebody" in (other or "")
    keyring.set_keyring(Ring(locked=True))
    assert "NoKeyringError" in (SecretPlace(WHAT, keyring="lab-mail").trouble() or "")


def test_a_keyring_that_is_not_installed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert "labsvc[keyring]" in (SecretPlace(WHAT, keyring="lab-mail").trouble() or "")
