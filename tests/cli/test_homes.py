"""labsvc init, check, status."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from labsvc.service.home import open_home
from labsvc.service.watching.states import SourceState, States, write_states
from labsvc.store.lock import HomeLock
from tests.cli.conftest import PLATE, Labsvc


def test_a_new_home_is_sound_as_it_is(labsvc: Labsvc, tmp_path: Path) -> None:
    """init, then check: exit code 0, before anything was edited."""
    ran = labsvc("init")
    assert ran.code == 0
    assert "labsvc check --home labsvc-home" in ran.out
    checked = labsvc("check", "--json")
    assert checked.code == 0
    assert [one["finding"] for one in checked.json["findings"] if not one["ok"]] == []
    assert any("no mail is set" in one["finding"] for one in checked.json["findings"])
    place = open_home(tmp_path / "labsvc-home")
    assert place.settings.sources == ()
    place.close()


def test_the_example_run_sheet_is_one(labsvc: Labsvc, tmp_path: Path) -> None:
    """Copied under a name that is read, it has no fault."""
    labsvc("init", "home")
    example = tmp_path / "home" / "runsheets" / "example.txt"
    example.rename(example.with_suffix(".yaml"))
    assert labsvc("runsheet", "lint", example.with_suffix(".yaml")).code == 0


def test_a_home_is_never_made_over_another(labsvc: Labsvc, home: Path) -> None:
    """Nothing is changed; exit code 78."""
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    ran = labsvc("init", home)
    assert ran.code == 78
    assert ran.sentence == f"labsvc: {home} is a labsvc home already; nothing was changed"
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == before


def test_a_home_that_cannot_be_made_is_told(labsvc: Labsvc, tmp_path: Path) -> None:
    """A file is in the way: exit code 74, one sentence."""
    (tmp_path / "taken").write_bytes(b"")
    ran = labsvc("init", tmp_path / "taken" / "home")
    assert (ran.code, ran.out) == (74, "")
    assert ran.sentence.startswith(f"labsvc: cannot make the home {tmp_path}/taken/home: ")


def test_check_tells_of_a_chart_book_that_cannot_be_read(labsvc: Labsvc, home: Path) -> None:
    """With the line and the nearest known key."""
    (home / "charts.yaml").write_text("note: []\n")
    ran = labsvc("check", "--home", home)
    assert ran.code == 78
    assert "LOOK  charts.yaml:1: " in ran.out


def test_check_tells_of_a_worked_example_that_no_longer_comes_out(
    labsvc: Labsvc, home: Path
) -> None:
    """An edit made while no service ran is refused by nobody else."""
    file = home / "protocols" / "net-nisoxetine-binding.yaml"
    file.write_text(file.read_text("utf-8").replace("14.7 nM", "24.7 nM"), "utf-8")
    ran = labsvc("check", "--home", home)
    assert ran.code == 78
    assert "its worked example no longer gives its answers: ki of imipramine is" in ran.out


def test_check_finds_what_would_stop_the_service(labsvc: Labsvc, home: Path) -> None:
    """Each source that is unfit or away, each file that is not in force; exit code 78."""
    (home / "labsvc.yaml").write_text(
        "sources:\n"
        "  - {name: a, folder: gone}\n"
        "  - {name: b, folder: protocols, driver: acme}\n"
        "  - {name: c, port: /dev/ttyNONE, driver: tricarb-2100tr}\n"
        "  - {name: d, port: COM3, driver: microbeta}\n"
        "  - {name: e, port: COM3, driver: tricarb-2100tr, settings: fast}\n"
        "  - {name: f, folder: protocols}\n"
    )
    (home / "runsheets" / "NET-1.yaml").write_text("plat: NET-1\n")
    ran = labsvc("check", "--home", home, "--json")
    bad = [one["finding"] for one in ran.json["findings"] if not one["ok"]]
    assert ran.code == 78
    assert [one.split(": ")[0] for one in bad] == [
        "NET-1.yaml:1", "source a", "source b", "source c", "source d", "source e",
    ]  # fmt: skip
    assert f"source f: {home}/protocols is there" in labsvc("check", "--home", home).out


def test_settings_with_a_fault_are_told_with_their_line(labsvc: Labsvc, home: Path) -> None:
    """Exit code 78, one sentence."""
    (home / "labsvc.yaml").write_text("lab: x\ntimezon: UTC\n")
    ran = labsvc("check", "--home", home)
    assert (ran.code, ran.out) == (78, "")
    assert ran.sentence.startswith("labsvc: labsvc.yaml:2: ")


def test_status_shows_what_waits_and_what_was_filed(labsvc: Labsvc, filed: Path) -> None:
    """Sources, inbox, alerts, what was set aside, the last runs."""
    (filed / "labsvc.yaml").write_text("sources: [{name: counter-1, folder: gone}]\n")
    labsvc("ingest", filed / "labsvc.yaml", "--home", filed)
    document = labsvc("status", "--home", filed, "--json").json
    assert document["home"] == str(filed)
    assert document["inbox"] == []
    assert document["totals"]["captures_quarantined"] == 1
    (source,) = document["sources"]
    assert (source["name"], source["state"]) == ("counter-1", "away")
    assert source["last_received_at"] == "2026-03-02T18:00:00+00:00"
    assert [one["name"] for one in document["set_aside"]] == ["labsvc.yaml"]
    assert [one["plate"] for one in document["latest"]] == [PLATE]
    assert [one["attempts"] for one in document["alerts_owed"]] == [0]


def test_status_for_people(labsvc: Labsvc, filed: Path) -> None:
    """The same in lines and a table."""
    ran = labsvc("status", "--home", filed)
    assert f"home     {filed}" in ran.out
    assert "inbox    0 waiting" in ran.out
    assert PLATE in ran.out


def test_status_says_what_the_running_service_says_of_itself(labsvc: Labsvc, home: Path) -> None:
    """Safe mode, settings that were refused; nothing where none runs."""
    assert labsvc("status", "--home", home, "--json").json["service"] == {
        "running": False, "remarks": [],
    }  # fmt: skip
    write_states(home, States(datetime.now(UTC), True, {}, ("safe mode: why",)))
    with HomeLock(home):
        ran = labsvc("status", "--home", home)
    assert "service  running\n         safe mode: why\ninbox " in ran.out


def test_a_service_runs_as_soon_as_it_has_its_home(labsvc: Labsvc, home: Path) -> None:
    """Before it has written down how it does; and no longer than it lives, whatever is written."""
    with HomeLock(home) as lock:
        service = labsvc("status", "--home", home, "--json").json["service"]
        assert service["running"]
        assert f"process {lock.holder()} has this home" in service["remarks"][0]
    write_states(home, States(datetime.now(UTC), True, {}, ("it was killed",)))
    (home / "labsvc.lock").write_text("4711")
    service = labsvc("status", "--home", home, "--json").json["service"]
    assert service == {"running": False, "remarks": []}


def test_status_says_how_a_folder_is_watched(labsvc: Labsvc, filed: Path) -> None:
    """And what in it cannot be read."""
    (filed / "labsvc.yaml").write_text("sources: [{name: counter-1, folder: gone}]\n")
    now = datetime.now(UTC)
    state = SourceState("there", now, watching="regular looks: on cifs others write", looked_at=now,
                        unreadable=("day 3", "day 4"))  # fmt: skip
    write_states(filed, States(now, True, {"counter-1": state}))
    with HomeLock(filed):
        ran = labsvc("status", "--home", filed)
        (source,) = labsvc("status", "--home", filed, "--json").json["sources"]
    assert "         regular looks: on cifs others write\n" in ran.out
    assert "         2 cannot be read: day 3, day 4\n" in ran.out
    assert source["looked_at"] == now.isoformat()


def test_status_tells_of_a_damaged_inbox(labsvc: Labsvc, filed: Path) -> None:
    """An entry whose content is gone."""
    (filed / "inbox" / f"{'a' * 64}.json").write_text("{")
    assert "is damaged" in labsvc("status", "--home", filed).out


def test_secrets_that_cannot_be_had_or_that_others_can_read_are_told(
    labsvc: Labsvc, home: Path
) -> None:
    """Each as something to look at; the secret itself is in no sentence."""
    (home / "pw").write_text("s3cret")
    (home / "pw").chmod(0o644)
    home.chmod(0o755)
    (home / "labsvc.yaml").write_text(
        "mail: {host: mail.lab, sender: a@b.invalid, recipients: [c@d.invalid], starttls: false,\n"
        "       username: lab, password_file: pw}\n"
        "database_password_variable: NOT_THERE\n"
    )
    ran = labsvc("check", "--home", home)
    assert ran.code == 78
    looks = [line for line in ran.out.splitlines() if line.startswith("LOOK")]
    for said in ("chmod o-rwx", "chmod 600", "NOT_THERE, which is not set", "without encryption"):
        assert len([line for line in looks if said in line]) == 1
    assert "s3cret" not in ran.out


def test_a_new_home_is_closed_to_others(labsvc: Labsvc, tmp_path: Path) -> None:
    labsvc("init", tmp_path / "new")
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
