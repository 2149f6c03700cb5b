"""The checks of QC."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labsvc.core.assays.reduce import Reduction, Window, reduce
from labsvc.core.assays.replicates import Spread
from labsvc.core.qc.checks import (
    Measured,
    control_cv,
    finding,
    grade,
    ligand_depletion,
    limits_text,
    nonspecific,
    replicate_cv,
    run_findings,
    signal_to_background,
    specific,
    z_prime,
)
from labsvc.model.assay import Assay
from labsvc.model.protocol import Cited, Limits
from labsvc.model.protocol import Reduction as Plan
from labsvc.model.result import Finding, Status
from labsvc.model.runsheet import Mask
from tests.core.bench import (
    PROTOCOL,
    SHEET,
    TOTALS,
    assay,
    placed,
    with_counts,
)

HIGH, LOW = Spread(1000.0, 50.0, 4), Spread(100.0, 10.0, 4)
AT_LEAST = Limits(warn_low=0.5, fail_low=0.4)


def between(upper: Spread | None, lower: Spread | None) -> Reduction:
    return Reduction((), Window(upper, lower), ())


def with_qc(**limits: Limits) -> Assay:
    return assay(protocol=replace(PROTOCOL, qc=limits))


def found_in(plate: Assay) -> dict[str, Finding]:
    return {one.check: one for one in run_findings(plate, reduce(plate))}


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (AT_LEAST, "at least 0.5 (fails below 0.4)"),
        (Limits(fail_low=0.4), "at least 0.4"),
        (Limits(warn_high=20.0), "at most 20"),
        (Limits(fail_low=0.5, warn_low=0.7, warn_high=1.5, fail_high=2.0),
         "at least 0.7 (fails below 0.5), at most 1.5 (fails above 2)"),
        (Limits(), "no limit set"),
    ],
)  # fmt: skip
def test_limits_are_told_in_words(limits: Limits, said: str) -> None:
    """What is expected, then what fails."""
    assert limits_text(limits) == said


def test_limits_carry_the_unit() -> None:
    """20 % and not 20."""
    assert limits_text(Limits(warn_high=20.0, fail_high=40.0), " %") == (
        "at most 20 % (fails above 40 %)"
    )


@pytest.mark.parametrize(
    ("value", "status"),
    [
        (0.5, Status.PASS), (math.nextafter(0.5, 0), Status.WARN),
        (0.4, Status.WARN), (math.nextafter(0.4, 0), Status.FAIL),
        (2.0, Status.PASS), (math.nextafter(2.0, 3), Status.WARN),
        (3.0, Status.WARN), (math.nextafter(3.0, 4), Status.FAIL),
    ],
)  # fmt: skip
def test_a_value_on_its_limit_holds_it(value: float, status: Status) -> None:
    """Strict inequality on all four sides."""
    assert grade(value, Limits(0.5, 2.0, 0.4, 3.0)) is status


@given(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3))
def test_a_higher_value_never_fares_worse_by_a_lower_limit(one: float, other: float) -> None:
    """Grades are monotone."""
    ladder = [Status.FAIL, Status.WARN, Status.PASS]
    limits = Limits(warn_low=10.0, fail_low=-10.0)
    low, high = sorted((one, other))
    assert ladder.index(grade(low, limits)) <= ladder.index(grade(high, limits))


def test_a_finding_tells_value_and_limits_in_one_sentence() -> None:
    """With three figures."""
    found = finding("z_prime", Measured(0.884747, "Z'"), AT_LEAST)
    assert found == Finding(
        "z_prime", Status.PASS, 0.884747, "at least 0.5 (fails below 0.4)",
        "Z' is 0.885; expected at least 0.5 (fails below 0.4).",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "shown", "status"),
    [(0.49996, "0.49996", Status.WARN), (0.3999, "0.3999", Status.FAIL), (0.5, "0.5", Status.PASS)],
)
def test_a_value_just_outside_is_not_rounded_onto_its_limit(
    value: float, shown: str, status: Status
) -> None:
    """Z' is 0.5; expected at least 0.5: a warning no one would understand."""
    found = finding("z_prime", Measured(value, "Z'"), AT_LEAST)
    assert found.status is status
    assert found.sentence.startswith(f"Z' is {shown}; expected")


@pytest.mark.parametrize("value", [None, math.nan, math.inf])
def test_a_value_that_was_wanted_and_not_had_warns(value: float | None) -> None:
    """Nothing shows that the limit is kept: not accepted in silence, and no number is made."""
    found = finding("z_prime", Measured(value, "Z' needs two"), AT_LEAST)
    assert (found.status, found.value, found.sentence) == (Status.WARN, None, "Z' needs two.")


def test_a_value_that_such_a_run_does_not_have_is_not_applicable() -> None:
    """Singlets have no replicate CV."""
    found = finding("x", Measured(None, "There are none", applies=False), AT_LEAST)
    assert found.status is Status.NOT_APPLICABLE


def test_z_prime_of_a_worked_example() -> None:
    """1 - 3 (50 + 10) / 900 = 0.8."""
    assert z_prime(assay(), between(HIGH, LOW)).value == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("upper", "lower", "why"),
    [
        (None, LOW, "two or more positions of each"), (HIGH, None, "two or more positions"),
        (Spread(1000.0, None, 1), LOW, "two or more"), (HIGH, Spread(9.0, None, 1), "two or more"),
        (LOW, HIGH, "is not above"), (HIGH, replace(HIGH, sd=1.0), "is not above"),
    ],
)  # fmt: skip
def test_z_prime_without_replicates_or_window_is_not_made_up(
    upper: Spread | None, lower: Spread | None, why: str
) -> None:
    """One position has no SD; controls the wrong way round are no good assay."""
    found = z_prime(assay(), between(upper, lower))
    assert found.value is None
    assert why in found.words


