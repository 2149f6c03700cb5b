"""What could be a source: ports as the system lists them, folders with real reports."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from labsvc.service.registry import Registry, load_drivers
from labsvc.service.settings import SourceSettings, read_settings
from labsvc.service.watching.scan import CHOOSE, LARGEST_BYTES, find_ports, look_into, proposal
from tests.bench import harvest, report


@dataclass
class Adapter:
    """A port as pyserial lists it."""

    device: str
    description: str = "FT232R USB UART"
    vid: int | None = 0x0403
    pid: int | None = 0x6001
    serial_number: str | None = "A1B2C3"


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_drivers()


def pasted(text: str, folder: Path) -> tuple[SourceSettings, ...]:
    """The sources, read as labsvc.yaml is read."""
    (folder / "labsvc.yaml").write_text(text, encoding="utf-8")
    return read_settings(folder / "labsvc.yaml").sources


def test_a_port_is_named_by_its_adapters_link(tmp_path: Path) -> None:
    """It stays the same when things are unplugged."""
    device, by_id = tmp_path / "ttyUSB0", tmp_path / "by-id"
    device.touch()
    by_id.mkdir()
    (by_id / "usb-FTDI_A1B2C3-if00-port0").symlink_to(device)
    (port,) = find_ports([Adapter(str(device))], by_id)
    assert (port.url, port.lasting) == (f"{by_id}/usb-FTDI_A1B2C3-if00-port0", True)
    assert port.usb == "0403:6001"


def test_without_links_a_port_is_named_by_its_adapters_number(tmp_path: Path) -> None:
    """As pyserial finds it again by hwgrep://."""
    (port,) = find_ports([Adapter("/dev/ttyUSB0")], tmp_path / "none")
    assert (port.url, port.lasting) == ("hwgrep://0403:6001.*SER=A1B2C3", True)


def test_an_adapter_without_a_number_has_no_lasting_name(
    tmp_path: Path, registry: Registry
) -> None:
    """Said beside the proposal; COM numbers and built-in ports keep theirs."""
    loose = Adapter("/dev/ttyUSB0", serial_number=None)
    windows = Adapter("COM3", serial_number=None)
    built_in = Adapter("/dev/ttyS0", "n/a", None, None, None)
    ports = find_ports([loose, windows, built_in], tmp_path)
    assert [(one.device, one.lasting) for one in ports] == [
        ("/dev/ttyS0", True),
        ("/dev/ttyUSB0", False),
        ("COM3", True),
    ]
    text = proposal(ports, [], registry)
    assert text.count("may be another adapter's") == 1


def test_what_hangs_at_a_port_is_left_to_a_person(tmp_path: Path, registry: Registry) -> None:
    """No driver is guessed: check names the ones there are until somebody chose."""
    text = proposal(find_ports([Adapter("COM3")], tmp_path), [], registry)
    (source,) = pasted(text, tmp_path)
    assert (source.port, source.driver) == ("COM3", CHOOSE)
    assert "tricarb-2100tr (1200 7E1)" in text


def test_a_folder_of_one_counters_reports_is_its_source(tmp_path: Path, registry: Registry) -> None:
    """With how many were recognised, and why."""
    for number in range(3):
        (tmp_path / f"A7_{number}.txt").write_bytes(report(f"NET-{number}"))
    found = look_into(tmp_path, registry)
    assert (found.looked_at, found.claims, found.refused) == (3, {"microbeta": 3}, {})
    assert found.why["microbeta"]
    (source,) = pasted(proposal([], [found], registry), tmp_path)
    assert (source.folder, source.driver) == (tmp_path, "microbeta")


def test_a_folder_of_several_is_recognised_file_by_file(tmp_path: Path, registry: Registry) -> None:
    """What no driver claims is told, with what would come of it."""
    (tmp_path / "A7_1.txt").write_bytes(report("NET-1"))
    (tmp_path / "log.csv").write_bytes(harvest("NET-1"))
    (tmp_path / "diary.txt").write_bytes(b"Dear diary\n")
    found = look_into(tmp_path, registry)
    assert found.claims == {"microbeta": 1, "harvest": 1}
    assert list(found.refused) == ["diary.txt"]
    text = proposal([], [found], registry)
    assert "1 of them would be set aside" in text
    (source,) = pasted(text, tmp_path)
    assert (source.driver, source.patterns) == (None, ("*.csv", "*.txt"))


@pytest.mark.parametrize("name", ['a: "b" #c', "x\\y", "'- {[*&!%@`", "é µ", "  blanks", "~", "no"])
def test_any_name_of_a_folder_can_be_pasted(name: str, tmp_path: Path, registry: Registry) -> None:
    """Names are text from outside: quoted, whatever YAML would make of them."""
    folder = tmp_path / name
    folder.mkdir()
    (folder / "A7_1.txt").write_bytes(report("NET-1"))
    (source,) = pasted(proposal([], [look_into(folder, registry)], registry), tmp_path)
    assert source.folder == folder


@pytest.mark.parametrize(
    "name", ["a\nsources: [{name: x}]", "a\x1b[2J", "a\u202eb", "a\udcff", "a "]
)
def test_a_name_that_cannot_stand_in_settings_is_said(
    name: str, tmp_path: Path, registry: Registry
) -> None:
    """And adds nothing of its own."""
    folder = tmp_path / name
    folder.mkdir()
    (folder / "A7_1.txt").write_bytes(report("NET-1"))
    text = proposal([], [look_into(folder, registry)], registry)
    assert "cannot stand in labsvc.yaml" in text
    assert pasted(text, tmp_path) == ()


def test_what_a_port_says_of_itself_stays_on_its_line(tmp_path: Path, registry: Registry) -> None:
    """The description comes from the adapter's own memory."""
    evil = Adapter("COM3", "x\n  - {name: y, folder: /}")
    (source,) = pasted(proposal(find_ports([evil], tmp_path), [], registry), tmp_path)
    assert source.name == "line-1"


def test_a_folder_that_is_away_says_why(tmp_path: Path, registry: Registry) -> None:
    found = look_into(tmp_path / "gone", registry)
    assert found.trouble == "cannot be read: No such file or directory"
    assert pasted(proposal([], [found], registry), tmp_path) == ()


def test_a_huge_file_is_not_read(tmp_path: Path, registry: Registry) -> None:
    """A folder may hold anything."""
    with (tmp_path / "disk.img").open("wb") as file:
        file.truncate(LARGEST_BYTES + 1)
    assert "larger than 20 MB" in look_into(tmp_path, registry).refused["disk.img"]
