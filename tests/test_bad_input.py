"""Whatever comes in: one clear sentence, nothing lost, nothing executed, the next run unaffected.

Through the whole line, on a home on disk.
"""

from __future__ import annotations

import email
import json
import re
import resource
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from email.policy import default
from html.parser import HTMLParser
from pathlib import Path

import pytest

from labsvc.model.capture import Capture
from labsvc.model.filing import CaptureState
from labsvc.notify.mail import MailSettings, compose
from labsvc.service.registry import load_drivers
from labsvc.service.settings import SourceSettings
from labsvc.service.watching.sources import Intake
from labsvc.service.work.line import Outcome
from tests.bench import BINDING, NOW, Bench, bench, harvest, report, report_name, sheet

PLATE = "NET-0411"
NEXT = "NET-0412"
HOSTILE = (
    "../../etc/passwd.txt",
    "..\\..\\windows\\system32.txt",
    "<script>alert(1)</script>.txt",
    '"><img src=x onerror=alert(1)>.txt',
    "=cmd()|'/c calc'!A0.txt",
    "two\nlines\r\nBcc: everyone@example.org.txt",
    "{{ 7*7 }} {% raw %}.txt",
    "\x1b[2J\u202egnp.txt",
    "nul",
    "x" * 300 + ".txt",
)


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path / "home") as made:
        made.lay_sheet(NEXT)
        yield made


def the_next_is_filed(lab: Bench) -> None:
    """A sound plate goes through as ever, and nothing that was filed has changed."""
    outcome = lab.sees(report_name(NEXT), report(NEXT))
    assert outcome.state is CaptureState.FILED
    assert outcome.results[0].result.verdict in ("accepted", "review")
    assert lab.home.inbox.entries() == []
    assert lab.home.inbox.damaged() == []
    assert list(lab.home.archive.verify()) == []
    assert lab.home.database.verify() == []


def set_aside(lab: Bench, outcome: Outcome, content: bytes) -> str:
    """It is in quarantine with all its bytes and one sentence, told once; the sentence."""
    assert outcome.state is CaptureState.QUARANTINED
    assert outcome.reason is not None
    assert "\n" not in outcome.reason
    assert len(outcome.reason) < 2000
    assert lab.home.quarantine.read(outcome.folder).content == content
    assert [owed.alert.kind for owed in lab.owed()].count("quarantine") == 1
    return outcome.reason


@pytest.mark.parametrize(
    "content", [b"", b"\x00" * 5000, b"\r\n \t\r\n"], ids=["none", "NULs", "blanks"]
)
def test_an_empty_file(lab: Bench, content: bytes) -> None:
    """Said to be empty, not to be of an unknown kind."""
    reason = set_aside(lab, lab.sees("empty.txt", content), content)
    assert reason == "the file is empty; expected a counter's report"
    the_next_is_filed(lab)


@pytest.mark.parametrize("driver", [None, *sorted(load_drivers().drivers)])
def test_binary_junk(lab: Bench, driver: str | None) -> None:
    """Of every kind, with and without a driver that is told to read it."""
    for number, junk in enumerate((bytes(range(256)) * 40, b"PK\x03\x04" + b"\x00\xff" * 500)):
        name = f"junk{number}.txt"
        outcome = lab.sees(name, junk, driver=driver)
        assert outcome.state is CaptureState.QUARANTINED
        assert "fault of labsvc" not in (outcome.reason or "")
        assert "\n" not in (outcome.reason or "")
        assert lab.home.quarantine.read(outcome.folder).content == junk
    the_next_is_filed(lab)


@pytest.mark.parametrize("coding", ["utf-16", "utf-16-le", "utf-8-sig", "cp1252", "utf-8"])
def test_another_encoding_is_the_same_run(lab: Bench, coding: str) -> None:
    """A program that saved the report again changes no reading."""
    lab.lay_sheet(PLATE)
    text = report(PLATE).decode().replace("H3_NISOXETINE_1_MIN", "H3_NISOXETINE_µ_MIN")
    plain = lab.sees(report_name(PLATE), text.encode())
    again = lab.sees("again " + report_name(PLATE), text.encode(coding))
    assert plain.state is CaptureState.FILED
    assert again.state is CaptureState.DUPLICATE
    assert lab.only_run().revision == 1
    the_next_is_filed(lab)


