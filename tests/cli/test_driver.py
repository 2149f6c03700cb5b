"""labsvc driver ls, sniff, parse."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

import pytest

from labsvc.driver import (
    CalibrationRun,
    Channel,
    CountRun,
    Instrument,
    Measure,
    Program,
    Reading,
    Record,
)
from labsvc.model.joined import Part, joined
from labsvc_drivers.tricarb_2100tr import TriCarb2100TR
from tests.bench import harvest, named, report
from tests.cli.conftest import PLATE, Labsvc


@pytest.fixture
def diary(tmp_path: Path) -> Path:
    path = tmp_path / "diary.txt"
    path.write_bytes(b"Dear diary\n")
    return path


def test_the_installed_drivers_are_listed(labsvc: Labsvc) -> None:
    """Name, instrument, maturity, files, line settings."""
    ran = labsvc("driver", "ls", "--json")
    rows = {row["name"]: row for row in ran.json["drivers"]}
    assert rows["tricarb-2100tr"] == {
        "name": "tricarb-2100tr",
        "title": "Tri-Carb 2100TR, RS-232",
        "maturity": "beta",
        "files": ["*.bin"],
        "serial": "1200 7E1",
    }
    assert ran.json["disabled"] == {}
    assert "Tri-Carb 2100TR, RS-232" in labsvc("driver", "ls").out


def test_sniff_says_which_driver_and_why(labsvc: Labsvc, plate: Path) -> None:
    """And why not the others, with the line."""
    document = labsvc("driver", "sniff", plate, "--json").json
    assert document["driver"] == "microbeta"
    assert document["answers"]["microbeta"]["claimed"] is True
    assert document["answers"]["wizard2"]["claimed"] is False
    assert document["answers"]["wizard2"]["line"] == 1
    why = document["answers"]["microbeta"]["why"]
    assert labsvc("driver", "sniff", plate).out == f"{plate}: microbeta: {why}\n"


def test_sniff_of_what_no_driver_knows(labsvc: Labsvc, diary: Path, plate: Path) -> None:
    """Exit code 65, after the others were looked at."""
    ran = labsvc("driver", "sniff", diary, plate, "--json")
    refused, known = ran.json
    assert (ran.code, refused["driver"], known["driver"]) == (65, None, "microbeta")
    assert refused["error"]["kind"] == "NotRecognised"


def test_parse_gives_the_contracts_document(labsvc: Labsvc, plate: Path) -> None:
    """Every key of it, one document, nothing else on standard output."""
    ran = labsvc("driver", "parse", plate, "--json")
    document = ran.json
    assert (ran.code, ran.err) == (0, "")
    assert list(document) == [
        "file", "sha256", "driver", "maturity", "complete", "warnings", "records",
    ]  # fmt: skip
    assert document["sha256"] == hashlib.sha256(plate.read_bytes()).hexdigest()
    (record,) = document["records"]
    assert set(record) >= {"kind", "run_key", "instrument", "program", "counted_at",
                           "counted_at_text", "readings", "extras"}  # fmt: skip
    assert (record["kind"], len(record["readings"])) == ("count", 96)
    assert set(record["readings"][0]) >= {
        "plate", "plate_id", "rack", "position", "sample", "order", "cycle", "repeat",
        "live_time_s", "counted_at", "state", "flags", "quench", "channels",
    }  # fmt: skip
    (channel,) = record["readings"][0]["channels"]
    assert list(channel) == ["name", "nuclide", "counts", "cpm", "dpm", "error_2sigma_percent",
                             "efficiency_percent", "corrected"]  # fmt: skip
    assert channel["corrected"] == ["background"]
    assert channel["dpm"] is None


def test_parse_of_a_harvest(labsvc: Labsvc, tmp_path: Path) -> None:
    """Its own kind of record, with the contract's keys."""
    path = tmp_path / "harvest.csv"
    path.write_bytes(harvest(PLATE))
    (record,) = labsvc("driver", "parse", path, "--json").json["records"]
    assert record["kind"] == "harvest"
    assert set(record) >= {"plate_id", "filter_id", "started_at", "ended_at", "program", "washes",
                           "orientation", "operator"}  # fmt: skip


@pytest.fixture
def calibration(tmp_path: Path) -> Path:
    """An SNC/IPA report as a 2100TR sends it, behind a line of a power failure."""
    when, at = "02-Mar-2026 23:05", datetime(2026, 3, 2, 23, 5)
    measures = [
        Measure(name, value, nuclide=nuclide, region="0-156 keV", performed_at=at)
        for name, nuclide, value in (
            ("efficiency", "C14", 91.8), ("chi_square", "C14", 18.4), ("efficiency", "H3", 55.2),
            ("chi_square", "H3", 21.07), ("background", None, 11.42), ("background", None, 18.03),
            ("E2_B", "C14", 560.12), ("E2_B", "H3", 270.5),
        )
    ]  # fmt: skip
    run: Record = CalibrationRun("x", Instrument("Packard"), tuple(measures), at, when)
    path = tmp_path / "calibration.bin"
    path.write_bytes(TriCarb2100TR().simulate([run], fault="noise"))
    return path


