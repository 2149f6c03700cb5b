"""The checks of the plate: a planted fault is named, a clean plate has nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labsvc.core.assays.kinds import reduced
from labsvc.core.assays.reduce import Reduction, Window
from labsvc.core.qc.checks import run_findings
from labsvc.core.qc.measured import Measured
from labsvc.core.qc.platechecks import PLATE_CHECKS, plate_measured, survey
from labsvc.model.assay import Assay
from labsvc.model.plate import row_and_column
from labsvc.model.protocol import Limits
from labsvc.model.result import Status
from tests.core import bench
from tests.core.plates import Fault, clean, plate, protocol


def measured(name: str, fault: Fault = clean) -> Measured:
    assay, reduction = plate(fault)
    return plate_measured(assay, reduction, [name])[name]


@pytest.mark.parametrize("name", [one for one in PLATE_CHECKS if one != "detector_effect_percent"])
def test_a_clean_plate_has_no_effect(name: str) -> None:
    """Its scatter is told all the same."""
    found = measured(name)
    assert found.value == 0.0
    assert "no more than scatter" in found.words


@pytest.mark.parametrize(
    ("name", "fault", "value", "told"),
    [
        ("row_effect_percent", lambda row, column, cpm: cpm * (0.6 if row == 3 else 1), 40,
         "row D \u2212"),
        ("harvester_loss_percent", lambda row, column, cpm: cpm * (0.6 if row == 3 else 1), 40,
         "row D \u2212"),
        ("column_effect_percent", lambda row, column, cpm: cpm * (0.5 if column == 12 else 1), 50,
         "column 12 \u2212"),
        ("drift_percent", lambda row, column, cpm: cpm * (1 + 0.04 * column), 42,
         "across the columns +"),
        ("wash_residue_percent", lambda row, column, cpm: cpm + (150 if column == 12 else 0), 10,
         "column 12 high"),
    ],
)  # fmt: skip
def test_a_planted_fault_is_named_with_its_size(
    name: str, fault: Fault, value: float, told: str
) -> None:
    """Within a seventh: like wells scatter."""
    found = measured(name, fault)
    assert found.value == pytest.approx(value, rel=1 / 7)
    assert told in found.words


def test_an_edge_is_told_where_like_wells_lie_inside() -> None:
    """Rows A and H hold one of each duplicate; the edge reads a third less."""

    def evaporated(row: int, column: int, cpm: float) -> float:
        return cpm * (0.67 if row in (0, 7) or column in (1, 12) else 1)

    found = measured("edge_effect_percent", evaporated)
    assert found.value == pytest.approx(33, abs=5)
    assert found.words.startswith("Edge effect (outer wells \u221232.9")


def detected(dead: str) -> tuple[Assay, Reduction]:
    """Detectors 1 to 4 take two rows each, turn by turn; one of them counts half."""
    assay, _ = plate()

    def counted(well: str, cpm: float) -> tuple[dict[str, str], float]:
        detector = str(row_and_column(well)[0] % 4 + 1)
        return {"Det": detector}, cpm * (0.5 if detector == dead else 1)

    wells = []
    for well in assay.wells:
        assert well.reading is not None
        (channel,) = well.reading.channels
        extras, cpm = counted(well.position, channel.cpm or 0.0)
        reading = well.reading._replace(extras=extras, channels=(channel._replace(cpm=cpm),))
        wells.append(well._replace(reading=reading))
    changed = replace(assay, wells=tuple(wells))
    return changed, reduced(changed)


def test_a_dead_detector_is_told_where_the_report_names_them() -> None:
    """Rows C and G are those of detector 3."""
    found = plate_measured(*detected("3"), ["detector_effect_percent"])["detector_effect_percent"]
    assert found.value == pytest.approx(50, abs=5)
    assert "detector 3 \u2212" in found.words


def test_without_detectors_in_the_report_they_are_not_compared() -> None:
    """Not applicable, and said."""
    found = measured("detector_effect_percent")
    assert (found.value, found.applies) == (None, False)
    assert "says which detector" in found.words


def test_a_dead_detector_of_a_known_head_is_told() -> None:
    """Six detectors in 2 x 3: number 4 counts rows B, D, F, H in columns 1, 4, 7, 10."""
    known = replace(protocol(), counting=replace(protocol().counting, head=(2, 3)))
    assay, reduction = plate(
        lambda row, column, cpm: cpm * (0.5 if row % 2 == 1 and column % 3 == 1 else 1),
        with_protocol=known,
    )
    found = plate_measured(assay, reduction, PLATE_CHECKS)["detector_effect_percent"]
    assert found.value == pytest.approx(50, abs=8)
    assert "detector number 4 \u2212" in found.words


def test_what_like_wells_do_not_show_is_not_applicable() -> None:
    """Vials in racks have no rows; a plate without its 100 % control has no wells to compare."""
    rack = bench.placed(("", "vehicle", 1000.0), ("", "blank", 100.0))
    empty = Reduction((), Window(None, None), ())
    for found in (plate_measured(rack, empty, PLATE_CHECKS), plate_measured(*plate(), ())):
        assert all(one.value is None and not one.applies for one in found.values())
    assert not survey(rack, empty).rows


def test_the_protocol_chooses_the_checks_and_their_limits() -> None:
    """Only those of its qc are made; beyond the limit it warns, in one sentence."""
    limits = {"row_effect_percent": Limits(warn_high=20.0), "edge_effect_percent": Limits()}
    assay, reduction = plate(lambda row, column, cpm: cpm * (0.6 if row == 3 else 1),
                             with_protocol=replace(protocol(), qc=limits))  # fmt: skip
    row, edge = run_findings(assay, reduction)
    assert (row.check, row.status, edge.status) == ("row_effect_percent", Status.WARN, Status.PASS)
    assert row.sentence.endswith(f" is {row.value:.3g} %; expected at most 20 %.")
