"""The process that works captures out, spoken to as the service speaks to it."""

from __future__ import annotations

import pickle
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from labsvc import __version__
from labsvc.service.work.book import Book
from labsvc.service.work.draft import Draft, Refusal
from labsvc.service.work.messages import Edition, Made, Opening, Order, Ready
from labsvc.service.work.orders import drafts
from labsvc.store.archive import Staged
from tests.bench import NOW, Bench, bench, report, report_name
from tests.patience import PATIENCE

PLATE = "NET-0411"
Process = subprocess.Popen[bytes]


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path / "home") as made:
        made.lay_sheet(PLATE)
        made.line.book.refresh()
        yield made


@pytest.fixture
def process(lab: Bench) -> Iterator[Process]:
    words = "from labsvc.service.work.orders import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", words], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as started:
        assert _said(started) == __version__
        home, book = lab.home, lab.line.book
        _tell(started, Opening(home.root, home.database_url, lab.line.registry))
        assert _said(started) == Ready()
        _tell(started, edition_of(book))
        yield started
        started.kill()


def edition_of(book: Book) -> Edition:
    """All of the book, as to one that knows nothing of it."""
    return Edition(book.protocols, book.sheets_by_file, tuple(book.sheets_by_file), {})


def _tell(process: Process, what: object) -> None:
    assert process.stdin is not None
    pickle.dump(what, process.stdin)
    process.stdin.flush()


def _said(process: Process) -> object:
    assert process.stdout is not None
    return pickle.load(process.stdout)


def test_each_order_has_its_answer_in_the_order_of_the_orders(lab: Bench, process: Process) -> None:
    """What cannot be read is answered with the reason; the next one is worked out."""
    lab.put("notes.txt", b"buy buffer")
    lab.put(report_name(PLATE), report(PLATE))
    waiting = sorted(lab.home.inbox.entries(), key=lambda entry: entry.name, reverse=True)
    for entry in waiting:
        _tell(process, Order(entry, NOW))
    answers = [_said(process) for _ in waiting]
    assert all(isinstance(answer, Made) for answer in answers)
    told = {entry.name: answer.worked for entry, answer in zip(waiting, answers, strict=True)}  # type: ignore[attr-defined]
    assert isinstance(told["notes.txt"], Refusal)
    assert told["notes.txt"].reason.startswith("no driver recognises it; ")
    assert [one.result.plate_id for one in told[report_name(PLATE)].results] == [PLATE]


def test_orders_that_lie_ready_are_worked_out_together_as_each_alone(lab: Bench) -> None:
    """Also beside one that nobody can read, and one whose curves nobody can fit."""
    plates = ("NET-0411", "NET-0412", "NET-0413")
    for seed, plate in enumerate(plates):
        lab.put(report_name(plate), report(plate, seed=seed))
    lab.put("notes.txt", b"buy buffer")
    (good,), (sheet,) = lab.line.book.protocols, lab.line.book.sheets
    assert good.fit is not None
    level = replace(good, name="level", fit=replace(good.fit, fixed={"top": 5.0, "bottom": 5.0}))
    sheets = [sheet, replace(sheet, plate_id="NET-0412", protocol="level"),
              replace(sheet, plate_id="NET-0413")]  # fmt: skip
    drafter = replace(lab.line.drafter, protocols=(good, level), sheets=sheets)
    orders = [Order(entry, NOW) for entry in lab.home.inbox.entries()]
    together = drafts(drafter, lab.home.inbox, orders)
    alone = [drafts(drafter, lab.home.inbox, [one])[0] for one in orders]
    assert [one == other for one, other in zip(together, alone, strict=True)] == [True] * 4
    made = {one.entry.name: type(worked) for one, worked in zip(orders, together, strict=True)}
    assert made == {report_name("NET-0411"): Draft, report_name("NET-0412"): type(None),
                    report_name("NET-0413"): Draft, "notes.txt": Refusal}  # fmt: skip


def test_an_edition_counts_for_the_orders_after_it(lab: Bench, process: Process) -> None:
    """However much lies ready: an order before it knows nothing of it."""
    lab.put(report_name(PLATE), report(PLATE))
    (entry,), book = lab.home.inbox.entries(), lab.line.book
    nothing = Edition((), {}, (), {})
    for told in (Order(entry, NOW), nothing, Order(entry, NOW), Order(entry, NOW),
                 edition_of(book), Order(entry, NOW)):  # fmt: skip
        _tell(process, told)
    answers = [_said(process) for _ in range(4)]
    titles = [answer.worked.results[0].result.protocol for answer in answers]  # type: ignore[attr-defined]
    assert [title is not None for title in titles] == [True, False, False, True]


def test_the_files_of_a_draft_lie_ready_for_the_archive(lab: Bench, process: Process) -> None:
    """On the disk, and nothing is filed before the first process says so."""
    lab.put(report_name(PLATE), report(PLATE))
    (entry,) = lab.home.inbox.entries()
    _tell(process, Order(entry, NOW))
    made = _said(process)
    assert isinstance(made, Made)
    assert isinstance(made.worked, Draft)
    assert isinstance(made.worked.files, Staged)
    assert (made.worked.files.place / "report.html").is_file()
    assert lab.home.archive.folders() == set()


def test_damaged_bytes_have_no_draft(lab: Bench, process: Process) -> None:
    brought = lab.put(report_name(PLATE), report(PLATE))
    (entry,) = lab.home.inbox.entries()
    (lab.home.root / "inbox" / brought.sha256).write_bytes(report(PLATE).replace(b"1", b"7"))
    _tell(process, Order(entry, NOW))
    assert _said(process) == Made(entry.key, None)


def test_it_ends_by_itself_with_its_input(process: Process) -> None:
    """As when the service is killed: without a word, and with success."""
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(timeout=PATIENCE) == 0


def test_it_ends_by_itself_in_the_middle_of_an_order(process: Process) -> None:
    """As when the service is killed while it orders: no traceback in the log."""
    assert process.stdin is not None
    process.stdin.write(pickle.dumps("an order that breaks off")[:-5])
    process.stdin.close()
    assert process.wait(timeout=PATIENCE) == 0


def test_it_ends_by_itself_when_nobody_hears_it() -> None:
    """As when the service is killed while it starts: what cannot be said is dropped."""
    words = "from labsvc.service.work.orders import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", words],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as started:  # fmt: skip
        assert started.stdin is not None
        assert started.stdout is not None
        assert started.stderr is not None
        started.stdout.close()
        assert started.stderr.read() == b""
        assert started.wait(timeout=PATIENCE) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
def test_where_it_was_when_a_library_broke_it_is_said() -> None:
    """On standard error, which goes to the service's log."""
    words = "from labsvc.service.work.orders import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", words],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as started:  # fmt: skip
        assert _said(started) == __version__
        started.send_signal(signal.SIGSEGV)
        _, said = started.communicate(timeout=PATIENCE)
    assert said.startswith(b"Fatal Python error: Segmentation fault")
    assert b"in main" in said
