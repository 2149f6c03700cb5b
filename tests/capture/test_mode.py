"""Whether the system is asked to tell of new files, and why."""

from __future__ import annotations

import pytest

from labsvc.capture.mode import mode_of
from labsvc.store.mounts import MAPPED, UNC


@pytest.mark.parametrize(
    "kind", ["cifs", "nfs4", "fuse.sshfs", "fuse.grpcfuse", "fuseblk", "9p", "vboxsf", UNC, MAPPED]
)
def test_where_others_write_the_folder_is_only_looked_at(kind: str) -> None:
    """And its own time is not relied on: servers tell it late, and some never."""
    mode = mode_of("auto", kind)
    assert (mode.events, mode.relied) == (False, False)
    assert kind in mode.why


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs", "overlay", "tmpfs"])
def test_on_a_local_disk_the_system_tells(kind: str) -> None:
    """So a new file is taken at once."""
    mode = mode_of("auto", kind)
    assert (mode.events, mode.relied) == (True, True)


@pytest.mark.parametrize("kind", [None, "newfs"])
def test_what_is_not_known_is_asked_and_not_relied_on(kind: str | None) -> None:
    """Events that never come cost nothing; a name that is overlooked would."""
    mode = mode_of("auto", kind)
    assert (mode.events, mode.relied) == (True, False)


def test_the_settings_have_the_last_word() -> None:
    """Whatever the file system is."""
    assert mode_of("native", "cifs").events
    assert not mode_of("poll", "ext4").events
    assert mode_of("poll", "ext4").relied
    assert mode_of("poll", None).why == "as the settings say"
