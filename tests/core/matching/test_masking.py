"""Positions that people leave out after the count."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from labsvc.core.analyse import analyse
from labsvc.core.matching.masking import masked, masks_of, said, unmasked, with_masks
from labsvc.errors import ConfigError
from labsvc.model.document import result_document
from labsvc.model.result import Masking, Result
from labsvc.model.runsheet import Mask
from tests.core.bench import PROTOCOL, SHEET, unit

AT = datetime(2026, 3, 3, 9, 30, tzinfo=UTC)
BUBBLE = Masking("C03", "bubble", "M. Keller", AT)


def result(*masks: Masking) -> Result:
    return analyse(replace(unit(), masks=masks), [PROTOCOL], [SHEET], [])


def document(*masks: Masking) -> dict[str, Any]:
    return result_document(result(*masks))


def test_a_masked_position_is_in_no_mean_and_no_fit() -> None:
    """The point is there still, with the reason, who and when."""
    before, after = result(), result(BUBBLE)
    (point,) = [one for one in after.points if one.position == "C03"]
    assert point.masked == "bubble (masked by M. Keller on 2026-03-03 09:30 UTC)"
    (one, other) = (found.curves[0].fit for found in (before, after))
    assert one is not None
    assert other is not None
    assert (one.n_points, other.n_points) == (12, 11)


def test_masks_come_back_from_the_document_as_they_were_set() -> None:
    """And a document of before there were any has none."""
    assert masks_of(document(BUBBLE)) == (BUBBLE,)
    assert masks_of({}) == ()


def test_a_held_run_keeps_its_masks() -> None:
    """The run sheet may be away for a while."""
    held = analyse(replace(unit(), masks=(BUBBLE,)), [PROTOCOL], [], [])
    assert masks_of(result_document(held)) == (BUBBLE,)


def test_a_place_that_the_run_sheet_masks_too_tells_both_reasons() -> None:
    """Neither is lost."""
    sheet = replace(SHEET, masks=(Mask("C03", "empty"),))
    (mask,) = with_masks(sheet, [BUBBLE]).masks
    assert mask.reason == f"empty; {said(BUBBLE)}"


def test_one_more_mask_is_added_to_those_in_force() -> None:
    """In the order in which they were set."""
    other = replace(BUBBLE, position="D03")
    assert masked(document(BUBBLE), other) == (BUBBLE, other)
    assert unmasked(document(BUBBLE, other), (None, "C03")) == (other,)


def test_a_position_that_the_run_has_not_is_refused() -> None:
    """With what it has."""
    with pytest.raises(ConfigError, match=r"no position H12 .*it has 20, from A01 to D06"):
        masked(document(), replace(BUBBLE, position="H12"))


def test_a_position_is_masked_once() -> None:
    """Who did it is told."""
    with pytest.raises(ConfigError, match=r"C03 is masked already: bubble \(masked by M. Keller"):
        masked(document(BUBBLE), replace(BUBBLE, reason="again"))


def test_only_what_a_person_masked_can_be_unmasked() -> None:
    """What is masked is named."""
    with pytest.raises(ConfigError, match=r"no person has masked D03 of this run \(masked: C03\)"):
        unmasked(document(BUBBLE), (None, "D03"))


def test_a_mask_that_a_changed_run_sheet_no_longer_places_holds_the_run() -> None:
    """It is not forgotten in silence."""
    held = result(replace(BUBBLE, position="A09"))
    assert held.held_because is not None
    assert "masks A09" in held.held_because
    assert "labsvc runs mask --unmask" in (held.released_by or "")
