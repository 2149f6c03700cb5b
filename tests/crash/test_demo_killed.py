"""The whole service killed at random moments of the demo's day: the same filings in the end.

Each demo is a process group of its own and is ended by SIGKILL. Moments are chosen by a seed: the
first ones within the start of the service, the others a random while after an act of the day.
"""

from __future__ import annotations

import email
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from labsvc.service.authoring.shipped import shipped
from labsvc.service.demo.day import Act, script
from labsvc.service.demo.home import demo_home
from labsvc.service.demo.run import at_work
from labsvc.service.home import Home, open_home
from labsvc.service.protocols.text import parse_protocol
from labsvc.service.registry import load_drivers
from labsvc.store.tries import Tries
from tests.patience import PATIENCE

pytestmark = pytest.mark.skipif(not hasattr(os, "killpg"), reason="there is no SIGKILL here")

SEED = 4711
KILLS = 20
AT_START, START_SECONDS = 4, 1.5
ACT_SECONDS = 0.25

Demo = subprocess.Popen[str]


@contextmanager
def _demo(root: Path) -> Iterator[Demo]:
    command = [sys.executable, "-c", "from labsvc.cli import main; main()"]
    with subprocess.Popen(
        [*command, "demo", "--once", "--json", "--home", str(root)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def _lived(root: Path) -> dict[str, Any]:
    """The day lived to its end: the document that the command prints."""
    with _demo(root) as process:
        said, trouble = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, trouble
    return dict(json.loads(said))


def _killed(root: Path, wait: Callable[[Demo], None]) -> bool:
    """Kill a demo when ``wait`` returns; False when it had ended by itself.

    A capture that stopped the service three times is set aside, as it should be. So a capture
    that was in hand at one kill already is let through before the next.
    """
    with _demo(root) as process:
        wait(process)
        while process.poll() is None and _stopped_before(root / "inbox"):
            _after(0.02)(process)
        alive = process.poll() is None
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return alive and process.returncode == -signal.SIGKILL


def _stopped_before(inbox: Path) -> bool:
    # Not by an Inbox, which would make the folder before the demo makes its home.
    return any(
        tries > 1 and (inbox / f"{key}.json").exists() for key, tries in Tries(inbox).read().items()
    )


def _moments(stories: list[str]) -> Iterator[Callable[[Demo], None]]:
    """KILLS moments: some in the start, the others after acts spread over the day."""
    dice = random.Random(SEED)
    for _ in range(AT_START):
        yield _after(dice.uniform(0, START_SECONDS))
    first = next(at for at, story in enumerate(stories) if "harvested" in story)
    acts = sorted(dice.sample([*range(first, len(stories))] * 2, KILLS - AT_START))
    for at in acts:
        yield _in_act(set(stories[at:]), dice.uniform(0, ACT_SECONDS))


def _after(seconds: float) -> Callable[[Demo], None]:
    def wait(process: Demo) -> None:
        # The moment itself is what is tried: no event stands for it.
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            return

    return wait


def _in_act(awaited: set[str], seconds: float) -> Callable[[Demo], None]:
    """A while after one of these acts, or a later one, is told of."""

    def wait(process: Demo) -> None:
        assert process.stderr is not None
        for line in process.stderr:
            if line.strip() in awaited:
                break
        _after(seconds)(process)

    return wait


@contextmanager
def _opened(root: Path) -> Iterator[Home]:
    home = open_home(root)
    try:
        yield home
    finally:
        home.close()


def _results(home: Home) -> list[tuple[object, ...]]:
    """Every revision of every run with all it says, but when: not the name a line gives by time."""
    return sorted(
        (one.run_id, one.revision, one.plate_id, one.protocol, one.verdict, one.reason,
         _said(one.document))
        for latest in home.database.results(limit=1000)
        for one in home.database.revisions(latest.run_id)
    )  # fmt: skip


def _said(document: str) -> str:
    words = {**json.loads(document), "match": None}
    return json.dumps(words, sort_keys=True)


def _captures(home: Home) -> list[tuple[str, str]]:
    return sorted((one.sha256, one.state) for one in home.database.captures(1000))


def _alerts(home: Home) -> list[tuple[str, str, bool]]:
    owed = home.database.outbox(with_sent=True)
    return sorted((one.alert.key, one.alert.subject, one.sent_at is not None) for one in owed)


def _quarantined(home: Home) -> list[tuple[str, str]]:
    return sorted((one.sha256, one.reason) for one in home.quarantine.entries())


def _mails(root: Path) -> dict[str, list[tuple[object, ...]]]:
    """What came of each Message-ID: subject, and the parts without their boundaries."""
    found = defaultdict(list)
    for path in sorted((root / "mailbox").glob("*.eml")):
        mail = email.message_from_bytes(path.read_bytes(), policy=default)
        assert isinstance(mail, EmailMessage)
        parts = tuple(one.get_content() for one in mail.walk() if not one.is_multipart())
        found[str(mail["Message-ID"])].append(
            (mail["X-Labsvc-Key"].strip(), mail["Subject"], *parts)
        )
    return found


@pytest.fixture(scope="module")
def acts() -> tuple[Act, ...]:
    """The acts of the day, in order."""
    texts = {path.name: path.read_bytes() for path in shipped("protocols").glob("*.yaml")}
    protocols = [parse_protocol(text, file=name) for name, text in texts.items()]
    return script({one.name: one for one in protocols}, load_drivers().drivers)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("undisturbed") / "home"
    _lived(root)
    return root


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory, acts: tuple[Act, ...]) -> Path:
    """A day in which the service was killed KILLS times, lived to its end."""
    root = tmp_path_factory.mktemp("killed") / "home"
    for number, moment in enumerate(_moments([act.story for act in acts]), start=1):
        assert _killed(root, moment), f"the day was over before kill {number}"
    _lived(root)
    return root


@pytest.mark.parametrize("looked_at", [_results, _captures, _quarantined, _alerts])
def test_the_killed_day_ends_as_the_undisturbed_one(
    undisturbed: Path, killed: Path, looked_at: Callable[[Home], list[tuple[object, ...]]]
) -> None:
    """The same runs, captures, fragments (none) and alerts: none missing, none double."""
    with _opened(undisturbed) as one, _opened(killed) as other:
        expected = looked_at(one)
        assert expected
        assert looked_at(other) == expected


def test_each_alert_is_mailed_at_least_once_and_always_as_the_same_message(
    undisturbed: Path, killed: Path
) -> None:
    """A kill between sending and noting sends it again: with the same Message-ID and contents."""
    mails = _mails(killed)
    assert set(mails) == set(_mails(undisturbed))
    assert {len(set(copies)) for copies in mails.values()} == {1}
    with _opened(killed) as home:
        owed = {one.alert.key for one in home.database.outbox(with_sent=True)}
    assert {str(copies[0][0]) for copies in mails.values()} == owed


def test_the_killed_day_leaves_nothing_lying_about(killed: Path) -> None:
    """Empty inbox and staging, no half-written file, archive and audit chain verified.

    In the spool at most the beginning of a transmission that is filed whole: the counter was
    printing it once more when a kill broke it off, and what waits for its rest is kept.
    """
    with _opened(killed) as home:
        assert not list((killed / "inbox").iterdir())
        assert not list(home.archive.verify())
        assert home.database.verify() == []
        folders = {path.parent for path in (killed / "archive").rglob("manifest.json")}
        known = {one.folder for one in home.database.captures(1000) if one.state != "quarantined"}
        assert folders == {killed / "archive" / one for one in known | home.database.folders()}
    left = (killed / "spool" / "tricarb-port" / "current.bin").read_bytes()
    (filed,) = (killed / "archive").glob("*/*tricarb-port*/raw/*")
    whole = filed.read_bytes()
    assert whole.startswith(left)
    assert left != whole
    assert not [*killed.rglob("*.tmp"), *killed.glob("*/.staging/*")]


@pytest.mark.parametrize("share", [0.02, 0.3, 0.5, 0.501, 0.502, 0.98, 1])
def test_a_transmission_broken_off_by_a_kill_is_no_filing_of_its_own(
    acts: tuple[Act, ...], tmp_path: Path, share: float
) -> None:
    """The counter prints the run again from its start: one filing, and no fragment beside it."""
    root, spool = tmp_path / "home", tmp_path / "home" / "spool" / "tricarb-port"
    sheet, printed = (act for act in acts if act.plate == "U-0087")
    with demo_home(root, fresh=False):
        spool.mkdir(parents=True)
        (spool / "current.bin").write_bytes(printed.content[: int(share * len(printed.content))])
        (root / "runsheets" / sheet.name).write_bytes(sheet.content)
        with at_work(root) as stage:
            stage.play(printed, lambda act: None)
            home = stage.daemon.home
            (stored,), (capture,) = home.database.results(), home.database.captures()
            assert (stored.plate_id, stored.verdict) == ("U-0087", "accepted")
            assert capture.sha256 == hashlib.sha256(printed.content).hexdigest()
            assert not home.quarantine.entries()


def test_a_demo_killed_while_it_clears_a_finished_day_begins_anew(tmp_path: Path) -> None:
    """The mark says so: the half-cleared home is not taken for a folder with other files."""
    root = tmp_path / "home"
    (root / "archive").mkdir(parents=True)
    (root / "labsvc.yaml").write_text("lab: half gone")
    (root / ".labsvc-demo").write_text("clearing")
    assert len(_lived(root)["runs"]) == 7


def test_a_folder_with_other_files_is_never_taken_for_a_demo(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_bytes(b"PK")
    with _demo(tmp_path) as process:
        _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 78
    assert "holds other files" in said
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]
