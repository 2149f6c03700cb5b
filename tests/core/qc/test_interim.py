"""What the controls of a count under way show: known answers of each rule, and what keeps still."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from benchmarks.interim import SHEET, begun_with, protocol
from labsvc.core.matching.begun import Begun
from labsvc.core.qc.interim import LUMINESCENCE, NONSPECIFIC, RACK, TOTALS, concerns
from labsvc.errors import LayoutError
from labsvc.model.protocol import Counting, Limits
from labsvc.model.run import Channel, Reading, State

GOOD = [28.0, 25.0, 30.0, 27.0, 1210.0, 1180.0, 1230.0, 1190.0, 1200.0, 1220.0,
        110.0, 120.0, 105.0, 115.0, 118.0, 112.0, 400.0, 410.0]  # fmt: skip
"""4 backgrounds, 6 vehicle controls, 6 non-specific, samples."""


def vials(cpm: Sequence[float], *, first: int = 21, **more: object) -> list[Reading]:
    return [
        Reading(
            str(n % 12 + 1), n + 1, (Channel("A", cpm=one),), rack=str(first + n // 12),
            live_time_s=120.0, **more,  # type: ignore[arg-type]
        )
        for n, one in enumerate(cpm)
    ]  # fmt: skip


def found(readings: Sequence[Reading]) -> dict[str, int]:
    return {one.what: one.readings for one in concerns(begun_with(readings))}


def with_(start: int, *cpm: float) -> list[float]:
    return [*GOOD[:start], *cpm, *GOOD[start + len(cpm) :]]


def test_a_good_count_is_not_spoken_of_at_any_reading() -> None:
    """From the first vial to the eighteenth."""
    assert all(found(vials(GOOD[:n])) == {} for n in range(1, len(GOOD) + 1))


def test_totals_at_background_are_told_with_the_second_total() -> None:
    """Two at 35 cpm, three times the background of 27.5 would be 82.5."""
    cpm = with_(4, 35.0, 36.0, 33.0)
    assert found(vials(cpm[:5])) == {}
    assert found(vials(cpm[:7])) == {TOTALS: 6}


def test_low_totals_that_may_be_three_times_the_background_are_not() -> None:
    """79 cpm is below 82.5, but not by three standard errors of counting."""
    assert found(vials(with_(4, 79.0, 79.0)[:6])) == {}


def test_without_a_background_totals_must_be_below_what_one_may_have() -> None:
    """60 cpm by default: 30 is told, 90 is not, whatever the assay's window."""
    plan = tuple(one._replace(role="unused") if one.role == "background" else one
                 for one in SHEET.placements)  # fmt: skip
    for cpm, told in ((30.0, {TOTALS}), (90.0, set())):
        count = begun_with(vials(with_(4, cpm, cpm)[:6]))
        roles = {(one.rack, one.position): one.role for one in plan if one.role != "unused"}
        assert {one.what for one in concerns(replace(count, plan=roles))} == told


def test_nonspecific_as_high_as_total_is_told_with_the_second_of_them() -> None:
    """Half of the total is the limit where the protocol has none."""
    cpm = with_(10, 1150.0, 1230.0)
    assert found(vials(cpm[:11])) == {}
    assert found(vials(cpm[:12])) == {NONSPECIFIC: 12}
    assert found(vials(with_(10, 500.0, 520.0)[:12])) == {}


def test_a_protocol_may_allow_more_nonspecific() -> None:
    """Its own failing limit counts: 90 % of the total are within 95 %."""
    count = begun_with(vials(with_(10, 1080.0, 1080.0)[:12]))
    own = replace(protocol(), qc={"nonspecific_percent": Limits(fail_high=95.0)})
    assert concerns(replace(count, protocol=own)) == ()
    assert [one.what for one in concerns(count)] == [NONSPECIFIC]


