"""labsvc verify, backup, restore."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import create_engine, text

from tests.bench import bench, harvest, report, report_name
from tests.cli.conftest import PLATE, Labsvc

SOUND = "archive, database and audit chain are as they were filed\n"


def test_verify_finds_one_flipped_byte(labsvc: Labsvc, filed: Path) -> None:
    """Sound first; then exit code 1 and the file."""
    ran = labsvc("verify", "--home", filed)
    assert (ran.code, ran.out) == (0, SOUND)
    (raw,) = (filed / "archive").rglob(report_name(PLATE))
    content = bytearray(report(PLATE))
    content[100] ^= 1
    raw.write_bytes(content)
    ran = labsvc("verify", "--home", filed, "--json")
    (difference,) = ran.json["differences"]
    assert ran.code == 1
    assert str(raw) in difference
    assert "is altered" in difference


def test_verify_finds_an_altered_document_in_the_database(labsvc: Labsvc, filed: Path) -> None:
    """The audit chain vouches for what was judged."""
    engine = create_engine(f"sqlite:///{filed / 'labsvc.db'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE results SET verdict = 'accepted', document = '{}'"))
    engine.dispose()
    ran = labsvc("verify", "--home", filed)
    assert ran.code == 1
    assert "not the one that was filed" in ran.out


def test_a_home_is_had_back_from_its_backup(labsvc: Labsvc, filed: Path, tmp_path: Path) -> None:
    """Copied, the home lost, laid out again: the run is there, and verify finds nothing."""
    made = labsvc("backup", tmp_path / "copy", "--home", filed, "--json")
    assert (made.code, made.json["differences"]) == (0, [])
    assert made.json["files"] > len(list((filed / "archive").rglob("*.json")))
    had = labsvc("restore", tmp_path / "copy", tmp_path / "new")
    assert had.code == 0
    assert had.out.endswith(SOUND)
    runs = labsvc("runs", "ls", "--home", tmp_path / "new", "--json").json
    assert runs == labsvc("runs", "ls", "--home", filed, "--json").json


def test_restore_takes_an_empty_home_only(labsvc: Labsvc, filed: Path, tmp_path: Path) -> None:
    labsvc("backup", tmp_path / "copy", "--home", filed)
    ran = labsvc("restore", tmp_path / "copy", filed)
    assert (ran.code, "is not empty" in ran.sentence) == (78, True)


def test_a_damaged_backup_is_refused(labsvc: Labsvc, filed: Path, tmp_path: Path) -> None:
    labsvc("backup", tmp_path / "copy", "--home", filed)
    (tmp_path / "copy" / "labsvc.yaml").write_text("lab: another\n")
    ran = labsvc("restore", tmp_path / "copy", tmp_path / "new")
    assert ran.code == 74
    assert "use another backup" in ran.sentence
    assert not (tmp_path / "new").exists()


def test_settings_that_name_another_database_are_told(
    labsvc: Labsvc, filed: Path, tmp_path: Path
) -> None:
    """Else the restored home would go on with the database of the old one."""
    url = f"sqlite:///{filed / 'labsvc.db'}"
    with (filed / "labsvc.yaml").open("a") as settings:
        settings.write(f"\ndatabase: {url}\n")
    labsvc("backup", tmp_path / "copy", "--home", filed)
    ran = labsvc("restore", tmp_path / "copy", tmp_path / "new")
    assert ran.code == 78
    assert "names another: take its line 'database' out" in ran.sentence


def test_after_everything_that_may_be_done_verify_finds_nothing(
    labsvc: Labsvc, tmp_path: Path
) -> None:
    """Held, released, late harvest, set aside, exported twice, refiled, masked."""
    with bench(tmp_path / "busy") as lab:
        lab.sees(report_name(PLATE), report(PLATE))
        lab.lay_sheet(PLATE)
        lab.sees("harvest.csv", harvest(PLATE))
        lab.sees("cut.txt", report(PLATE, fault="truncated"))
        lab.sees(f"again {report_name(PLATE)}", report(PLATE) + b"\r\n")
        run = lab.only_run().run_id
    for words in (("refile",), ("mask", "--well", "B07")):
        command = (
            "runs",
            words[0],
            run,
            *words[1:],
            "--reason",
            "a look",
            "--home",
            tmp_path / "busy",
        )
        assert labsvc(*command).code == 0
    ran = labsvc("verify", "--home", tmp_path / "busy")
    assert (ran.code, ran.out) == (0, SOUND)
    rows = labsvc("audit", run, "--home", tmp_path / "busy", "--json").json
    assert len(rows) >= 4
