"""What was taken before, in few bytes."""

from __future__ import annotations

from labsvc.capture.ledger import Ledger
from labsvc.capture.settle import Stamp


def test_a_file_is_known_as_it_was_taken() -> None:
    """Another size or another time is another file; another path is none that is known."""
    ledger = Ledger()
    ledger.note("/lab/A7_1.txt", Stamp(40, 1_000))
    assert ledger.same("/lab/A7_1.txt", 40, 1_000)
    assert not ledger.same("/lab/A7_1.txt", 41, 1_000)
    assert not ledger.same("/lab/A7_1.txt", 40, 1_001)
    assert ledger.knows("/lab/A7_1.txt")
    assert not ledger.knows("/lab/A7_2.txt")


def test_a_file_noted_again_is_known_as_it_is_now() -> None:
    """One entry for each path, however often it is used."""
    ledger = Ledger()
    for number in range(50):
        ledger.note("/lab/run.txt", Stamp(number, number))
    assert ledger.same("/lab/run.txt", 49, 49)
    assert len(ledger) == 1


def test_thousands_are_kept_apart() -> None:
    """Noted in any order, each is found with its own stamp; what is dropped is not."""
    ledger = Ledger()
    names = [f"/lab/{number * 7919 % 5000}.txt" for number in range(5000)]
    for number, name in enumerate(names):
        ledger.note(name, Stamp(number, -number))
    ledger.drop(names[17])
    ledger.drop("/lab/never.txt")
    assert len(ledger) == 4999
    assert not ledger.knows(names[17])
    assert all(ledger.same(name, n, -n) for n, name in enumerate(names) if n != 17)


def test_a_name_that_is_no_text_is_known_by_its_spelling() -> None:
    """As the database keeps it, which is what is loaded after a restart."""
    ledger = Ledger()
    ledger.note("/lab/\\xff.txt", Stamp(1, 1))
    assert ledger.knows("/lab/\udcff.txt")
