"""Controls of their own: each compound's vehicle, each rack's window."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labsvc.core.analyse import conclude
from labsvc.core.assays.apart import parts
from labsvc.core.assays.reduce import reduce
from labsvc.model.assay import Assay
from labsvc.model.protocol import Limits, Reduction
from labsvc.model.result import Point, Status
from tests.core.vials import Vial, counted, protocol

OWN_VEHICLE = Reduction("percent_inhibition", vehicle_same=("solvent",))
BY_RACK = Reduction("percent_inhibition", same=("rack",))
CONTROLS = ("vehicle", "nonspecific")


def vial(role: str, cpm: float, compound: str | None = None, **group: str) -> Vial:
    dose = 1e-6 if compound else None
    return Vial(role, cpm, dose, compound, group)  # type: ignore[arg-type]


def run(plan: Reduction, *vials: Vial) -> Assay:
    return counted(protocol("uptake_inhibition", plan.response, reduction=plan), vials)


SOLVENTS = (
    vial("vehicle", 1100.0, solvent="DMSO"), vial("vehicle", 600.0, solvent="ethanol"),
    vial("nonspecific", 100.0),
    vial("sample", 600.0, "A", solvent="DMSO"), vial("sample", 350.0, "B", solvent="ethanol"),
)  # fmt: skip


def test_each_compound_is_compared_with_its_own_vehicle() -> None:
    """Half of 1100 and half of 600, above the blank that all share: 50 % each."""
    found = reduce(run(OWN_VEHICLE, *SOLVENTS))
    assert [one.response for one in found.points[3:]] == [50.0, 50.0]
    assert {kind: one.window.span for kind, one in found.kinds.items()} == {
        "DMSO": 1000.0, "ethanol": 500.0,
    }  # fmt: skip
    assert any(one.sentence.startswith("ethanol: Vehicle: mean 600.0") for one in found.operations)


def test_a_vehicle_may_name_the_compound_it_is_for() -> None:
    plan = replace(OWN_VEHICLE, vehicle_same=("compound",))
    rows = (vial("vehicle", 1100.0), replace(vial("vehicle", 600.0), compound="B"),
            vial("nonspecific", 100.0), vial("sample", 350.0, "B"))  # fmt: skip
    found = reduce(run(plan, *rows))
    assert list(found.kinds) == ["B"]
    assert found.kinds["B"].window.span == 500.0  # its own alone, not pooled with the one for all
    lacking = reduce(run(plan, *rows[:1], *rows[2:]))
    assert lacking.kinds["B"].window.span == 1000.0


def test_each_rack_is_normalised_by_itself_and_makes_one_curve() -> None:
    """The second rack counts twice as much; its replicates are those of the first."""
    once = [vial("vehicle", 1100.0), vial("nonspecific", 100.0), vial("sample", 600.0, "A")]
    rows = (*once, *(replace(one, cpm=2 * one.cpm) for one in once))
    whole = run(BY_RACK, *rows)
    racks = ["1", "1", "1", "2", "2", "2"]
    wells = tuple(well._replace(rack=rack, group={"rack": rack})
                  for well, rack in zip(whole.wells, racks, strict=True))  # fmt: skip
    found = reduce(replace(whole, wells=wells))
    assert [one.response for one in found.points if one.role == "sample"] == [50.0, 50.0]
    assert list(found.kinds) == ["1", "2"]


def test_a_kind_without_its_vehicle_has_no_response_and_is_named() -> None:
    """The others keep theirs; the run is not accepted."""
    result = conclude(run(OWN_VEHICLE, *SOLVENTS[:1], *SOLVENTS[2:]))
    assert [one.response for one in result.points if one.role == "sample"] == [50.0, None]
    (found,) = (one for one in result.findings if one.check == "window")
    assert found.status is Status.FAIL
    assert "The controls of ethanol leave no window" in found.sentence


def test_a_check_is_the_worst_of_all_kinds_by_name() -> None:
    """Signal to background is 11 with DMSO and 6 with ethanol."""
    limits = {"signal_to_background": Limits(warn_low=8.0, source="own")}
    plan = protocol("uptake_inhibition", "percent_inhibition", reduction=OWN_VEHICLE, qc=limits)
    (found,) = (one for one in conclude(counted(plan, SOLVENTS)).findings
                if one.check == "signal_to_background")  # fmt: skip
    assert (found.status, found.value) == (Status.WARN, 6.0)
    assert found.sentence.startswith("ethanol: Signal to background is 6")


def test_replicates_are_judged_by_the_controls_of_their_kind() -> None:
    """50 and 90 cpm are below a fifth of 600 and no replicates of DMSO; 400 and 440 are judged."""
    limits = {"replicate_cv_percent": Limits(warn_high=20.0, source="own")}
    plan = protocol("uptake_inhibition", "percent_inhibition", reduction=OWN_VEHICLE, qc=limits)
    rows = (*SOLVENTS[:3], *(vial("sample", cpm, "A", solvent="DMSO") for cpm in (400.0, 440.0)),
            *(vial("sample", cpm, "B", solvent="ethanol") for cpm in (50.0, 90.0)))  # fmt: skip
    (found,) = (one for one in conclude(counted(plan, rows)).findings
                if one.check == "replicate_cv_percent")  # fmt: skip
    assert found.value == pytest.approx(6.734, abs=1e-3)
    assert found.status is Status.PASS
    assert found.sentence.startswith("DMSO: ")


def test_without_columns_there_are_no_kinds() -> None:
    """Nor without anything to compare."""
    points = [Point("1", "vehicle"), Point("2", "sample", compound="A")]
    assert parts(points, Reduction("percent_inhibition"), CONTROLS) == {}
    assert parts(points[:1], OWN_VEHICLE, CONTROLS) == {}


def test_background_belongs_to_every_kind() -> None:
    points = [Point("1", "background"), Point("2", "sample", group={"solvent": "DMSO"})]
    assert [one.position for one in parts(points, OWN_VEHICLE, CONTROLS)["DMSO"]] == ["1", "2"]


def test_each_kind_has_its_controls_on_every_plate_of_the_run() -> None:
    """DMSO stands on both plates (1100 and 900), ethanol on the other one alone (600)."""
    plan = replace(OWN_VEHICLE, controls="run")
    own = run(plan, vial("vehicle", 1100.0, solvent="DMSO"), vial("nonspecific", 100.0),
              vial("sample", 600.0, "A", solvent="DMSO"),
              vial("sample", 350.0, "B", solvent="ethanol"))  # fmt: skip
    other = run(plan, vial("vehicle", 900.0, solvent="DMSO"), vial("nonspecific", 100.0),
                vial("vehicle", 600.0, solvent="ethanol"))  # fmt: skip
    found = reduce(replace(own, fellows=(other,)))
    assert [one.position for one in found.points] == ["1", "2", "3", "4"]
    assert [one.response for one in found.points[2:]] == pytest.approx([400 / 9, 50.0])
    assert found.of_plate.kinds["DMSO"].window.span == 1000.0
    assert found.kinds["DMSO"].window.span == 900.0
    assert found.of_plate.kinds["ethanol"].window.span == 500.0
