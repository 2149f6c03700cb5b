"""On what kind of file system a path lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from labsvc.errors import ConfigError
from labsvc.store.engine import open_engine
from labsvc.store.mounts import UNC, filesystem, network_filesystem

TABLE = (
    "/dev/sda1 / ext4 rw 0 0\n"
    "server:/lab /mnt/lab nfs4 rw 0 0\n"
    "//pc/out /mnt/Counter\\0403 cifs ro 0 0\n"
    "/dev/sdb1 /mnt/lab/local ext4 rw 0 0\n"
    "odd\n"
    "/dev/sdc1 /srv ext4 rw 0 0\n"
    "server:/over /srv nfs4 rw 0 0\n"
)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/labsvc/labsvc.db", None),
        ("/mnt/lab/home/labsvc.db", "nfs4"),
        ("/mnt/Counter 3/labsvc.db", "cifs"),
        ("/mnt/lab/local/labsvc.db", None),
        ("/mnt/labyrinth/labsvc.db", None),
        ("/srv/labsvc.db", "nfs4"),  # the later mount lies over the earlier
    ],
)
def test_the_deepest_mount_decides(tmp_path: Path, path: str, kind: str | None) -> None:
    table = tmp_path / "mounts"
    table.write_text(TABLE)
    assert network_filesystem(Path(path), table) == kind


def test_every_kind_has_its_name(tmp_path: Path) -> None:
    """Also a local one; a share of Windows shows in the path."""
    table = tmp_path / "mounts"
    table.write_text(TABLE)
    assert filesystem(Path("/var/lib/labsvc"), table) == "ext4"
    assert filesystem(Path("/mnt/lab/out"), table) == "nfs4"
    assert filesystem(Path("//server/lab"), table) == UNC


def test_a_system_without_the_table_is_not_known(tmp_path: Path) -> None:
    assert network_filesystem(Path("/x"), tmp_path / "none") is None


def test_sqlite_on_a_share_is_refused() -> None:
    """Its log is not safe there: the sentence says what to do instead."""
    with pytest.raises(ConfigError, match=r"network share.*local disk"):
        open_engine("sqlite://///server/lab/labsvc.db")