def test_the_ratios_of_the_controls() -> None:
    """1000 over 100, and back in percent."""
    both = between(HIGH, LOW)
    assert signal_to_background(assay(), both).value == 10.0
    assert control_cv(assay(), both).value == 5.0
    assert nonspecific(assay(), both).value == 10.0
    assert specific(assay(), both).value == 90.0


@pytest.mark.parametrize("check", [signal_to_background, nonspecific, specific, control_cv])
def test_ratios_without_controls_are_none(check: Any) -> None:
    """Never 0 and never infinite."""
    assert check(assay(), between(None, None)).value is None
    assert check(assay(), between(Spread(0.0, None, 1), Spread(0.0, None, 1))).value is None


def test_the_worst_replicates_are_named() -> None:
    """All pairs are 1 % around their mean; C05 and D05 are then put 20 % apart."""
    plate = assay(with_counts({"C05": 1000.0, "D05": 800.0}))
    found = replicate_cv(plate, reduce(plate))
    assert found.value == pytest.approx(100 * math.sqrt(2) * 100 / 900)
    assert found.words == "Worst replicate CV (desipramine at 1 nM)"


def test_replicates_of_few_counts_are_not_judged_by_their_cv() -> None:
    """109 cpm are a tenth of the totals: 0 and 218 there tell of counting time."""
    plate = assay(with_counts({"C01": 1.0, "D01": 199.0}))
    found = replicate_cv(plate, reduce(plate))
    assert found.value == pytest.approx(math.sqrt(2), rel=1e-6)


def test_a_masked_replicate_leaves_a_singlet_without_cv() -> None:
    """The pair put 20 % apart is gone with its one well."""
    plate = assay(with_counts({"C05": 1000.0, "D05": 800.0}),
                  sheet=replace(SHEET, masks=(Mask("D05", "wet"),)))  # fmt: skip
    assert "1 nM" not in replicate_cv(plate, reduce(plate)).words


def test_groups_of_one_compound_are_judged_apart() -> None:
    """The second group's bad pair does not hide behind the first's good one, nor the reverse."""
    plate = placed(("", "vehicle", 1000.0), ("", "nonspecific", 100.0),
                   *[("desipramine", "sample", cpm) for cpm in (500.0, 700.0, 600.0, 600.0)],
                   )  # fmt: skip
    cells = iter(("", "", "HEK", "HEK", "wild", "wild"))
    grouped = replace(
        plate, wells=tuple(well._replace(group={"cells": next(cells)}) for well in plate.wells)
    )
    found = replicate_cv(grouped, reduce(grouped))
    assert found.words == "Worst replicate CV (desipramine (HEK) at 1 µM)"
    assert found.value == pytest.approx(100 * math.sqrt(2) * 100 / 600)


def test_singlets_have_no_replicate_cv_and_that_is_no_fault() -> None:
    """Not applicable, in words."""
    plate = placed(("", "vehicle", 1000.0), ("", "nonspecific", 100.0), ("a", "sample", 500.0))
    found = replicate_cv(plate, reduce(plate))
    assert (found.value, found.applies) == (None, False)
    assert found.words == "There are no replicates to take a CV of"


def test_depletion_is_bound_over_added() -> None:
    """1000 cpm bound of 20000 cpm added: 5 %."""
    plate = assay(sheet=replace(SHEET, total_added=Cited(20000.0, "cpm", "vials")))
    found = ligand_depletion(plate, reduce(plate))
    assert (found.value, found.words) == (5.0, "Bound of the ligand added (vials)")


def test_depletion_that_cannot_be_judged_warns_and_says_why() -> None:
    """A protocol that sets a limit wants to know."""
    plate = with_qc(ligand_depletion_percent=Limits(warn_high=10.0))
    found = found_in(plate)["ligand_depletion_percent"]
    assert (found.status, found.value) == (Status.WARN, None)
    assert found.sentence.startswith("Ligand depletion could not be judged: concentration, volume")
    nothing = assay(sheet=replace(SHEET, total_added=Cited(0.0, "cpm", "vials")))
    assert "nothing was added" in ligand_depletion(nothing, reduce(nothing)).words
    assert "control is missing" in ligand_depletion(nothing, between(None, LOW)).words


def test_only_the_checks_with_limits_are_made() -> None:
    """In the order of the protocol; those of curves are made elsewhere."""
    plate = with_qc(specific_percent=Limits(warn_low=80.0), hill=AT_LEAST, z_prime=AT_LEAST)
    found = found_in(plate)
    assert list(found) == ["specific_percent", "z_prime"]
    assert found["specific_percent"].sentence == (
        "Specific share of the total is 90 %; expected at least 80 %."
    )
    assert found["z_prime"].value == pytest.approx(1 - 3 * (81.6496581 + 8.16496581) / 900)


def test_controls_of_one_position_ask_for_review() -> None:
    """Z' cannot be had, so nothing shows the plate to be good."""
    masks = tuple(Mask(well, "wet") for well in list(TOTALS)[1:])
    plate = assay(protocol=replace(PROTOCOL, qc={"z_prime": AT_LEAST}),
                  sheet=replace(SHEET, masks=masks))  # fmt: skip
    assert found_in(plate)["z_prime"].status is Status.WARN


def test_a_table_of_fractions_has_no_window_to_judge() -> None:
    """Not applicable, whatever limits the protocol sets."""
    plate = assay(protocol=replace(PROTOCOL, reduction=Plan("fraction_of_added"),
                                   qc={"z_prime": AT_LEAST}))  # fmt: skip
    assert found_in(plate)["z_prime"].status is Status.NOT_APPLICABLE