def test_parse_of_a_calibration(labsvc: Labsvc, calibration: Path) -> None:
    """Its own kind of record: figures of the counter, what was not printed is null."""
    document = labsvc("driver", "parse", calibration, "--json").json
    assert document["warnings"] == ["text outside a run: 'POWER FAILURE'"]
    (record,) = document["records"]
    assert list(record) == ["kind", "run_key", "instrument", "performed_at", "performed_at_text",
                            "measures", "warnings", "extras"]  # fmt: skip
    assert (record["kind"], len(record["measures"])) == ("calibration", 8)
    assert record["measures"][-1] == {
        "name": "E2_B", "nuclide": "H3", "region": "0-156 keV", "value": 270.5, "unit": None,
        "limits": None, "passed": None, "performed_at": "2026-03-02T23:05:00",
        "performed_at_text": "02-Mar-2026 23:05",
    }  # fmt: skip


def test_parse_of_a_calibration_for_people(labsvc: Labsvc, calibration: Path) -> None:
    """One row for each figure, with its window and time; no None."""
    ran = labsvc("driver", "parse", calibration)
    assert (ran.code, ran.err) == (0, "")
    assert "calibration of 02-Mar-2026 23:05" in ran.out
    (row,) = (line for line in ran.out.splitlines() if "270.5" in line)
    assert [cell.strip() for cell in row.strip("│").split("│")] == [
        "E2_B", "H3", "0-156 keV", "270.5", "", "", "", "02-Mar-2026 23:05",
    ]  # fmt: skip


def test_parse_of_several_files_goes_on_after_a_refused_one(
    labsvc: Labsvc, plate: Path, tmp_path: Path
) -> None:
    """An array in the order given; the refused one has kind, line and message; exit code 65."""
    cut = tmp_path / "cut.txt"
    cut.write_bytes(report(PLATE, fault="truncated"))
    ran = labsvc("driver", "parse", cut, plate, tmp_path / "gone.txt", "--json")
    refused, read, gone = ran.json
    assert ran.code == 65
    assert refused["file"] == str(cut)
    assert refused["error"]["kind"] == "ParseError"
    assert refused["error"]["message"].startswith(f"line {refused['error']['line']}: ")
    assert len(read["records"]) == 1
    assert gone["error"] == {
        "kind": "CaptureError",
        "line": None,
        "message": "cannot be read (No such file or directory)",
    }


def test_parse_of_files_that_make_one_run(labsvc: Labsvc, tmp_path: Path) -> None:
    """As they lie joined in the archive: one record, with the readings of all."""
    driver, when = named("triathler"), datetime(2026, 3, 2, 9)
    vials = [
        CountRun("", Instrument("Hidex"), (Reading(str(n), 1, (Channel("R", cpm=9.0),)),),
                 Program(name="X"), counted_at=when.replace(minute=n))
        for n in (1, 2)
    ]  # fmt: skip
    path = tmp_path / "U-0087.zip"
    path.write_bytes(
        joined(Part(f"{n}.bin", driver.simulate([one])) for n, one in enumerate(vials))
    )
    (record,) = labsvc("driver", "parse", str(path), "--json").json["records"]
    assert [one["position"] for one in record["readings"]] == ["1", "2"]


def test_parse_for_people_is_a_table(labsvc: Labsvc, plate: Path, diary: Path) -> None:
    """What a driver refused is told on standard error."""
    ran = labsvc("driver", "parse", plate, diary)
    assert ran.code == 65
    assert f"{plate}: microbeta (beta)" in ran.out
    assert "Unk_96" in ran.out
    assert ran.sentence.startswith(f"labsvc: {diary}: no driver recognises it; ")


def test_parse_for_people_shows_every_window_and_says_what_is_unsure(
    labsvc: Labsvc, tmp_path: Path
) -> None:
    """A column for each window of a dual-label run; 03/04/2026 is said where it is read."""
    path = tmp_path / "dual.csv"
    path.write_text(
        "Pos;SampleType;Rpt;CPMroi1;CPMroi2;EndTime\n1;Bkg;1;18,25;4,5;03/04/2026 9:12:20\n"
    )
    ran = labsvc("driver", "parse", path)
    head, row = (line for line in ran.out.splitlines() if "ROI1" in line or "18.25" in line)
    assert ("cpm ROI1" in head, "cpm ROI2" in head, "dpm" in head) == (True, True, False)
    assert [cell.strip() for cell in row.strip("│").split("│")][4:7] == ["counted", "18.25", "4.5"]
    assert "  warning: the dates could be day/month or month/day (such as '03/04/2026" in ran.out


def test_text_of_an_instrument_is_never_markup_nor_a_terminals_command(
    labsvc: Labsvc, tmp_path: Path
) -> None:
    """Sample names with brackets and escapes are shown as text."""
    path = tmp_path / "odd.csv"
    log = harvest(PLATE).replace(b"NET-0411", b"[/bold][red]NET")
    path.write_bytes(log)
    assert "[/bold][red]NET" in labsvc("driver", "parse", path).out
    plate = tmp_path / "odd.txt"
    plate.write_bytes(report(PLATE).replace(b"Unk_1\t", b"[/x]\x1b[2J\t"))
    ran = labsvc("driver", "parse", plate)
    assert "\x1b" not in ran.out
    assert "Traceback" not in ran.err


def test_a_driver_that_is_not_installed(labsvc: Labsvc, plate: Path) -> None:
    """Exit code 78 and the names there are."""
    ran = labsvc("driver", "parse", plate, "--driver", "acme")
    assert (ran.code, ran.out) == (78, "")
    assert ran.sentence.startswith("labsvc: there is no driver 'acme'; installed are ")


def test_a_folder_is_no_file(labsvc: Labsvc, tmp_path: Path) -> None:
    """Told, not a traceback."""
    ran = labsvc("driver", "parse", tmp_path, "--json")
    assert (ran.code, ran.json["error"]["kind"]) == (65, "CaptureError")