def test_an_encoding_that_is_no_text(lab: Bench) -> None:
    """UTF-16 cut in the middle of a character, with its mark and without."""
    for content in (report(PLATE).decode().encode("utf-16-le")[:-1],
                    report(PLATE).decode().encode("utf-16")[:-1]):  # fmt: skip
        outcome = lab.sees("odd.txt", content)
        assert outcome.state is CaptureState.QUARANTINED
        assert lab.home.quarantine.read(outcome.folder).content == content
    the_next_is_filed(lab)


def test_decimal_commas_are_refused_never_read_as_thousands(lab: Bench) -> None:
    """The line, the text and the word comma."""
    content = report(PLATE, fault="decimal_comma")
    reason = set_aside(lab, lab.sees(report_name(PLATE), content), content)
    assert re.match(r"line \d+: ", reason)
    assert "comma" in reason
    the_next_is_filed(lab)


def test_a_file_of_201_mb_is_refused_unread(lab: Bench, tmp_path: Path) -> None:
    """It stays where it is; the lab is told once; memory does not grow by it."""
    out = tmp_path / "out"
    out.mkdir()
    with (out / "huge.txt").open("wb") as file:
        file.truncate(201 * 1024 * 1024)
    (out / "next.txt").write_bytes(report(PLATE))
    source = SourceSettings("counter-1", None, "UTC", folder=out, quiet_seconds=0.0)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    taken = Intake(lab.home, load_drivers(), lambda: None).folder(source).scan().taken
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 * 1024
    assert taken == ("next.txt",)
    (owed,) = lab.owed()
    assert "huge.txt" in owed.alert.subject
    assert "210,763,776 bytes" in owed.alert.text
    assert [row.reason for row in lab.home.database.captures()] != []
    lab.work()
    the_next_is_filed(lab)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (b"", "no driver recognises it"),
        (
            b"x\r\nRUN INFORMATION:\r\n=\r\nCounting protocol no: 1  Wed  9-Jan-2019  5:40\r\n",
            "expected END as its last line",
        ),
        (b"Assay Definition\r\n\r\nAssay Type: DPM (Single)\r\n", "names the columns"),
        (b"plate,step\r\n", "line 2: found 'lorem ipsum dolor sit amet', 1 fields"),
    ],
    ids=["none", "microbeta", "tricarb", "harvest"],
)
def test_199_mb_of_junk_is_refused_from_its_head(lab: Bench, head: bytes, said: str) -> None:
    """Under the limit of a capture, and still never read line by line."""
    content = head + b"lorem ipsum dolor sit amet\r\n" * (199 * 1024 * 1024 // 28)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    outcome = lab.sees("junk.txt", content)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 700 * 1024
    reason = set_aside(lab, outcome, content)
    assert said in reason
    the_next_is_filed(lab)


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BOMB.encode(), "anchor"),
        (b"[" * 5000, "deep"),
        (b"name: !!python/object/apply:os.system ['touch /tmp/labsvc-was-here']\n", "tag"),
        (b"x" * 2_000_000, "at most 1000000 are read"),
        (b"name: [\n", "YAML"),
        (b"\x00\x01\x02", "control character"),
        ("name: café\n".encode("cp1252"), "UTF-8"),
    ],
    ids=["bomb", "deep", "tag", "huge", "broken", "binary", "cp1252"],
)
@pytest.mark.parametrize("folder", ["protocols", "runsheets"])
def test_hostile_yaml(lab: Bench, folder: str, text: bytes, said: str) -> None:
    """Told with file and line where it has one, never expanded, never executed."""
    (lab.home.root / folder / "bad.yaml").write_bytes(text)
    lab.work()
    (owed,) = lab.owed()
    assert "bad.yaml" in owed.alert.subject
    (trouble,) = lab.line.book.troubles
    assert str(trouble).startswith("bad.yaml")
    assert said in str(trouble)
    assert "\n" not in str(trouble)
    assert not Path("/tmp/labsvc-was-here").exists()
    the_next_is_filed(lab)


