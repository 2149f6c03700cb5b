"""The words of an interim warning and of its end."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.interim import begun_with, clean, counted, dead
from labsvc.core.matching.begun import Begun
from labsvc.core.qc.interim import TOTALS, Concern, concerns
from labsvc.model.result import Result, Verdict
from labsvc.model.telling import AlertWish as Wish
from labsvc.notify.interimalerts import WORDS, for_concern, for_ended, for_replaced, is_told, key_of
from labsvc.notify.rules import weight
from tests.bench import NOW
from tests.notify.test_alerts import result


def count() -> Begun:
    """Seven vials of a count without uptake, from source tricarb."""
    found = begun_with(counted(dead(clean(np.random.default_rng([7, 7]))))[:7])
    return replace(found, unit=replace(found.unit, source="tricarb"))


def concern() -> Concern:
    (found,) = concerns(count())
    return found


def filed(verdict: Verdict = Verdict.REJECTED, **more: object) -> Result:
    return result(verdict=verdict, run_id="0123456789ab", **more)


def test_a_warning_says_what_is_seen_and_that_the_count_can_be_stopped() -> None:
    """The sentence, how far the count is, and that nothing of it is filed."""
    alert = for_concern(concern(), count(), "0123456789ab", at=NOW)
    assert alert.subject == (
        "[labsvc] Interim warning: U-0087: totals at background, "
        "7 counted, 89 of 96 planned still to come"
    )
    for body in (alert.text, alert.html):
        assert "7 counted, 89 of 96 planned still to come" in body
        assert "complete with reading 6" in body
        assert "Nothing of it is filed" in body


def test_one_warning_for_each_run_and_concern() -> None:
    """However far the count is by then."""
    sooner, later = (for_concern(replace(concern(), readings=n), count(), "r", at=NOW)
                     for n in (6, 7))  # fmt: skip
    assert sooner.key == later.key == key_of("tricarb", "r", TOTALS)
    assert for_concern(concern(), count(), "other", at=NOW).key != sooner.key


@pytest.mark.parametrize("verdict", Verdict)
def test_the_end_goes_to_those_who_were_warned(verdict: Verdict) -> None:
    """Of one topic and thread with the warning, as grave, and with the verdict."""
    warning = for_concern(concern(), count(), "0123456789ab", at=NOW)
    end = for_replaced(TOTALS, "0123456789ab", filed(verdict), "tricarb", at=NOW)
    assert (end.topic, end.thread, weight(end)) == (warning.topic, warning.thread, weight(warning))
    assert f"filed as {verdict.value}" in end.subject


def test_a_count_that_was_not_filed_in_one_piece_ends_its_warning_too() -> None:
    """Of one topic with it, marked as simulated as it was, and telling where it waits."""
    warning = for_concern(concern(), count(), "r", at=NOW)
    end = for_ended(warning, "set aside, line.bin", at=NOW)
    assert (end.topic, end.kind, end.severity) == (warning.topic, "interim-over", "info")
    assert end.key == for_replaced(TOTALS, "r", filed(), "tricarb", at=NOW).key
    assert end.subject.startswith("[labsvc] Interim warning replaced: set aside, line.bin; it was:")
    assert "waits for a person in its own right" in end.text


def test_the_protocol_says_who_is_told() -> None:
    """Its addresses go with the warning and its end; ``never`` is never."""
    plan = replace(count().protocol, alert=Wish(("a@lab.invalid", "b@lab.invalid")))
    warning = for_concern(concern(), replace(count(), protocol=plan), "r", at=NOW)
    end = for_replaced(TOTALS, "r", filed(), "tricarb", at=NOW, protocol=plan)
    assert warning.addressed == end.addressed == "a@lab.invalid\nb@lab.invalid"
    assert is_told(plan)
    assert is_told(count().protocol)
    assert not is_told(replace(plan, alert=Wish(at="never")))


def test_simulated_counts_are_marked() -> None:
    """In both subjects and bodies."""
    made_up = replace(count(), unit=replace(count().unit, simulated=True))
    warning = for_concern(concern(), made_up, "r", at=NOW)
    end = for_replaced(TOTALS, "r", filed(simulated=True), "tricarb", at=NOW)
    assert all("(simulated)" in one.subject and "SIMULATED" in one.text for one in (warning, end))


def test_hostile_names_neither_break_lines_nor_run() -> None:
    """A run sheet is named by whoever writes it."""
    sheet = replace(count().runsheet, plate_id="x\r\nBcc: all@lab <script>alert(1)</script>")
    alert = for_concern(concern(), replace(count(), runsheet=sheet), "r", at=NOW)
    assert "\n" not in alert.subject
    assert "\r" not in alert.subject
    assert "<script>" not in alert.html


def test_every_concern_has_words() -> None:
    """The name of each rule, for people."""
    from labsvc.core.qc import interim  # noqa: PLC0415

    assert set(WORDS) == {interim.TOTALS, interim.NONSPECIFIC, interim.LUMINESCENCE, interim.RACK}
