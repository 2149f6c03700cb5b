"""The labelled ligand: measured before nominal, and what each well was given."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from labsvc.core.assays.reduce import reduce
from labsvc.core.counts.radioligand import Ligand, added, ligand_of
from labsvc.model.assay import Assay
from labsvc.model.protocol import Cited, Counting, Protocol
from labsvc.model.run import Reading
from labsvc.model.runsheet import Placement, RunSheet
from tests.core.bench import COUNTS, PROTOCOL, SHEET, assay, readings

NM = 1e-9
STATED = replace(
    PROTOCOL,
    radioligand=replace(
        PROTOCOL.radioligand, concentration_m=2 * NM, specific_activity_ci_per_mmol=86.3
    ),
    assay_volume_ml=0.125,
    counting=Counting(efficiency_percent=41.0),
)
# 2.02 nM in 125 uL at 86.3 Ci/mmol and 41 % are 19833.94 cpm.
VIALS = {"A05": 19633.94, "A06": 20033.94}
WITH_VIALS = replace(SHEET, placements=tuple(Placement(one, "total_added") for one in VIALS))


def counted(
    vials: dict[str, float] = VIALS, protocol: Protocol = STATED, sheet: RunSheet = WITH_VIALS
) -> Assay:
    """The standard plate with total-added wells of these cpm."""
    return assay(readings({**COUNTS, **vials}), protocol, sheet)


def ligand(plate: Assay) -> Ligand:
    return ligand_of(plate, reduce(plate).points)


def told(plate: Assay) -> str:
    found = ligand(plate).told
    assert found is not None
    return found.sentence


def given_to(protocol: Any = STATED, total: Cited | None = None) -> tuple[float | None, str]:
    return added(assay(protocol=protocol, sheet=replace(SHEET, total_added=total)))


def test_the_measured_figures_of_the_run_sheet_go_before_the_protocols() -> None:
    """Never Cheng-Prusoff with the nominal one where it was counted."""
    measured = Cited(2.02 * NM, "M", "counted aliquot")
    own = Cited(0.9 * NM, "M", "this batch")
    nominal = ligand_of(assay())
    found = ligand_of(assay(sheet=replace(SHEET, radioligand_concentration=measured, affinity=own)))
    assert nominal.concentration == Cited(1e-9, "M", "nominal, protocol net-binding")
    assert (nominal.affinity, nominal.symbol) == (PROTOCOL.radioligand.affinity, "Kd")
    assert (found.concentration, found.affinity) == (measured, own)


def test_uptake_has_a_km() -> None:
    """Both kinds of it."""
    for kind in ("uptake_inhibition", "uptake_fraction"):
        assert ligand_of(assay(protocol=replace(PROTOCOL, kind=kind))).symbol == "Km"


@pytest.mark.parametrize(
    ("total", "unit", "expected"),
    [
        (Cited(90000.0, "cpm", "vials"), "cpm", 90000.0),
        (Cited(250000.0, "dpm", "vials"), "cpm", 102500.0),
        (Cited(250000.0, "dpm", "vials"), "dpm", 250000.0),
        (Cited(102500.0, "cpm", "vials"), "dpm", 250000.0),
    ],
)
def test_the_counted_total_added_is_taken_in_the_unit_of_the_counts(
    total: Cited, unit: Any, expected: float
) -> None:
    """250000 dpm at 41 % are 102500 cpm, and back."""
    counting = replace(STATED.counting, unit=unit)
    found, how = given_to(replace(STATED, counting=counting), total)
    assert found == pytest.approx(expected)
    assert how == "vials"


def test_else_it_is_reckoned_from_the_ligand() -> None:
    """2 nM in 125 uL at 86.3 Ci/mmol: 47896.5 dpm, at 41 % 19637.57 cpm."""
    cpm, how = given_to()
    assert cpm == pytest.approx(19637.565, rel=1e-9)
    assert how == "from concentration, volume, specific activity and efficiency"
    in_dpm = replace(STATED, counting=Counting(unit="dpm"))
    dpm, how = given_to(in_dpm)
    assert dpm == pytest.approx(47896.5)
    assert how == "from concentration, volume and specific activity"


@pytest.mark.parametrize(
    ("protocol", "total", "why"),
    [
        (replace(STATED, counting=Counting()), None, "the counting efficiency is not known"),
        (replace(STATED, counting=Counting()), Cited(1e5, "dpm", ""), "efficiency is not known"),
        (replace(STATED, assay_volume_ml=None), None, "are not all known"),
        (PROTOCOL, None, "are not all known"),
    ],
)
def test_what_was_added_and_cannot_be_had_says_why(
    protocol: Any, total: Cited | None, why: str
) -> None:
    """No efficiency of 100 % is supposed."""
    found, said = given_to(protocol, total)
    assert found is None
    assert why in said


def test_counts_freed_of_efficiency_are_not_freed_of_it_again() -> None:
    """The counter's cpm are then no plain cpm; added cpm by its own count are still comparable."""
    plate = assay(protocol=STATED)
    freed = [one._replace(channels=(one.channels[0]._replace(corrected=("efficiency",)),))
             for one in readings({well.position: 100.0 for well in plate.wells})]  # fmt: skip
    corrected: Assay = assay(freed, STATED)
    assert added(corrected)[0] is None
    assert "taken efficiency off" in added(corrected)[1]
    sheet = replace(SHEET, total_added=Cited(9e4, "cpm", "vials"))
    assert added(assay(freed, STATED, sheet)) == (9e4, "vials")


