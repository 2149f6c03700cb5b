"""What is said of the service, and when it is said to be unfit."""

from __future__ import annotations

from labsvc.service.vitals.health import Vitals, condition, remarks
from labsvc.service.watching.states import SourceState
from tests.bench import NOW


def test_all_is_well() -> None:
    """Nothing to say."""
    sources = {"a": SourceState("there", NOW), "b": SourceState("open", NOW)}
    now = condition(Vitals(running=True, sources=sources))
    assert (now.status, now.line) == ("ready", "ready")


def test_instruments_that_are_off_degrade_it() -> None:
    """Each with its sentence; filing goes on."""
    sources = {
        "a": SourceState("away", NOW, "folder /x cannot be read"),
        "b": SourceState("stale", NOW),
        "c": SourceState("open", NOW, "the line is noisy"),
    }
    now = condition(Vitals(running=True, sources=sources))
    assert now.status == "degraded"
    assert now.degraded == (
        "source a is away: folder /x cannot be read",
        "source b is stale",
        "source c is open: the line is noisy",
    )


def test_what_keeps_it_from_filing_fails_it() -> None:
    """Whatever else is amiss."""
    vitals = Vitals(running=True, stuck=("the worker has not got on for 700 s",),
                    store_trouble="no room", mail_trouble="messages wait: refused")  # fmt: skip
    now = condition(vitals)
    assert now.status == "failing"
    assert now.failing == ("the worker has not got on for 700 s",
                           "nothing can be filed: no room")  # fmt: skip
    assert condition(Vitals(running=False)).status == "failing"


def test_everything_amiss_has_its_sentence() -> None:
    """For labsvc status, too."""
    vitals = Vitals(
        running=True,
        settings_trouble="labsvc.yaml:3: no",
        disabled={"acme": "it broke"},
        given_up=("driver slow is not asked any more",),
        not_in_force=("p.yaml:1: bad",),
        http_trouble="http: cannot listen",
    )
    assert remarks(vitals) == (
        "the last good settings stay in force: labsvc.yaml:3: no",
        "driver acme is disabled: it broke",
        "driver slow is not asked any more",
        "not in force: p.yaml:1: bad",
        "http: cannot listen",
    )


def test_safe_mode_is_one_sentence() -> None:
    """Not one for each driver that is left out."""
    vitals = Vitals(running=True, safe="safe mode: why",
                    disabled={"acme": "not loaded in safe mode (x)", "e1": "broke"})  # fmt: skip
    assert remarks(vitals) == ("safe mode: why", "driver e1 is disabled: broke")
