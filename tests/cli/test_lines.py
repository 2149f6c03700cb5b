"""labsvc driver scan, record and replay; what status and check say of lines."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from labsvc.capture.port import PortSettings, open_port
from labsvc.capture.recording import Chunk, head_of, line_of, read_recording
from labsvc.service.settings import read_settings
from labsvc.service.watching.states import SourceState, States, write_states
from labsvc.store.lock import HomeLock
from tests.bench import NOW, make_home, report
from tests.cli.conftest import Labsvc
from tests.patience import PATIENCE

pytest.importorskip("pty", reason="pseudo-terminals are not on this system")

LABSVC = Path(sys.executable).with_name("labsvc")
EVERY_BYTE = bytes(range(256)) * 40


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """A recording of every byte there is, in two reads, an hour apart."""
    file = tmp_path / "session.txt"
    chunks = (Chunk(0, EVERY_BYTE[:5000]), Chunk(3_600_000, EVERY_BYTE[5000:]))
    file.write_text(head_of("x", "9600 8N1", NOW) + "".join(map(line_of, chunks)), "ascii")
    return file


@contextmanager
def running(*words: object) -> Iterator[subprocess.Popen[str]]:
    command = [str(LABSVC), *map(str, words)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as one:
        try:
            yield one
        finally:
            if one.poll() is None:
                one.kill()


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def test_a_recording_is_played_through_a_port_and_read_whole(session: Path, tmp_path: Path) -> None:
    """Named before it begins; its link goes with it."""
    link = tmp_path / "ttyCOUNTER"
    with running("driver", "replay", session, "--speed", "max", "--link", link) as process:
        assert first_line(process) == f"port {link}: waiting for a program to open it\n"
        with closing(open_port(str(link), PortSettings(9600, 8, "N", 1))) as port:
            received = bytearray()
            while len(received) < len(EVERY_BYTE):
                received += port.read(1) + port.read(port.in_waiting)
            said, _ = process.communicate(timeout=PATIENCE)
    assert received == EVERY_BYTE
    assert (process.returncode, said) == (0, f"{len(EVERY_BYTE)} bytes played\n")
    assert not link.is_symlink()


@pytest.mark.parametrize("speed", ["max", "360000"])
def test_a_recording_of_a_replay_is_the_recording(
    labsvc: Labsvc, session: Path, tmp_path: Path, speed: str
) -> None:
    """Byte for byte, at any speed, for so many seconds."""
    copy = tmp_path / "copy.txt"
    ran = labsvc("driver", "record", f"replay://{session}?speed={speed}", "--to", copy,
                 "--settings", "1200-7E1", "--for", "1")  # fmt: skip
    assert (ran.code, ran.err) == (0, "")
    kept = read_recording(copy.read_bytes())
    assert (kept.content, kept.settings) == (EVERY_BYTE, "1200 7E1")


def test_a_recorder_that_is_killed_leaves_all_it_had_read(tmp_path: Path) -> None:
    """kill -9, with no warning."""
    file, (master, slave) = tmp_path / "kept.txt", os.openpty()
    with running("driver", "record", os.ttyname(slave), "--to", file) as process:
        while not file.exists():
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.02)
        os.write(master, b"9,0,0,tSIE\n")
        while b"tSIE" not in file.read_bytes():
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.02)
        process.kill()
    os.close(slave)
    os.close(master)
    assert read_recording(file.read_bytes()).content == b"9,0,0,tSIE\n"


def test_ctrl_c_ends_a_replay_that_nobody_reads(session: Path, tmp_path: Path) -> None:
    """In order: no traceback, and no link left behind."""
    link = tmp_path / "ttyCOUNTER"
    with running("driver", "replay", session, "--link", link) as process:
        first_line(process)
        process.terminate()
        _, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (0, "")
    assert not link.is_symlink()


def test_what_is_no_recording_is_bad_input(labsvc: Labsvc, tmp_path: Path) -> None:
    """With file and line."""
    diary = tmp_path / "diary.txt"
    diary.write_bytes(b"Dear diary\n")
    ran = labsvc("driver", "replay", diary)
    assert ran.code == 65
    assert ran.sentence.startswith(f"labsvc: {diary}: line 1: found 'Dear diary'; expected")


def test_settings_that_are_none_are_told(labsvc: Labsvc, tmp_path: Path) -> None:
    """As everywhere: quoted, with an example; and no file is made."""
    ran = labsvc("driver", "record", "loop://", "--to", tmp_path / "x", "--settings", "9600")
    assert ran.code == 78
    assert "line settings '9600' are not understood" in ran.sentence
    assert not (tmp_path / "x").exists()


def test_scan_prints_what_can_be_pasted(labsvc: Labsvc, tmp_path: Path) -> None:
    """The YAML alone on standard output, why on standard error."""
    folder = tmp_path / "my: results"
    folder.mkdir()
    (folder / "A7_1.txt").write_bytes(report("NET-1"))
    ran = labsvc("driver", "scan", folder)
    assert ran.code == 0
    (tmp_path / "labsvc.yaml").write_text(ran.out, encoding="utf-8")
    assert read_settings(tmp_path / "labsvc.yaml").sources[0].folder == folder
    assert f"{folder}: microbeta claims 1: " in ran.err


def test_scan_answers_in_json(labsvc: Labsvc, tmp_path: Path) -> None:
    """Ports, folders, and the settings proposed."""
    (tmp_path / "A7_1.txt").write_bytes(report("NET-1"))
    document = labsvc("driver", "scan", tmp_path, tmp_path / "gone", "--json").json
    assert document.keys() == {"ports", "folders", "settings"}
    first, gone = document["folders"]
    assert first["claims"] == {"microbeta": 1}
    assert gone["trouble"] == "cannot be read: No such file or directory"
    assert document["settings"].startswith("sources:\n")


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    """A home whose service says that its line is heard badly."""
    home = make_home(
        tmp_path / "home",
        "sources: [{name: line, port: 'loop://', driver: tricarb-2100tr, patience: 3 d}]\n",
    )
    state = SourceState("stale", NOW, "the line settings 9600 8N1 are wrong", NOW,
                        faults={"received": 90, "framing": 30, "parity": 4, "overrun": 0,
                                "breaks": 0})  # fmt: skip
    write_states(home, States(datetime.now(UTC), True, {"line": state}))
    return home


def test_status_says_how_a_line_is_heard(labsvc: Labsvc, lab: Path) -> None:
    """As the running service sees it: stale, wrong settings, what the port counted."""
    with HomeLock(lab):
        said = labsvc("status", "--home", lab)
        (row,) = labsvc("status", "--home", lab, "--json").json["sources"]
    assert "line: loop:// is stale, last received 2026-03-02T18:00:00+00:00" in said.out
    assert "the line settings 9600 8N1 are wrong" in said.out
    assert "framing 30, parity 4, overrun 0" in said.out
    assert (row["state"], row["faults"]["framing"]) == ("stale", 30)
    assert json.dumps(row["last_whole_at"]) == "null"


def test_status_says_how_a_count_under_way_stands(labsvc: Labsvc, lab: Path) -> None:
    """As the running service judges it: interim, and marked so."""
    said = "14 counted, 82 of 96 planned to come; interim: WARNING, totals at background"
    state = SourceState("open", NOW, last_received_at=NOW, last_whole_at=NOW, counting=said)
    write_states(lab, States(datetime.now(UTC), True, {"line": state}))
    with HomeLock(lab):
        assert f"         counting: {said}\n" in labsvc("status", "--home", lab).out
        (row,) = labsvc("status", "--home", lab, "--json").json["sources"]
    assert row["counting"] == said


def test_check_says_what_is_wrong_with_a_line(labsvc: Labsvc, lab: Path) -> None:
    ran = labsvc("check", "--home", lab)
    assert ran.code == 78
    assert (
        "LOOK  source line: loop:// is there, but the line settings 9600 8N1 are wrong" in ran.out
    )


def test_where_no_service_runs_status_looks_for_itself(labsvc: Labsvc, lab: Path) -> None:
    """What a service wrote before it ended is old."""
    write_states(lab, States(NOW, True, {}))
    (row,) = labsvc("status", "--home", lab, "--json").json["sources"]
    assert (row["state"], row["trouble"], row["faults"]) == ("there", None, None)


def test_a_port_that_is_none_is_a_finding(labsvc: Labsvc, tmp_path: Path) -> None:
    """Before the service is started with it."""
    home = make_home(
        tmp_path / "home", "sources: [{name: x, port: 'sockt://a:1', driver: tricarb-2100tr}]\n"
    )
    ran = labsvc("check", "--home", home)
    assert ran.code == 78
    assert "LOOK  source x: port 'sockt://a:1': there is no 'sockt://'" in ran.out
