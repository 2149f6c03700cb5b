"""Standards in the run."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from labsvc.core.analyse import conclude
from labsvc.model.assay import Assay
from labsvc.model.protocol import Standard
from labsvc.model.result import Finding, Status
from tests.core.vials import EFFICIENCY, Vial, counted, protocol

KNOWN = Standard(10000.0, date(2026, 3, 2), "sealed standard 12", 5.0)
VIALS = [Vial("vehicle", 1000.0), Vial("nonspecific", 100.0)]


def run(cpm: float, known: Standard | None = KNOWN) -> Assay:
    """Two standards beside the controls, counted on 2 March 2026 at 40 % efficiency."""
    counting = replace(EFFICIENCY, standard=known)
    plan = protocol("uptake_inhibition", "percent_inhibition", counting=counting)
    return counted(plan, [*VIALS, Vial("standard", cpm), Vial("standard", cpm)])


def of(assay: Assay) -> Finding:
    (one,) = (found for found in conclude(assay).findings if found.check == "standards")
    return one


@pytest.mark.parametrize(
    ("cpm", "status"), [(4000.0, Status.PASS), (4200.0, Status.PASS), (4300.0, Status.WARN),
                        (3700.0, Status.WARN)],
)  # fmt: skip
def test_their_dpm_are_held_against_what_they_hold(cpm: float, status: Status) -> None:
    """4000 cpm at 40 % are the 10000 dpm; on the limit of 5 % passes."""
    found = of(run(cpm))
    assert found.status is status
    assert found.value == pytest.approx(100 * cpm / 4000)
    assert found.limits == "100 ± 5 % (sealed standard 12)"


def test_they_have_decayed_since_they_were_certified() -> None:
    """One half-life of tritium (4500 d) before: half of it is there."""
    old = replace(KNOWN, on=date(2013, 11, 6))
    assert of(run(2000.0, old)).value == pytest.approx(100.0, abs=0.1)


def test_without_dpm_or_a_day_it_warns() -> None:
    """Nothing shows the counting to be right then."""
    lost = run(4000.0)
    dayless = replace(lost, unit=replace(lost.unit, counted_at=None))
    assert of(dayless).sentence == "The standards could not be compared: a day is missing."
    none = counted(lost.protocol, VIALS)
    assert (of(none).status, of(none).value) == (Status.WARN, None)


def test_without_a_known_standard_nothing_is_said() -> None:
    assert all(one.check != "standards" for one in conclude(run(4000.0, None)).findings)
