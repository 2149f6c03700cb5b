"""Living the demo's day: once, shown again, and never stuck without a word."""

from __future__ import annotations

from pathlib import Path

import pytest

from labsvc.service.demo import run
from labsvc.service.demo.day import Act
from labsvc.service.demo.home import demo_home, finish
from labsvc.service.demo.run import Stuck, at_work, live_day


def test_a_finished_day_is_shown_and_not_lived_again(tmp_path: Path) -> None:
    """With --home, a second call tells of no act."""
    with demo_home(tmp_path / "demo", fresh=True), at_work(tmp_path / "demo"):
        finish(tmp_path / "demo")
    told: list[Act] = []
    home, mails = live_day(tmp_path / "demo", fresh=False, tell=told.append)
    home.close()
    assert (told, mails) == ([], [])


def test_an_act_that_never_comes_through_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The demo ends with a sentence, it does not hang."""
    monkeypatch.setattr(run, "PATIENCE_SECONDS", 0.2)
    # No source watches for this name, so nobody will ever take it.
    act = Act("microbeta", "notes.doc", b"not a report", "a file nobody takes")
    with (
        demo_home(tmp_path / "demo", fresh=True),
        at_work(tmp_path / "demo") as stage,
        pytest.raises(Stuck, match="in vain for: a file nobody takes"),
    ):
        stage.perform(act)
