"""The settings say where a secret is, and never what it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from labsvc.errors import ConfigError
from labsvc.service.home import open_home
from labsvc.service.settings import read_settings

MAIL = "mail:\n  host: h\n  sender: a@example.org\n  recipients: [b@example.org]\n"


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "labsvc.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "line", "where"),
    [
        (f"{MAIL}  password: hunter22\n", 5, "password_file"),
        (f"{MAIL}  password: 12345678\n", 5, "password_file"),
        ("database: postgresql+psycopg://lab:hunter22@db/lab\n", 1, "database_password_file"),
        ("database: postgresql://db/lab?password=hunter22\n", 1, ".pgpass"),
        ("lab: x\ndatabase_password: hunter22\n", 2, "password_file"),
    ],
)
def test_a_password_in_the_settings_is_an_error_that_says_where_to_put_it(
    tmp_path: Path, text: str, line: int, where: str
) -> None:
    """And does not repeat it."""
    with pytest.raises(ConfigError, match="must not stand in") as caught:
        read_settings(written(tmp_path, text))
    assert caught.value.line == line
    assert where in str(caught.value)
    assert "hunter22" not in str(caught.value)
    assert "12345678" not in str(caught.value)


def test_a_relative_file_is_meant_from_the_settings_folder(tmp_path: Path) -> None:
    (tmp_path / "mail.password").write_text("s3cret\n")
    mail = read_settings(written(tmp_path, f"{MAIL}  password_file: mail.password\n")).mail
    assert mail is not None
    assert mail.password == "s3cret"
    assert "s3cret" not in repr(mail)


def test_the_databases_password_is_joined_to_its_url_when_it_is_opened(tmp_path: Path) -> None:
    """What cannot be reached is named without it."""
    (tmp_path / "db.password").write_text("p@ss/word\n")
    text = (
        "database: postgresql+psycopg://lab@127.0.0.1:9/lab\ndatabase_password_file: db.password\n"
    )
    written(tmp_path, text)
    with pytest.raises(Exception, match="refused") as caught:
        open_home(tmp_path)
    assert "postgresql+psycopg://lab:***@127.0.0.1:9/lab" in str(caught.value)
    assert "p@ss" not in str(caught.value)


def test_a_database_password_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    text = "database: postgresql+psycopg://lab@db/lab\ndatabase_password_file: gone\n"
    written(tmp_path, text)
    with pytest.raises(ConfigError, match="the database password is to be in the file"):
        open_home(tmp_path)


def test_a_home_folder_that_is_not_there_has_its_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such home folder"):
        read_settings(written(tmp_path, f"{MAIL}  password_file: ~nobody-at-all/x\n"))