def test_dead_totals_are_not_told_again_as_nonspecific() -> None:
    """One cause, one message: without totals nothing can be compared with them."""
    assert set(found(vials(with_(4, *([30.0] * 12))))) == {TOTALS}


def test_glowing_backgrounds_are_told_before_any_total() -> None:
    """Two of some 270 cpm, where 60 is the most that is expected."""
    (concern,) = concerns(begun_with(vials([278.0, 262.0])))
    assert (concern.what, concern.readings) == (LUMINESCENCE, 2)
    assert "at most 60 cpm is expected" in concern.sentence


def test_backgrounds_as_high_as_totals_are_another_rack() -> None:
    """Vials of 1,000 cpm where nothing should be, beside totals of 1,200."""
    assert found(vials([1000.0, 1050.0, 990.0, 1010.0, *GOOD[4:6]]))[RACK] == 6


@pytest.mark.parametrize(("share", "told"), [("14.2", {LUMINESCENCE: 6}), ("<2", {}), ("", {})])
def test_printed_luminescence_is_taken_at_its_word(share: str, told: dict[str, int]) -> None:
    """Two vials above 10 %, as the counter's own manual has it; a background does not count."""
    assert found(vials(GOOD[:6], extras={"LUM": share})) == told


def test_vials_that_fade_when_counted_again_glow() -> None:
    """Two counts of each: a fifth lost is told, a twentieth is not."""
    for kept, told in ((0.8, {LUMINESCENCE}), (0.95, set())):
        both = [one for n, one in enumerate(vials(GOOD[:10]))
                for one in (one, one._replace(repeat=2, channels=(
                    Channel("A", cpm=GOOD[n] * (kept if n > 3 else 1.0)),)))]  # fmt: skip
        assert set(found(both)) == told


def test_three_vials_of_another_rack_are_told() -> None:
    """Two may be standards that stand before the rack."""
    assert found(vials(GOOD[:2], first=31)) == {}
    (concern,) = concerns(begun_with(vials(GOOD[:3], first=31)))
    assert (concern.what, concern.readings) == (RACK, 3)
    assert "(rack 31: 1, 2, 3)" in concern.sentence
    assert "plans rack 21: 1, 2 and 94 more" in concern.sentence


def test_empty_places_of_the_plan_are_told() -> None:
    """Whether the counter says that no vial was there, or only goes on."""
    whole = vials(GOOD)
    silent = [one for one in whole if one.position not in ("5", "6") or one.rack != "21"]
    said = [one._replace(state=State.NOT_COUNTED) if one not in silent else one for one in whole]
    assert found(silent[:5]) == found(said[:7]) == {RACK: 5}


def test_known_concerns_are_left_out() -> None:
    """The lab was told."""
    count = begun_with(vials([278.0, 262.0]))
    assert concerns(count, {LUMINESCENCE}) == ()


def test_a_background_that_the_counter_took_off_is_not_missed() -> None:
    """Where rates are net, a background near nothing says nothing, nor does one above."""
    net = [one._replace(channels=(one.channels[0]._replace(corrected=("background",)),))
           for one in vials([90.0, 95.0, *GOOD[2:6]])]  # fmt: skip
    assert LUMINESCENCE not in found(net)


def test_a_kind_whose_totals_grow_from_nothing_has_none_to_compare() -> None:
    """In a time course the first totals are at background, as they should be."""
    count = begun_with(vials(with_(4, 30.0, 31.0)[:6]))
    course = replace(protocol(), reduction=replace(protocol().reduction, response="uptake"))
    assert concerns(replace(count, protocol=course)) == ()


def test_a_channel_that_the_run_lacks_is_an_error() -> None:
    """As in the final analysis, with the names of those it has."""
    count: Begun = begun_with(vials(GOOD[:6]))
    wrong = replace(protocol(), counting=Counting(channel="C"))
    with pytest.raises(LayoutError, match="'C'"):
        concerns(replace(count, protocol=wrong))
