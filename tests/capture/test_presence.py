"""Whether the device is still the one that has its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from labsvc.capture.presence import LOOK_SECONDS, Presence


class Watch:
    now = 0.0

    def __call__(self) -> float:
        return self.now

    def passes(self) -> None:
        self.now += LOOK_SECONDS


@pytest.fixture
def device(tmp_path: Path) -> Path:
    made = tmp_path / "ttyUSB0"
    made.write_bytes(b"")
    return made


def test_a_device_that_stays_is_there(device: Path) -> None:
    watch = Watch()
    presence = Presence(str(device), str(device), watch)
    watch.passes()
    assert presence.lost() is None


def test_a_device_that_was_pulled_out_is_gone(device: Path) -> None:
    """Though reads may go on in silence."""
    watch = Watch()
    presence = Presence(str(device), str(device), watch)
    device.unlink()
    assert presence.lost() is None
    watch.passes()
    assert presence.lost() == f"{device} is gone"


def test_a_link_that_leads_to_another_device_by_now_is_seen(device: Path, tmp_path: Path) -> None:
    """The adapter came back as ttyUSB1, and its link in by-id with it."""
    other = tmp_path / "ttyUSB1"
    other.write_bytes(b"")
    link, watch = tmp_path / "usb-FTDI", Watch()
    link.symlink_to(device)
    presence = Presence(str(link), str(link), watch)
    link.unlink()
    link.symlink_to(other)
    watch.passes()
    assert presence.lost() == f"{link} is another device by now"


def test_a_port_found_by_what_it_is_goes_with_its_device(device: Path) -> None:
    """hwgrep:// has opened some device, and that one is looked for."""
    watch = Watch()
    presence = Presence("hwgrep://0403:6001", str(device), watch)
    device.unlink()
    watch.passes()
    assert presence.lost() == f"{device} is gone"


@pytest.mark.parametrize("url", ["socket://server:4001", "loop://", "replay:///x.txt"])
def test_a_port_without_a_device_is_never_missed(url: str) -> None:
    """What it has to say, it says by itself."""
    watch = Watch()
    presence = Presence(url, url, watch)
    watch.passes()
    assert presence.lost() is None
