"""The index of the archive, written for a home."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from labsvc.model.filing import Alert
from labsvc.model.result import Finding, Status, Verdict
from labsvc.service.trends.indexing import Indexer
from labsvc.store.postroom import Acknowledgement, Postroom
from tests.bench import NOW, Bench, bench, report, report_name
from tests.store.conftest import a_filing, a_result

PLATE = "NET-0411"


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Bench]:
    with bench(tmp_path / "home") as opened:
        yield opened


@pytest.fixture
def indexer(lab: Bench) -> Indexer:
    return Indexer(lab.home, lambda: NOW)


def first(lab: Bench) -> str:
    return (lab.home.root / "index.html").read_text("utf-8")


def file(lab: Bench, count: int, verdict: Verdict = Verdict.ACCEPTED) -> None:
    """So many runs, a day apart, up to now."""
    for n in range(count):
        failed = Finding("z_prime", Status.FAIL, 0.3, "at least 0.5", "Z' is 0.3.")
        passed = Finding("z_prime", Status.PASS, 0.7 + 0.01 * (n % 3), "", "Z'.")
        findings = (failed if verdict is Verdict.REJECTED else passed,)
        result = a_result(f"run{verdict[:2]}{n:03}", findings=findings, verdict=verdict)
        at = NOW - timedelta(days=count - 1 - n)
        digest = f"{n:02}{len(verdict):02}" * 16
        lab.home.database.file(a_filing(digest, result, filed_at=at, folder=f"2026/{digest[:8]}"))


def test_an_empty_home_has_an_index_that_says_so(lab: Bench, indexer: Indexer) -> None:
    assert indexer.write() == lab.home.root / "index.html"
    assert "Nothing is filed yet." in first(lab)
    assert "No number was filed by five runs" in first(lab)


def test_every_link_leads_to_a_file(lab: Bench, indexer: Indexer) -> None:
    """A filed plate, one that is held, one set aside: as they lie on disk."""
    lab.lay_sheet(PLATE)
    lab.sees(report_name(PLATE), report(PLATE))
    lab.sees(report_name("NET-0999"), report("NET-0999"))
    lab.sees("torn.txt", report("NET-0412")[:300], driver="microbeta")
    indexer.write()
    pages = [lab.home.root / "index.html", *(lab.home.root / "index").glob("*.html")]
    for page in pages:
        for link in re.findall(r'href="([^"]+)"', page.read_text("utf-8")):
            assert (page.parent / link.replace("%20", " ")).exists(), (page, link)
    assert "held: " in first(lab)
    assert "set aside: torn.txt" in first(lab)


def test_what_was_rejected_waits_with_its_reason_for_a_fortnight(
    lab: Bench, indexer: Indexer
) -> None:
    """Twenty runs, one a day: fourteen days of them."""
    file(lab, 20, Verdict.REJECTED)
    indexer.write()
    assert first(lab).count("Z&#39; is 0.3.") == 14


def test_numbers_of_five_runs_have_a_chart(lab: Bench, indexer: Indexer) -> None:
    """Four have none."""
    file(lab, 4)
    indexer.write()
    assert list((lab.home.root / "index").glob("chart-*")) == []
    file(lab, 24)
    indexer.write()
    (ki,) = (lab.home.root / "index").glob("chart-mor-binding-ki-x1-*.html")
    (z_prime,) = (lab.home.root / "index").glob("chart-mor-binding-z-prime-*.html")
    assert "the first 20 accepted runs" in z_prime.read_text("utf-8")
    assert ki.name in first(lab)


def test_a_page_that_says_the_same_is_not_written_again(lab: Bench, indexer: Indexer) -> None:
    """An old archive has many months."""
    file(lab, 2)
    indexer.write()
    months = sorted((lab.home.root / "index").glob("20*.html"))
    before = [path.stat().st_ino for path in months]
    assert before
    indexer.write()
    assert [path.stat().st_ino for path in months] == before


def test_the_archive_is_as_it_was(lab: Bench, indexer: Indexer) -> None:
    """Pages lie beside it: verify finds nothing stray."""
    lab.lay_sheet(PLATE)
    lab.sees(report_name(PLATE), report(PLATE))
    indexer.write()
    assert list(lab.home.archive.verify()) == []


def test_a_chart_book_that_cannot_be_read_waits_for_a_person(lab: Bench, indexer: Indexer) -> None:
    """Until it was mended."""
    (lab.home.root / "charts.yaml").write_text("note: []\n")
    indexer.write()
    assert "did you mean" in first(lab)
    (lab.home.root / "charts.yaml").write_text("notes: []\n")
    indexer.write()
    assert "did you mean" not in first(lab)


def test_one_plate_under_two_names_waits_for_a_person(lab: Bench, indexer: Indexer) -> None:
    """The same counts as another plate's; two plates pipetted apart are not told."""
    for plate, seed in ((PLATE, 1), ("NET-0412", 2)):
        lab.lay_sheet(plate)
        lab.sees(report_name(plate), report(plate, seed=seed))
    indexer.write()
    assert "twins: " not in first(lab)
    lab.lay_sheet("NET-0413")
    lab.sees(report_name("NET-0413"), report("NET-0413", seed=1))
    indexer.write()
    assert f"its counts are those of {PLATE}" in first(lab)


def test_one_plate_counted_again_and_again_waits_once(lab: Bench, indexer: Indexer) -> None:
    """Four names for one plate are six pairs, and one thing to see to."""
    for number in range(4):
        lab.lay_sheet(f"NET-042{number}")
        lab.sees(report_name(f"NET-042{number}"), report(f"NET-042{number}", seed=1))
    indexer.write()
    assert first(lab).count("its counts are those of") == 1
    assert "its counts are those of NET-0422 and 2 more" in first(lab)


def interim(kind: str, severity: str, text: str = "") -> Alert:
    """A warning of the count of plate U-0087, or its end."""
    return Alert(f"{kind}:tricarb:run1:totals", kind, f"[labsvc] Interim warning: U-0087: {kind}",
                 text, "", NOW, severity=severity, topic="interim:tricarb:run1:totals",
                 source="tricarb", thread="run1")  # fmt: skip


def test_a_count_that_is_warned_of_waits_for_a_person_until_it_is_filed(
    lab: Bench, indexer: Indexer
) -> None:
    """Marked as interim, with the sentence of the warning; it is no run and counts as none."""
    lab.home.database.owe([interim("interim", "error", "- Totals are at background.\n")], NOW)
    indexer.write()
    assert '<span class="state interim">interim</span> Interim warning: U-0087' in first(lab)
    assert "Totals are at background. Nothing of this count is filed" in first(lab)
    assert "Nothing is filed yet." in first(lab)
    assert list((lab.home.root / "index").glob("20*.html")) == []
    lab.home.database.owe([interim("interim-over", "info")], NOW)
    indexer.write()
    assert "U-0087" not in first(lab)


def test_a_count_that_is_seen_to_waits_no_more(lab: Bench, indexer: Indexer) -> None:
    """Somebody has acknowledged it, or it was told longer ago than is shown."""
    warning = interim("interim", "error")
    lab.home.database.owe([warning], NOW)
    said = Acknowledgement(warning.key, "t", "error", NOW, "Anna", "stopped it", NOW)
    Postroom(lab.home.database).acknowledge(said)
    old = replace(warning, key="interim:old", created_at=NOW - timedelta(days=15))
    lab.home.database.owe([replace(old, topic="interim:old")], NOW)
    indexer.write()
    assert "U-0087" not in first(lab)
