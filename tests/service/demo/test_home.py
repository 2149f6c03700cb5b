"""The demo's home: ours alone, taken up after a kill, and never somebody else's folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from labsvc.errors import ConfigError
from labsvc.service.demo.home import configure, demo_home, finish, finished
from labsvc.service.settings import read_settings


def test_a_folder_with_other_files_is_never_touched(tmp_path: Path) -> None:
    """Somebody's thesis may lie there."""
    (tmp_path / "thesis.doc").write_text("years of work")
    with pytest.raises(ConfigError, match="holds other files"), demo_home(tmp_path, fresh=True):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.doc"]


def test_an_interrupted_day_is_kept(tmp_path: Path) -> None:
    """What was done before the kill stands."""
    root = tmp_path / "demo"
    with demo_home(root, fresh=True):
        (root / "runsheets" / "NET-0411.yaml").write_text("kept")
    with demo_home(root, fresh=True):
        assert (root / "runsheets" / "NET-0411.yaml").read_text() == "kept"


def test_a_finished_day_is_begun_anew_only_when_asked(tmp_path: Path) -> None:
    """With --home the finished day is shown again."""
    root = tmp_path / "demo"
    with demo_home(root, fresh=False):
        (root / "runsheets" / "old.yaml").write_text("old")
        finish(root)
    with demo_home(root, fresh=False):
        assert finished(root)
        assert (root / "runsheets" / "old.yaml").exists()
    with demo_home(root, fresh=True):
        assert not finished(root)
        assert not (root / "runsheets" / "old.yaml").exists()


def test_two_demos_never_share_a_home(tmp_path: Path) -> None:
    """The second is told that one is running."""
    with (
        demo_home(tmp_path / "demo", fresh=True),
        pytest.raises(ConfigError, match="running"),
        demo_home(tmp_path / "demo", fresh=True),
    ):
        pass


def test_the_settings_written_are_settings_that_read(tmp_path: Path) -> None:
    """A port of Windows and one of Linux."""
    for port in ("/dev/pts/7", "socket://127.0.0.1:5000", r"\\.\COM12"):
        configure(tmp_path, port=port, mail_port=2525)
        settings = read_settings(tmp_path / "labsvc.yaml")
        assert settings.sources[2].port == port
        assert all(source.simulated for source in settings.sources)