def test_an_unknown_key(lab: Bench) -> None:
    """The line, the key, and the nearest known one."""
    lab.lay_sheet(PLATE, sheet(PLATE).replace(b"compounds:", b"compund:"))
    lab.work()
    (owed,) = lab.owed()
    assert f"{PLATE}.yaml:4: " in owed.alert.text
    assert "'compund'" in owed.alert.text
    assert "'compounds'" in owed.alert.text
    the_next_is_filed(lab)


def test_two_protocols_that_claim_a_run(lab: Bench) -> None:
    """Held, both named; the run sheet settles it by itself."""
    plan = (lab.home.protocols / f"{BINDING}.yaml").read_bytes()
    (lab.home.protocols / "twin.yaml").write_bytes(plan.replace(BINDING.encode(), b"twin"))
    outcome = lab.sees(report_name(PLATE), report(PLATE))
    (filed,) = outcome.results
    assert filed.result.held_because == f"2 protocols claim this run: {BINDING} and twin"
    lab.lay_sheet(PLATE)
    lab.work()
    assert (lab.only_run().revision, lab.only_run().protocol) == (2, BINDING)
    the_next_is_filed(lab)


def test_a_plate_map_shorter_than_the_run(lab: Bench) -> None:
    """24 places for 96 counted wells: held, with both numbers and the wells."""
    file = lab.home.protocols / f"{BINDING}.yaml"
    text = file.read_text("utf-8").replace("  readings: 96\n", "").partition("\nexample:\n")[0]
    layout = (
        "layout:\n  plate: 24\n  total: [A01-D01]\n  nonspecific: [A06-D06]\n"
        "  slots:\n    1: {wells: A02-D05, series: across}\n\n"
    )
    begins, ends = text.index("layout:\n"), text.index("# Times come")
    sound = file.read_bytes()
    file.write_text(text[:begins] + layout + text[ends:], "utf-8")
    only = sheet(PLATE).split(b"  - {name: desipramine")[0] + b"times: {}\n"
    lab.lay_sheet(PLATE, only)
    (filed,) = lab.sees(report_name(PLATE), report(PLATE)).results
    assert (filed.result.held_because or "").startswith(
        "the plan places 24 positions but the run counted 96: A07, A08, "
    )
    file.write_bytes(sound)
    the_next_is_filed(lab)