def test_the_ligand_counted_as_added_goes_before_the_nominal_one() -> None:
    """Two vials of 2.02 nM: [L] with the SD of their mean, and how, in the trail."""
    plate = counted()
    found = ligand(plate)
    assert found.concentration is not None
    assert found.concentration.value == pytest.approx(2.02 * NM, rel=1e-6)
    assert found.concentration.sd == pytest.approx(2.02 * NM * 200 / 19833.94, rel=1e-6)
    assert found.concentration.source == "counted: mean of 2 total-added positions"
    assert found.doubt is None
    assert told(plate) == (
        "Radioligand of 2.02 nM: 48375.5 dpm added (mean of 2 total-added positions) / (2.22 x "
        "86.3 Ci/mmol x 0.125 mL); specific activity as certified; not corrected for decay. It "
        "goes before the nominal 2 nM."
    )


def test_depletion_is_reckoned_from_the_vials() -> None:
    """In the unit of the counts, without a constant."""
    plate = counted()
    amount, how = added(plate, reduce(plate).points)
    assert amount == pytest.approx(19833.94)
    assert how == "mean of 2 total-added positions"


def test_a_vial_that_holds_an_aliquot_counts_times_its_factor() -> None:
    """1/50 of what a well was given, as the protocol's added_factor says."""
    fiftieth = replace(STATED, reduction=replace(STATED.reduction, added_factor=50.0))
    found = ligand(counted({well: cpm / 50 for well, cpm in VIALS.items()}, fiftieth))
    assert found.concentration is not None
    assert found.concentration.value == pytest.approx(2.02 * NM, rel=1e-6)
    assert found.concentration.source.endswith("positions x 50")


def test_vials_more_than_twofold_from_the_nominal_are_doubted_and_not_used() -> None:
    """An aliquot without its factor would shift every Ki: the nominal stays, and it is said."""
    plate = counted({well: cpm / 50 for well, cpm in VIALS.items()})
    found = ligand(plate)
    assert found.concentration == Cited(2 * NM, "M", "nominal, protocol net-binding")
    assert found.doubt is not None
    assert "makes 40.4 pM, more than twofold from the nominal 2 nM" in found.doubt
    assert found.doubt in told(plate)
    assert added(plate, reduce(plate).points)[0] == pytest.approx(19637.565)


def test_without_a_nominal_one_the_counted_concentration_stands() -> None:
    """There is nothing to hold it against."""
    bare = replace(STATED, radioligand=replace(STATED.radioligand, concentration_m=None))
    found = ligand(counted(protocol=bare))
    assert found.concentration is not None
    assert found.concentration.value == pytest.approx(2.02 * NM, rel=1e-6)
    assert found.told is not None
    assert "nominal" not in found.told.sentence


