r"""Letters and shares below a Windows service, with Windows' own answers told by hand."""

from __future__ import annotations

import pytest

from labsvc.errors import ConfigError
from labsvc.service.installing.windowspaths import is_share, refuse_mapped, refuse_shared_home

DRIVES = {"C:\\": 3, "D:\\": 2, "Z:\\": 4}


def kind(root: str) -> int:
    """3 a disk, 2 a stick, 4 a share, 1 nothing."""
    return DRIVES.get(root.upper(), 1)


@pytest.mark.parametrize(
    "folder",
    [r"C:\Counter\Results", r"d:\results", r"\\counter-pc\results", r"\\?\UNC\counter-pc\results",
     "//counter-pc/results"],
)  # fmt: skip
def test_disks_and_shares_by_their_own_name_are_taken(folder: str) -> None:
    refuse_mapped({"source counter": folder}, kind)


@pytest.mark.parametrize(
    ("folder", "share", "told"),
    [
        (r"Z:\results\a", r"\\counter-pc\out", r"\\counter-pc\out\results\a"),
        (r"z:\results", None, r"\\server\share\results"),
        (r"X:\results", None, "is no drive of this machine"),
        ("Z:/results", None, "is a mapped drive"),
    ],
)
def test_a_mapped_letter_is_refused_with_what_to_write(
    folder: str, share: str | None, told: str
) -> None:
    """Also one that is not there for whoever asks: mapped in another session."""
    with pytest.raises(ConfigError, match=r"source counter: .* does not see mapped") as caught:
        refuse_mapped({"source counter": folder}, kind, lambda letter: share)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("home", [r"\\server\share\labsvc", r"Z:\labsvc"])
def test_a_home_on_a_share_is_refused(home: str) -> None:
    with pytest.raises(ConfigError, match="must be on a disk of this machine"):
        refuse_shared_home(home, kind)
    refuse_shared_home(r"C:\ProgramData\labsvc", kind)


def test_a_long_path_of_a_disk_is_no_share() -> None:
    assert [is_share(one) for one in (r"\\?\C:\x", r"\\?\UNC\s\x", r"\\s\x", r"C:\x", "x")] == [
        False, True, True, False, False,
    ]  # fmt: skip
