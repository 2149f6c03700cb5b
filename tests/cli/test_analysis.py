"""labsvc analyse and labsvc ingest."""

from __future__ import annotations

from pathlib import Path

import pytest

from labsvc.service.home import open_home
from tests.bench import BINDING, harvest, report, report_name
from tests.cli.conftest import PLATE, Labsvc

RESULT_KEYS = {
    "id", "verdict", "protocol", "match", "timeline", "constants", "points", "curves", "findings",
    "raw", "software", "revision",
}  # fmt: skip


def test_analyse_gives_the_contracts_document(
    labsvc: Labsvc, plate: Path, run_sheet: Path, tmp_path: Path
) -> None:
    """Curves with Ki, and nothing is filed."""
    before = sorted(tmp_path.rglob("*"))
    ran = labsvc("analyse", plate, "--protocol", BINDING, "--runsheet", run_sheet,
                 "--timezone", "Europe/Berlin", "--json")  # fmt: skip
    document = ran.json
    assert (ran.code, ran.err) == (0, "")
    assert set(document) >= RESULT_KEYS
    assert document["protocol"]["name"] == BINDING
    assert document["curves"][0]["compound"] == "imipramine"
    assert document["curves"][0]["ki"]["value"] == pytest.approx(16e-9, rel=0.5)
    assert document["raw"][0]["path"] == str(plate)
    assert sorted(tmp_path.rglob("*")) == before


def test_analyse_for_people(labsvc: Labsvc, plate: Path, run_sheet: Path) -> None:
    """Verdict and answers as lines."""
    ran = labsvc("analyse", plate, "--protocol", BINDING, "--runsheet", run_sheet)
    assert PLATE in ran.out.splitlines()[0]
    assert "  imipramine: Ki " in ran.out


def test_analyse_with_a_protocol_of_ones_own(
    labsvc: Labsvc, plate: Path, run_sheet: Path, protocol_file: Path
) -> None:
    """A file instead of a shipped name."""
    ran = labsvc("analyse", plate, "--protocol", protocol_file, "--runsheet", run_sheet, "--json")
    assert ran.json["protocol"]["name"] == BINDING


@pytest.mark.parametrize(
    ("protocol", "sheet", "code", "said"),
    [
        ("nosuch", "NET-0411.yaml", 78, "there is no protocol 'nosuch'; give a YAML file, or one"),
        (BINDING, "gone.yaml", 78, "gone.yaml: cannot be read: No such file or directory"),
        (BINDING, "harvest.csv", 78, "harvest.csv:"),
    ],
)
def test_analyse_without_a_fit_plan_or_sheet(
    labsvc: Labsvc, plate: Path, run_sheet: Path, tmp_path: Path, protocol: str, sheet: str,
    code: int, said: str,
) -> None:  # fmt: skip
    """One sentence, exit code 78."""
    (tmp_path / "harvest.csv").write_bytes(harvest(PLATE))
    ran = labsvc("analyse", plate, "--protocol", protocol, "--runsheet", tmp_path / sheet)
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.sentence


def test_analyse_of_a_file_without_a_run(labsvc: Labsvc, run_sheet: Path, tmp_path: Path) -> None:
    """A harvest log holds nothing to analyse: told, exit code 65."""
    log = tmp_path / "harvest.csv"
    log.write_bytes(harvest(PLATE))
    ran = labsvc("analyse", log, "--protocol", BINDING, "--runsheet", run_sheet, "--json")
    assert (ran.code, ran.out) == (65, "")
    assert ran.sentence == "labsvc: harvest.csv: driver harvest found no run of a counter in it"


def test_ingest_files_what_it_is_given(labsvc: Labsvc, home: Path, plate: Path) -> None:
    """Held without a run sheet: done, exit code 1 says that a person must look."""
    ran = labsvc("ingest", plate, "--home", home, "--json")
    (row,) = ran.json
    assert ran.code == 1
    assert (row["name"], row["state"], row["reason"]) == (plate.name, "filed", None)
    assert [run["verdict"] for run in row["runs"]] == ["held"]
    assert (home / "archive" / row["folder"] / "run.json").is_file()