def test_a_concentration_on_the_run_sheet_goes_before_the_vials() -> None:
    """A person has reckoned it already."""
    measured = Cited(1.9 * NM, "M", "own reckoning")
    found = ligand(counted(sheet=replace(WITH_VIALS, radioligand_concentration=measured)))
    assert (found.concentration, found.told) == (measured, None)


def test_the_total_added_of_the_run_sheet_makes_a_concentration_too() -> None:
    """48375.5 dpm are 2.02 nM; it goes before the run's own vials."""
    sheet = replace(WITH_VIALS, total_added=Cited(48375.465, "dpm", "aliquots"))
    found = ligand(counted({"A05": 1.0, "A06": 1.0}, sheet=sheet))
    assert found.concentration is not None
    assert found.concentration.value == pytest.approx(2.02 * NM, rel=1e-6)
    assert (found.concentration.source, found.concentration.sd) == ("counted: aliquots", None)


def test_a_masked_vial_takes_no_part_and_one_vial_has_no_scatter() -> None:
    """Its SD is then not known, and none is made up."""
    found = ligand(counted({"A05": 19833.94}, sheet=replace(
        WITH_VIALS, placements=WITH_VIALS.placements[:1])))  # fmt: skip
    assert found.concentration is not None
    assert found.concentration.value == pytest.approx(2.02 * NM, rel=1e-6)
    assert found.concentration.sd is None
    assert found.concentration.source == "counted: mean of 1 total-added position"


def test_the_specific_activity_of_the_day_makes_the_concentration() -> None:
    """In carrier it fell by 2^(-46 d / 12.32 y), so the same dpm are more moles."""
    aged = replace(STATED.radioligand, specific_activity_on=date(2026, 1, 15), label="in_carrier")
    found = ligand(counted(protocol=replace(STATED, radioligand=aged)))
    assert found.concentration is not None
    rise = 2 ** (46 / (12.32 * 365.2422))
    assert found.concentration.value == pytest.approx(2.02 * NM * rise, rel=1e-6)


@pytest.mark.parametrize(
    ("protocol", "why"),
    [
        (replace(STATED, assay_volume_ml=None), "the assay volume is not known"),
        (replace(STATED, radioligand=PROTOCOL.radioligand), "the specific activity is not known"),
        (replace(STATED, counting=Counting()), "no dpm is known of its total-added positions"),
    ],
)
def test_vials_that_give_no_concentration_say_why(protocol: Protocol, why: str) -> None:
    """The nominal one is used as before."""
    plate = counted(protocol=protocol)
    found = ligand(plate)
    assert found.concentration is not None
    assert found.concentration.source.startswith("nominal")
    assert why in told(plate)


def test_vials_without_counts_give_no_concentration() -> None:
    """Nothing was added, or the vial is empty: no Ki at no ligand is made of it."""
    plate = counted({"A05": 0.0, "A06": 0.0})
    assert "gives no concentration: without counts" in told(plate)


def test_vials_of_different_groups_are_not_pooled() -> None:
    """Two mixes have no common concentration."""
    apart = tuple(Placement(well, "total_added", group={"mix": well}) for well in VIALS)
    plate = counted(sheet=replace(SHEET, placements=apart))
    assert "its total-added positions are of different groups" in told(plate)
    assert ligand(plate).concentration == ligand_of(plate).concentration


def test_vials_whose_dpm_were_printed_need_no_efficiency() -> None:
    """The counter knows the quench of each."""
    printed: list[Reading] = [
        one._replace(channels=(one.channels[0]._replace(dpm=(one.channels[0].cpm or 0) / 0.41),))
        for one in readings({**COUNTS, **VIALS})
    ]
    found = ligand(assay(printed, replace(STATED, counting=Counting()), WITH_VIALS))
    assert found.concentration is not None
    assert found.concentration.value == pytest.approx(2.02 * NM, rel=1e-6)