class _Live(HTMLParser):
    """What a browser would run or fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag in {"script", "iframe", "object", "embed", "foreignobject", "base", "form"}:
            self.found.add(tag)
        if tag in {"img", "image", "a", "use", "link"}:
            to = [named[key] or "" for key in ("src", "href", "xlink:href") if key in named] or [""]
            self.found |= {f'{tag} src="{one}"' for one in to if not one.startswith("#")}
        self.found |= {name for name in named if name.startswith("on")}


def live_parts(page: str) -> set[str]:
    parser = _Live()
    parser.feed(page)
    return parser.found


def harmless(lab: Bench, told: int) -> None:
    """Every path is below the home; no page, figure, mail or document has a live hostile part."""
    root = lab.home.root.resolve()
    for path in root.rglob("*"):
        assert path.resolve().is_relative_to(root)
        assert path.name.isprintable()
        assert not re.search(r'[<>:"|?*\\]', path.name)
    for page in root.rglob("report.html"):
        assert live_parts(page.read_text("utf-8")) == set()
        assert "default-src 'none'" in page.read_text("utf-8")
    for figure in root.rglob("*.svg"):
        ElementTree.parse(figure)
        assert live_parts(figure.read_text("utf-8")) == set()
    for document in root.rglob("*.json"):
        json.loads(document.read_bytes())
    assert len(lab.owed()) == told
    for owed in lab.owed():
        settings = MailSettings("h", 25, "labsvc@lab.invalid", ("lab@lab.invalid",))
        mail = email.message_from_bytes(compose(owed.alert, settings).as_bytes(), policy=default)
        assert mail["Bcc"] is None
        assert mail["To"] == "lab@lab.invalid"
        assert "\x1b" not in str(mail["Subject"]) + owed.alert.text
        html = mail.get_body(("html",))
        assert html is not None
        assert live_parts(html.get_content()) <= {'img src="cid:figure"'}


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_file_name(lab: Bench, name: str) -> None:
    """Of a run, and of a file that no driver knows."""
    assert lab.sees(name, report(PLATE)).state is CaptureState.FILED
    junk = f"Dear diary of {name}".encode()
    outcome = lab.sees(name, junk)
    assert lab.home.quarantine.read(outcome.folder).content == junk
    assert {row.name for row in lab.home.database.captures()} == {name}
    harmless(lab, told=2)
    the_next_is_filed(lab)


@pytest.mark.parametrize("name", HOSTILE[:8], ids=range(8))
def test_hostile_text_in_a_report(lab: Bench, name: str) -> None:
    """Sample and program names, as an operator may type them at the counter."""
    text = " ".join(name.split())
    content = (
        report(PLATE, total=230.0)
        .replace(b"Unk_7\t", f"{text}\t".encode())
        .replace(b"H3_NISOXETINE_1_MIN", f"H3_NISOXETINE {text}".encode())
    )
    lab.lay_sheet(PLATE)
    outcome = lab.sees(report_name(PLATE), content)
    assert outcome.state is CaptureState.FILED, outcome.reason
    (record,) = json.loads(lab.home.archive.read(outcome.folder, "run.json"))["records"]
    assert record["readings"][6]["sample"] == text
    assert record["program"]["name"] == f"H3_NISOXETINE {text}"
    harmless(lab, told=1)
    the_next_is_filed(lab)


@pytest.mark.parametrize("name", HOSTILE[:7], ids=range(7))
def test_hostile_names_in_a_run_sheet(lab: Bench, name: str) -> None:
    """Compound, operator and lot: shown as text in report, figures and mail, or refused."""
    quoted = json.dumps(name)[1:-1]
    text = sheet(PLATE).decode().replace("name: imipramine", f'name: "{quoted}"')
    text = text.replace("operator: M. Keller", f'operator: "{quoted}"\nlots: {{cells: "{quoted}"}}')
    lab.lay_sheet(PLATE, text.encode())
    lab.sees(report_name(PLATE), report(PLATE, total=230.0))
    harmless(lab, told=len(lab.owed()))
    if "\n" not in name:
        curves = json.loads(lab.only_run().document)["curves"]
        assert curves[0]["compound"] == " ".join(name.split())
    the_next_is_filed(lab)


@pytest.mark.parametrize("name", HOSTILE[:5], ids=range(5))
def test_hostile_plate_names(lab: Bench, name: str) -> None:
    """From the harvester's log, and read out of a file name by the protocol."""
    file = lab.home.protocols / f"{BINDING}.yaml"
    text = file.read_text("utf-8").replace(r"(?P<plate_id>NET-\d+)", r"(?P<plate_id>(?s:.)+)\.txt")
    file.write_text(text, "utf-8")
    plate = name.removesuffix(".txt")
    row = plate.replace('"', '""')
    log = harvest(PLATE).replace(b"NET-0411", f'"{row}"'.encode())
    assert lab.sees("harvest.csv", log).plates == (plate,)
    outcome = lab.sees(name, report(PLATE))
    assert outcome.results[0].result.plate_id == plate
    harmless(lab, told=1)
    (lab.home.runsheets / f"{NEXT}.yaml").write_bytes(sheet(NEXT + "_A7_212"))
    the_next_is_filed(lab)


def test_a_name_longer_than_any_file_system_takes(lab: Bench) -> None:
    """Cut for the disk, whole in the record."""
    name = "µ" * 5000 + ".txt"
    outcome = lab.sees(name, report(PLATE))
    (raw,) = (one for one in lab.home.archive.names(outcome.folder) if one.startswith("raw/"))
    assert len(raw.encode()) < 256
    assert raw.endswith(".txt")
    row = lab.home.database.capture(Capture("", "", NOW, report(PLATE)).sha256)
    assert row is not None
    assert row.name == name
    the_next_is_filed(lab)
