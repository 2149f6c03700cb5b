"""labsvc.yaml: what it means, and what is wrong in it with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from labsvc.errors import ConfigError
from labsvc.service.settings import HttpSettings, read_settings

FULL = """\
lab: Transporter lab
timezone: Europe/Berlin
sources:
  - name: microbeta-1
    folder: counter/results
    driver: microbeta
    patterns: ["*.txt"]
    quiet: 10 s
    max_bytes: 1000
    timezone: America/New_York
  - {name: tricarb, port: /dev/ttyUSB0, driver: tricarb-2100tr, settings: 9600 7E1}
mail:
  host: mail.example.org
  sender: labsvc@example.org
  recipients: [lab@example.org]
  username: labsvc
  password_variable: LAB_PASSWORD
rescan: 1 min
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "labsvc.yaml"
    path.write_text(text, "utf-8")
    return path


def test_every_setting_is_read(tmp_path: Path) -> None:
    """Relative folders are meant from the file's own folder; times in seconds."""
    settings = read_settings(written(tmp_path, FULL))
    counter, port = settings.sources
    assert (settings.lab, settings.rescan_seconds) == ("Transporter lab", 60.0)
    assert counter.folder == tmp_path / "counter/results"
    assert (counter.quiet_seconds, counter.max_bytes) == (10.0, 1000)
    assert (counter.timezone, port.timezone) == ("America/New_York", "Europe/Berlin")
    assert (port.port, port.line_settings) == ("/dev/ttyUSB0", "9600 7E1")
    assert settings.mail is not None
    assert (settings.mail.port, settings.mail.starttls) == (587, True)


def test_an_empty_lab_has_defaults(tmp_path: Path) -> None:
    """UTC, no source, no mail, SQLite, a look at every folder each 10 s."""
    settings = read_settings(written(tmp_path, "lab: x\n"))
    assert (settings.timezone, settings.sources, settings.mail) == ("UTC", (), None)
    assert (settings.database, settings.rescan_seconds) == (None, 10.0)


def test_the_password_comes_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file holds the variable's name alone; where it is not set, that is said."""
    account = read_settings(written(tmp_path, FULL)).mail
    assert account is not None
    with pytest.raises(ConfigError, match="variable LAB_PASSWORD, which is not set"):
        _ = account.password
    monkeypatch.setenv("LAB_PASSWORD", "s3cret")
    assert account.password == "s3cret"
    assert "s3cret" not in repr(account)


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("lab: Transporter lab", "labb: x", 1, "labb"),
        ("Europe/Berlin", "Middle/Earth", 2, "'Middle/Earth' is no time zone"),
        ("America/New_York", "../../etc/passwd", 10, "is no time zone"),
        ("quiet: 10 s", "quiet: 10", 8, "quiet"),
        ("quiet: 10 s", "quiet: 10 nM", 8, "quiet"),
        ("folder: counter/results", "port: COM3", 4, None),
        ("port: /dev/ttyUSB0, ", "", 11, "needs a folder or a port"),
        (", driver: tricarb-2100tr", "", 11, "is a port and needs its driver"),
        ("port: /dev", "watch: poll, port: /dev", 11, "watch is for folders"),
        ("port: /dev", "subfolders: true, port: /dev", 11, "it has no subfolders"),
        ("quiet: 10 s", "watch: sometimes", 8, "watch"),
        ("port: /dev", "joined: name, port: /dev", 11, "joined is for folders"),
        ("quiet: 10 s", "joined: run", 8, "joined"),
        ("quiet: 10 s", "joined_patience: 1 h", 4, "no joined: say 'joined: folder' or"),
        ("name: tricarb,", "name: MicroBeta-1,", 11, "two sources are named 'MicroBeta-1'"),
        ("recipients: [lab@example.org]", "recipients: []", 15, "recipients"),
        ("host: mail.example.org", "host: h\n  port: 70000", 14, "port"),
        ("rescan: 1 min", "rescan: soon", 18, "rescan"),
        ("password_variable: L", "password_file: x\n  password_variable: L", 18, "has one place"),
    ],
)
def test_a_fault_names_file_and_line(
    tmp_path: Path, old: str, new: str, line: int, said: str | None
) -> None:
    """And what was found there."""
    assert old in FULL
    if said is None:
        assert read_settings(written(tmp_path, FULL.replace(old, new))).sources[0].port == "COM3"
        return
    with pytest.raises(ConfigError) as caught:
        read_settings(written(tmp_path, FULL.replace(old, new)))
    assert (caught.value.file, caught.value.line) == ("labsvc.yaml", line)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """With its whole path."""
    with pytest.raises(ConfigError, match=r"gone/labsvc\.yaml: cannot be read: No such file"):
        read_settings(tmp_path / "gone" / "labsvc.yaml")


def test_a_folder_may_say_how_it_is_watched_and_what_lies_below(tmp_path: Path) -> None:
    """Left out it is by the kind of file system, and in the folder alone."""
    (tmp_path / "labsvc.yaml").write_text(
        "sources:\n  - {name: a, folder: a, watch: poll, subfolders: true}\n"
        "  - {name: b, folder: b}\n"
    )
    one, other = read_settings(tmp_path / "labsvc.yaml").sources
    assert (one.watch, one.subfolders) == ("poll", True)
    assert (other.watch, other.subfolders) == ("auto", False)


def test_a_folder_may_say_which_files_make_one_run(tmp_path: Path) -> None:
    """Those of sub-folders: then these are looked into without being asked. Else none do."""
    (tmp_path / "labsvc.yaml").write_text(
        "sources:\n  - {name: a, folder: a, joined: folder, joined_patience: 20 min}\n"
        "  - {name: b, folder: b, joined: name}\n  - {name: c, folder: c}\n"
    )
    one, two, three = read_settings(tmp_path / "labsvc.yaml").sources
    assert (one.joined, one.joined_patience, one.subfolders) == ("folder", 1200.0, True)
    assert (two.joined, two.joined_patience, two.subfolders) == ("name", 3600.0, False)
    assert (three.joined, three.subfolders) == (None, False)


def test_http_is_for_this_machine_unless_told_otherwise(tmp_path: Path) -> None:
    """And off unless it is asked for."""
    assert read_settings(written(tmp_path, "lab: x\n")).http is None
    alone = read_settings(written(tmp_path, "http: {port: 8460}\n")).http
    assert alone == HttpSettings(8460, "127.0.0.1")
    other = read_settings(written(tmp_path, "http: {port: 8460, host: 0.0.0.0}\n")).http
    assert other == HttpSettings(8460, "0.0.0.0")


def test_a_driver_has_half_a_minute_unless_told_otherwise(tmp_path: Path) -> None:
    """Never less than a second: every report would be set aside."""
    assert read_settings(written(tmp_path, "lab: x\n")).deadline_seconds == 30.0
    assert read_settings(written(tmp_path, "deadline: 2 min\n")).deadline_seconds == 120.0
    with pytest.raises(ConfigError, match=r"labsvc\.yaml:1: .*deadline"):
        read_settings(written(tmp_path, "deadline: 0.1 s\n"))
