"""Lutetium-177 on a Hidex 300 SL, as reduced and published by a metrology laboratory.

Source: the raw files and validation tables of CIEMAT's metpyrad, tests/data/hidex300: live time is
Time / DTime, counts are CPM / 60 x live time, u(counts) their root, net u the root of the sum. The
first cycle's figures are restated here.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from pathlib import Path
from typing import Any

import pytest

from labsvc.core.counts.counting import cpm_of, dpm_of
from labsvc.core.counts.decay import days_between, decay_corrected
from labsvc.core.counts.detection import live_seconds, net_rate, two_sigma_percent
from labsvc.core.counts.poisson import cpm_variance
from labsvc.model.protocol import Counting
from labsvc.model.run import Channel, Reading

EXACTLY = 1e-12
Published = dict[str, list[dict[str, str]]]


@dataclass(frozen=True, slots=True)
class Vial:
    """A vial counted once, as printed: cpm, counts, dead-time factor, real seconds, end."""

    cpm: float
    counts: float
    factor: float
    seconds: float
    ended_at: datetime

    @property
    def live(self) -> float:
        live = live_seconds(self.seconds, self.factor)
        assert live is not None
        return live

    @property
    def live_counts(self) -> float:
        return self.cpm / 60 * self.live


BLANK = Vial(83.97, 140, 1.0, 100, datetime(2023, 11, 30, 8, 44, 20))
LUTETIUM = Vial(252623.23, 374237, 1.125, 100, datetime(2023, 11, 30, 8, 47, 44))
TWELVE_DAYS_ON = Vial(72225.71, 116255, 1.035, 100, datetime(2023, 12, 12, 8, 44, 45))
BLANK_THEN = Vial(82.16, 137, 1.0, 100, datetime(2023, 12, 12, 8, 41, 22))


def net_counts(sample: Vial, blank: Vial) -> tuple[float, float]:
    found = net_rate(sample.live_counts, 1.0, blank.live_counts, 1.0)
    assert found is not None
    return found.cpm, found.sd


def test_the_restated_vial_gives_its_published_counts() -> None:
    """88.889 s alive, 374256.637 counts +- 611.765; net of the blank 374116.687 +- 611.880."""
    assert pytest.approx(88.88888888888889, rel=EXACTLY) == LUTETIUM.live
    assert pytest.approx(374256.63703703706, rel=EXACTLY) == LUTETIUM.live_counts
    assert sqrt(LUTETIUM.live_counts) == pytest.approx(611.7651812885701, rel=EXACTLY)
    net, sd = net_counts(LUTETIUM, BLANK)
    assert net == pytest.approx(374116.68703703705, rel=EXACTLY)
    assert sd == pytest.approx(611.8795527201714, rel=EXACTLY)


def test_printed_counts_over_live_time_are_the_printed_cpm() -> None:
    """To the three decimals of the dead-time factor; dead time is not taken off twice."""
    timed = Reading("1", 1, live_time_s=LUTETIUM.live)
    assert cpm_of(timed, Channel("1", counts=LUTETIUM.counts)) == pytest.approx(252623.23, rel=5e-4)
    printed = Channel("1", counts=LUTETIUM.counts, cpm=LUTETIUM.cpm, corrected=("dead_time",))
    assert cpm_of(timed, printed) == 252623.23
    sd = sqrt(cpm_variance(timed, printed) or 0)
    assert sd / LUTETIUM.cpm == pytest.approx((two_sigma_percent(LUTETIUM.counts) or 0) / 200)


def corrected(sample: Vial, blank: Vial, since: datetime) -> float:
    """Net cpm, background first, brought back to ``since``."""
    found = decay_corrected(
        sample.cpm - blank.cpm, None, "177Lu", days_between(since, sample.ended_at)
    )
    assert found is not None
    return found


def test_twelve_days_of_decay_are_taken_back() -> None:
    """28.6 % are left; brought back they are the first count within twice its counting error."""
    first = LUTETIUM.cpm - BLANK.cpm
    found = corrected(TWELVE_DAYS_ON, BLANK_THEN, LUTETIUM.ended_at)
    assert found == pytest.approx(first, rel=2 * sqrt(1 / 374237 + 1 / 116255))
    assert (TWELVE_DAYS_ON.cpm - BLANK_THEN.cpm) / first == pytest.approx(0.2857, abs=1e-4)


@pytest.fixture(scope="module")
def expected(shared: Path) -> Published:
    path = shared / "truth" / "data" / "counting" / "hidex300_lu177.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found["expected"]  # type: ignore[no-any-return]


def vials(expected: Published, kind: str) -> list[tuple[Vial, dict[str, str]]]:
    return [
        (Vial(float(row["Count rate (cpm)"]), float(row["Counts (reading)"]),
              float(row["Dead time"]), float(row["Real time (s)"]),
              datetime.fromisoformat(row["End time"])), row)
        for row in expected[kind]
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["background", "sample"])
def test_every_reading_gives_its_live_time_counts_and_error(expected: Published, kind: str) -> None:
    """Three cycles, two repeats."""
    for vial, row in vials(expected, kind):
        assert vial.live == pytest.approx(float(row["Live time (s)"]), rel=EXACTLY)
        assert vial.live_counts == pytest.approx(float(row["Counts"]), rel=EXACTLY)
        percent = (two_sigma_percent(vial.live_counts) or 0) / 2
        assert percent == pytest.approx(float(row["Counts uncertainty (%)"]), rel=EXACTLY)


def test_every_net_count_has_its_published_error(
    expected: Published,
) -> None:
    """Net counts and the root of the summed variances."""
    samples, blanks = vials(expected, "sample"), vials(expected, "background")
    for (sample, _), (blank, _), row in zip(samples, blanks, expected["net"], strict=True):
        net, sd = net_counts(sample, blank)
        assert sample.cpm - blank.cpm == pytest.approx(float(row["Count rate (cpm)"]))
        assert net == pytest.approx(float(row["Counts"]), rel=EXACTLY)
        assert sd == pytest.approx(float(row["Counts uncertainty"]), rel=EXACTLY)


def test_all_cycles_brought_back_to_the_first_agree(
    expected: Published,
) -> None:
    """Within 1 %, while the rates themselves differ 3.5-fold."""
    pairs = zip(vials(expected, "sample"), vials(expected, "background"), strict=True)
    since = datetime.fromisoformat(expected["sample"][0]["End time"])
    rates = [corrected(sample, blank, since) for (sample, _), (blank, _) in pairs]
    assert max(rates) / min(rates) < 1.01


def test_the_printed_dpm_are_cpm_over_the_printed_tdcr(shared: Path) -> None:
    """To the 0.5 % that three decimals of a TDCR and whole dpm leave."""
    path = shared / "truth" / "data" / "counting" / "hidex300_lu177_readings.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert len(rows) >= 12
    for row in rows:
        efficiency = Channel("1", efficiency_percent=100 * float(row["TDCR"]))
        dpm = dpm_of(float(row["CPM"]), efficiency, Counting())
        assert dpm == pytest.approx(float(row["DPM"]), rel=0.0048)
