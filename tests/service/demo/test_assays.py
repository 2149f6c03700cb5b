"""The simulated experiment obeys the law of mass action and the statistics of counting."""

from __future__ import annotations

import numpy as np
import pytest

from labsvc.model.run import Channel
from labsvc.model.runsheet import Placement
from labsvc.service.demo.assays import Truth, ic50_from_ki, inhibited, noisy_cpm, vial_readings

TRUTH = Truth(ic50_m={"imipramine": 36e-9}, total_cpm=1500.0, nonspecific_cpm=100.0)


def test_ki_16_nm_at_1_nm_nisoxetine_and_kd_0_8_nm_is_ic50_36_nm() -> None:
    """Cheng and Prusoff, by hand: 16 x (1 + 1/0.8) = 36."""
    assert ic50_from_ki(16e-9, 1e-9, 0.8e-9) == pytest.approx(36e-9)


@pytest.mark.parametrize(
    ("molar", "cpm"), [(0.0, 1500.0), (36e-9, 800.0), (324e-9, 240.0), (1.0, 100.0)]
)
def test_binding_falls_with_concentration_to_the_nonspecific(molar: float, cpm: float) -> None:
    """Half of the specific binding is left at the IC50, a tenth at nine times that."""
    assert inhibited(TRUTH, "imipramine", molar) == pytest.approx(cpm, abs=0.1)


def test_counts_scatter_as_pipetting_and_poisson_do() -> None:
    """1500 cpm in a minute: 3 % and 1/sqrt(1500) together are 3.96 %."""
    rng = np.random.default_rng(1)
    counted = [noisy_cpm(rng, 1500.0, TRUTH) for _ in range(20_000)]
    assert np.mean(counted) == pytest.approx(1500, rel=0.01)
    assert np.std(counted) / np.mean(counted) == pytest.approx(0.0396, rel=0.03)


def test_a_vial_is_read_in_three_regions_and_tritium_is_in_the_first() -> None:
    """As a Tri-Carb prints it; the background of region C is left."""
    rng = np.random.default_rng(2)
    (reading,) = vial_readings(rng, [Placement("1", "vehicle", "21")], TRUTH)
    a, b, c = (channel_cpm(channel) for channel in reading.channels)
    assert 1300 < a < 1750
    assert c < b < 100
    assert (reading.rack, reading.position) == ("21", "1")


def channel_cpm(channel: Channel) -> float:
    assert channel.cpm is not None
    return channel.cpm