def test_ingest_of_what_passes_ends_with_zero(
    labsvc: Labsvc, home: Path, plate: Path, run_sheet: Path, tmp_path: Path
) -> None:
    """Run sheet, harvest, count: accepted."""
    run_sheet.rename(home / "runsheets" / run_sheet.name)
    log = tmp_path / "harvest.csv"
    log.write_bytes(harvest(PLATE))
    assert labsvc("ingest", log, "--home", home).out == "harvest.csv: filed\n"
    ran = labsvc("ingest", plate, "--home", home)
    assert (ran.code, ran.out) == (0, f"{plate.name}: filed accepted\n")


def test_ingest_twice_files_once(labsvc: Labsvc, home: Path, plate: Path) -> None:
    """The second time it is a duplicate."""
    labsvc("ingest", plate, "--home", home)
    (row,) = labsvc("ingest", plate, "--home", home, "--json").json
    assert (row["state"], row["reason"]) == ("duplicate", "the same bytes were filed before")


def test_ingest_goes_on_after_a_file_that_cannot_be_read(
    labsvc: Labsvc, home: Path, plate: Path, tmp_path: Path
) -> None:
    """The others are filed; the end is exit code 65 and a sentence."""
    ran = labsvc("ingest", tmp_path / "gone.txt", plate, "--home", home, "--json")
    assert ran.code == 65
    assert [row["state"] for row in ran.json] == ["filed"]
    assert (
        ran.sentence == f"labsvc: {tmp_path}/gone.txt: cannot be read (No such file or directory)"
    )


def test_ingest_of_what_no_driver_knows(labsvc: Labsvc, home: Path, tmp_path: Path) -> None:
    """Set aside with its bytes; exit code 1; the log does not disturb the JSON."""
    (tmp_path / "a.txt").write_bytes(b"Dear diary\n")
    ran = labsvc("ingest", tmp_path / "a.txt", "--home", home, "--json")
    (row,) = ran.json
    assert (ran.code, row["state"]) == (1, "quarantined")
    assert row["reason"].startswith("no driver recognises it; ")
    assert (home / "quarantine" / row["folder"] / "a.txt").read_bytes() == b"Dear diary\n"


def test_ingest_with_a_driver_that_is_not_installed(
    labsvc: Labsvc, home: Path, plate: Path
) -> None:
    """Refused before anything is taken: a slip of the finger sets nothing aside."""
    ran = labsvc("ingest", plate, "--driver", "acme", "--home", home)
    assert ran.code == 78
    assert list((home / "inbox").iterdir()) == []


def test_ingest_names_its_source(labsvc: Labsvc, home: Path, plate: Path) -> None:
    """A source of the settings lends its time zone and driver."""
    (home / "labsvc.yaml").write_text(
        "sources: [{name: mb, folder: x, driver: microbeta, timezone: Asia/Tokyo}]\n"
    )
    labsvc("ingest", plate, "--source", "mb", "--home", home)
    place = open_home(home)
    (row,) = place.database.captures()
    place.close()
    assert (row.source, row.driver) == ("mb", "microbeta")
    assert "Asia/Tokyo" in (home / "archive" / row.folder / "run.json").read_text()


def test_a_file_name_that_is_no_text_is_filed(labsvc: Labsvc, home: Path, tmp_path: Path) -> None:
    """Bytes of the name that are no UTF-8 are written out; the file is not renamed."""
    odd = tmp_path / (b"caf\xe9 " + report_name(PLATE).encode()).decode("utf-8", "surrogateescape")
    odd.write_bytes(report(PLATE))
    (row,) = labsvc("ingest", odd, "--home", home, "--json").json
    assert row["state"] == "filed"
    assert row["name"] == f"caf\\xe9 {report_name(PLATE)}"
    assert odd.exists()


def test_the_home_may_be_named_by_the_environment(
    labsvc: Labsvc, home: Path, plate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LABSVC_HOME stands for --home."""
    monkeypatch.setenv("LABSVC_HOME", str(home))
    assert labsvc("ingest", plate, "--json").json[0]["state"] == "filed"
