"""labsvc support-bundle."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from labsvc.core.qc.checks import RUN_CHECKS
from labsvc.core.qc.curvechecks import CURVE_CHECKS
from labsvc.service.secrets.scrub import BLANK
from labsvc.service.vitals.logfile import FOLDER, LogFile
from tests.cli.conftest import PLATE, Labsvc

SECRETS = ("hunter22", "tok-4711")
NAMES = ("Keller", "keller", "mail.uni.example", "lab@", "Transporter", "A16_235", "/srv/", PLATE)
MAIL = """\
lab: Transporter lab of Keller
mail:
  host: mail.uni.example
  sender: lab@uni.example
  recipients: [m.keller@uni.example]
  username: keller
  password_file: mail.password
sources:
  - {name: keller-microbeta, folder: /srv/keller/counts, driver: microbeta}
"""


@pytest.fixture
def planted(labsvc: Labsvc, filed: Path) -> Path:
    """A home with a filed plate, and names, counts and secrets in all that can be sent."""
    (filed / "labsvc.yaml").write_text(MAIL)
    (filed / "mail.password").write_text(SECRETS[0])
    (filed / "drivers").mkdir(exist_ok=True)
    (filed / "drivers" / "keller.yaml").write_text("nonsense: Keller\n")
    log = LogFile(filed / FOLDER)
    log(
        None,
        "error",
        {
            "event": "capture received",
            "name": "Keller A16_235.txt",
            "seconds": 3.5,
            "source": "keller-microbeta",
            "level": "error",
            "timestamp": "T",
        },
    )
    log(
        None,
        "error",
        {
            "event": "file refused",
            "token": SECRETS[1],
            "reason": "line 7: found 90210.5 of Keller, /srv/keller/x hunter22",
        },
    )
    log(None, "error", {"event": "driver failed", "exception": (
        "Traceback (most recent call last):\n"
        '  File "/home/keller/driver.py", line 3, in parse\n    raise ValueError(keller)\n'
        '  File "/x/labsvc/service/work/worker.py", line 9, in work\n    go("Keller")\n'
        "ValueError: 90210 of Keller"
    )})  # fmt: skip
    return filed


def bundled(labsvc: Labsvc, home: Path, tmp_path: Path) -> dict[str, str]:
    ran = labsvc("support-bundle", tmp_path / "b.zip", "--home", home)
    assert ran.code == 0, ran.err
    with zipfile.ZipFile(tmp_path / "b.zip") as pack:
        return {one.filename: pack.read(one).decode() for one in pack.infolist()}


def test_nothing_planted_is_in_the_bundle(labsvc: Labsvc, planted: Path, tmp_path: Path) -> None:
    """No secret, name, address, path or count of a reading, in any of its files."""
    whole = "\n".join(bundled(labsvc, planted, tmp_path).values())
    assert [word for word in (*SECRETS, *NAMES, "90210", str(planted)) if word in whole] == []


def test_what_helps_is_in_the_bundle(labsvc: Labsvc, planted: Path, tmp_path: Path) -> None:
    """Versions, the form of the settings, states, schema, findings, the newest log."""
    files = bundled(labsvc, planted, tmp_path)
    documents = {name.split("/")[1]: json.loads(text) for name, text in files.items()
                 if name.endswith(".json")}  # fmt: skip
    assert "microbeta" in documents["versions.json"]["drivers"]
    assert documents["versions.json"]["installed"]["numpy"]
    assert documents["settings.json"]["mail"]["port"] == 587
    assert len(documents["settings.json"]["sources"]) == 1
    assert documents["schema.json"]["tables"]["results"]["rows"] == 1
    assert "audit_no_update" in documents["schema.json"]["triggers"]
    (result,) = documents["findings.json"]
    assert {"check": "z_prime", "status": "pass"} in result["findings"]
    # The steps of a protocol are the laboratory's own words.
    told = {one["check"] for one in result["findings"]}
    assert BLANK in told
    assert told <= {*RUN_CHECKS, *CURVE_CHECKS, BLANK}
    received, refused, failed = map(json.loads, files["labsvc-support/log.jsonl"].splitlines())
    assert (received["event"], received["seconds"]) == ("capture received", 3.5)
    assert refused["reason"].startswith("line 7: found …")
    assert "labsvc/service/work/worker.py:9 work" in failed["exception"]


def test_a_home_that_cannot_be_opened_has_a_bundle_too(
    labsvc: Labsvc, planted: Path, tmp_path: Path
) -> None:
    """It is wanted most then; the reason is told without what is written there."""
    (planted / "labsvc.yaml").write_text("mail: {host: h, password: hunter22}\nKeller: 1\n")
    files = bundled(labsvc, planted, tmp_path)
    assert '"line 1: … is missing' in files["labsvc-support/settings.json"]
    assert not [word for word in (*SECRETS, "Keller") if word in "".join(files.values())]


def test_nobody_else_may_read_it_and_it_goes_over_nothing(
    labsvc: Labsvc, planted: Path, tmp_path: Path
) -> None:
    bundled(labsvc, planted, tmp_path)
    assert (tmp_path / "b.zip").stat().st_mode & 0o777 == 0o600
    again = labsvc("support-bundle", tmp_path / "b.zip", "--home", planted)
    assert (again.code, "is there already" in again.sentence) == (78, True)
