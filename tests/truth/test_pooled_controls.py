"""Controls of several plates taken together: every number reckoned again by other means.

The counts are those of the worked example of hsert-5ht-uptake-24: three plates of 24, each with two
vehicle and two non-specific wells.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import curve_fit

from labsvc.model.plate import FORMATS
from labsvc.model.protocol import Protocol
from labsvc.model.result import Result
from labsvc.service.authoring.shipped import shipped
from labsvc.service.protocols.text import parse_protocol
from labsvc.service.protocols.worked import worked

WELLS = list(FORMATS[24].wells())
VEHICLE, BLOCKED = ("A01", "B01"), ("C01", "D01")
PAROXETINE = [f"{row}{column:02d}" for column in range(2, 7) for row in "AB"]
DOSES = np.repeat(1e-8 * 10.0 ** -np.arange(5), 2)


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    file = shipped("protocols") / "hsert-5ht-uptake-24.yaml"
    return parse_protocol(file.read_bytes(), file=file.name)


@pytest.fixture(scope="module")
def result(protocol: Protocol) -> Result:
    assert protocol.example is not None
    return worked(protocol, protocol.example)


@pytest.fixture(scope="module")
def plates(protocol: Protocol) -> list[dict[str, float]]:
    """cpm by well, of each plate."""
    assert protocol.example is not None
    all_readings = (protocol.example.readings, *(one.readings for one in protocol.example.others))
    return [dict(zip(WELLS, map(float, filter(None, one)), strict=True)) for one in all_readings]


def mean(plates: list[dict[str, float]], wells: tuple[str, ...]) -> float:
    return float(np.mean([plate[well] for plate in plates for well in wells]))


def test_the_responses_are_between_the_means_of_all_plates(
    result: Result, plates: list[dict[str, float]]
) -> None:
    """100 x (vehicle - cpm) / (vehicle - blocked), both the mean of six wells on three plates."""
    upper, lower = mean(plates, VEHICLE), mean(plates, BLOCKED)
    expected = {well: 100 * (upper - plates[0][well]) / (upper - lower) for well in WELLS}
    found = {one.position: one.response for one in result.points}
    assert found == pytest.approx(expected, rel=1e-12)
    alone = mean(plates[:1], VEHICLE)
    assert abs(upper - alone) > 30  # or the plate's own controls would do as well


def test_the_ic50_is_that_of_scipy_on_these_responses(
    result: Result, plates: list[dict[str, float]]
) -> None:
    """Slope 1, top and bottom free: to six figures."""
    upper, lower = mean(plates, VEHICLE), mean(plates, BLOCKED)
    responses = np.array([100 * (upper - plates[0][well]) / (upper - lower) for well in PAROXETINE])
    fitted, _ = curve_fit(
        lambda x, top, bottom, log: bottom + (top - bottom) * x / (x + 10.0**log),
        DOSES, responses, p0=(100.0, 0.0, -9.5), xtol=1e-14, ftol=1e-14,
    )  # fmt: skip
    (curve,) = [one for one in result.curves if one.compound == "paroxetine"]
    assert curve.fit is not None
    assert curve.fit.parameters["ic50"].value == pytest.approx(10.0 ** fitted[2], rel=1e-6)
    assert curve.ki is not None
    assert curve.ki.value == pytest.approx(10.0 ** fitted[2] / (1 + 20 / 463), rel=1e-6)


def test_the_plate_is_judged_by_its_own_controls(
    result: Result, plates: list[dict[str, float]]
) -> None:
    """Z' of two and two wells; and how far these lie from those of the run."""
    found = {one.check: one.value for one in result.findings}
    upper, lower = ([plates[0][well] for well in wells] for wells in (VEHICLE, BLOCKED))
    scatter = np.std(upper, ddof=1) + np.std(lower, ddof=1)
    assert found["z_prime"] == pytest.approx(1 - 3 * scatter / (np.mean(upper) - np.mean(lower)))
    window = mean(plates, VEHICLE) - mean(plates, BLOCKED)
    apart = max(abs(np.mean(upper) - mean(plates, VEHICLE)),
                abs(np.mean(lower) - mean(plates, BLOCKED)))  # fmt: skip
    assert found["run_controls_percent"] == pytest.approx(100 * apart / window)
