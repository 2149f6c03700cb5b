"""Runs of the counters whose output is binary or coded, and bench events."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st

from labsvc.driver import Channel, HarvestRun, Quench, Reading, Record, Wash
from tests.drivers.figures import moments, names, run, whole


@st.composite
def ls6500_runs(draw: st.DrawFn) -> list[Record]:
    """A pass over tagged racks, two labels; figures of 32 bits, so of six digits."""
    figure = st.integers(0, 999_999).map(lambda n: n / 100)
    readings = [
        Reading(
            str(n % 12 + 1),
            0,
            tuple(
                Channel(name, cpm=draw(figure), error_2sigma_percent=draw(figure))
                for name in ("Iso1", "Iso2")
            ),
            rack=str(n // 12 + 1),
            live_time_s=draw(st.integers(1, 999)) * 60.0,
            quench=Quench("IC#", draw(figure)),
        )
        for n in range(draw(st.integers(1, 30)))
    ]
    return [run(readings, draw(moments()))]


@st.composite
def ls6000_runs(draw: st.DrawFn) -> list[Record]:
    """Samples of coded items; values may hold anything but the semicolon between items."""
    value = st.text("abcXYZ019 -_.:/()[]{}<>#&%$!?'*+=@^~|`,\"", min_size=1, max_size=40)
    readings = []
    for n in range(1, draw(st.integers(1, 5)) + 1):
        kept = {"D 910": f"I {n}"}
        for number in sorted(draw(st.sets(st.integers(101, 909), max_size=12))):
            kept[f"D {number}"] = f"{draw(st.sampled_from('BHIR'))} {draw(value)}"
        readings.append(Reading(f"sample {n}", 0, extras=kept | {"D 911": f"I {n}"}))
    return [run(readings, None)]


@st.composite
def triathler_runs(draw: st.DrawFn) -> list[Record]:
    """Vials one by one; a spectrum of any bytes."""
    made: list[Record] = []
    for n in range(1, draw(st.integers(1, 3)) + 1):
        at = draw(moments())
        vial = Reading(str(n), 0, (Channel("R", cpm=draw(whole())),), counted_at=at)
        # CR LF CR is read as one line end, as files that went through a program have it.
        spectrum = draw(st.binary(max_size=40).filter(lambda b: not b.endswith(b"\r")))
        made.append(run([vial], at, extras={"spectrum": spectrum.hex()}))
    return made


@st.composite
def harvest_records(draw: st.DrawFn) -> list[Record]:
    """Bench events, with and without times, washes and operators."""
    amounts = st.none() | st.floats(0, 1e6, allow_subnormal=False)
    optional = st.none() | names()
    made: list[Record] = []
    for _ in range(draw(st.integers(1, 6))):
        times = draw(st.none() | moments())
        wash = Wash(draw(amounts), draw(amounts))
        made.append(
            HarvestRun(
                "key",
                draw(names()),
                draw(names()),
                draw(optional),
                times,
                None if times is None else times + timedelta(minutes=draw(st.integers(0, 99))),
                draw(optional),
                draw(st.none() | st.builds((wash,).__mul__, st.integers(0, 9))),
                draw(st.sampled_from((None, "normal", "rotated_180", "mirrored"))),
                draw(optional),
            )
        )
    return made


def event_said(record: Record) -> object:
    assert isinstance(record, HarvestRun)
    return replace(record, run_key="")
