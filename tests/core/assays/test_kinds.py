"""What each kind of assay makes of its run."""

from __future__ import annotations

import pytest

from labsvc.core.assays.kinds import curves_of, kind_findings, reduced, response_label
from labsvc.core.assays.reduce import Reduction, reduce
from labsvc.model.protocol import Kind
from tests.core.bench import assay
from tests.core.vials import Vial, counted, protocol

VIALS = [Vial("vehicle", 1000.0, 1e-9, None, {"minutes": "1"}), Vial("nonspecific", 100.0, 1e-9)]


def of(kind: Kind, response: str) -> Reduction:
    return reduced(counted(protocol(kind, response), VIALS))


def test_inhibition_is_reduced_as_ever() -> None:
    """Curves of inhibition are not made here, and nothing is found beside the checks."""
    plate = assay()
    found = reduced(plate)
    assert found == reduce(plate)
    assert curves_of(plate, found) is None
    assert kind_findings(plate, found, ()) == ()
    assert response_label(plate, found) is None


@pytest.mark.parametrize(
    ("kind", "response", "label"),
    [("saturation_binding", "bound", "Bound (fmol)"),
     ("uptake_kinetics", "rate", "Uptake rate (fmol)"),
     ("time_course", "uptake", "Uptake (fmol)")],
)  # fmt: skip
def test_amounts_have_their_unit_on_the_axis(kind: Kind, response: str, label: str) -> None:
    run = counted(protocol(kind, response), VIALS)
    found = reduced(run)
    assert found.unit == "fmol"
    assert response_label(run, found) == label
    assert found.operations[-1].name == "amount"


def test_a_screen_has_rows_and_no_curves() -> None:
    run = counted(
        protocol("primary_screen", "percent_inhibition"),
        [*VIALS, Vial("sample", 550.0, 1e-5, "A")],
    )
    found = reduced(run)
    assert [one.keys["compound"] for one in found.groups] == ["A"]
    assert curves_of(run, found) == ()
