"""Reports that are still being written: each driver that knows beginnings, cut anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from labsvc.driver import Capture, CountRun, Driver, ParseError
from labsvc.service.demo.day import uptake_run
from tests.bench import NOW, named

SAMPLES = {
    "tricarb-2100tr": "tricarb_2100tr",
    "tricarb": "tricarb",
    "aloka": "aloka",
    "hidex300": "hidex300",
    "wizard2": "wizard2",
}


def samples(driver: str) -> list[Path]:
    folder = Path(__file__).parent / SAMPLES[driver] / "data"
    return sorted(one for one in folder.iterdir() if one.suffix != ".json")


CASES = [
    pytest.param(driver, path, id=f"{driver} {path.name}")
    for driver in SAMPLES
    for path in samples(driver)
]


def capture(content: bytes, name: str = "count.csv") -> Capture:
    return Capture(name, "counter-1", NOW, content)


def begun(driver: Driver, content: bytes) -> CountRun | None:
    """The last run of a beginning; None where it shows none."""
    try:
        runs: Sequence[object] = driver.begun(capture(content))
    except ParseError:
        return None
    if not runs:
        return None
    assert isinstance(runs[-1], CountRun)
    return runs[-1]


def ends(size: int) -> list[int]:
    """A hundred places, in odd steps."""
    return list(range(0, size, max(1, size // 100) | 1))


@pytest.mark.parametrize(("driver", "path"), CASES)
def test_a_beginning_cut_anywhere_holds_whole_readings_of_the_whole_run(
    driver: str, path: Path
) -> None:
    """Never half a figure: each reading of a beginning is a reading of the run it becomes."""
    content, made = path.read_bytes(), named(driver)
    whole = [one for one in made.parse(capture(content)) if isinstance(one, CountRun)]
    keys = {one.run_key for one in whole}
    for end in ends(len(content)):
        found = begun(made, content[:end])
        if found is not None:
            assert found.run_key in keys or driver == "tricarb"
            becomes = [one for run in whole for one in run.readings]
            assert all(one in becomes for one in found.readings)


@pytest.mark.parametrize("driver", ["tricarb", "aloka", "wizard2", "tricarb-2100tr"])
def test_a_reading_is_there_with_its_last_byte(driver: str) -> None:
    """One byte less, and it is not."""
    made, run = named(driver), uptake_run()
    numbered = [one._replace(position=str(n)) for n, one in enumerate(run.readings, start=1)]
    content = made.simulate([replace(run, readings=tuple(numbered))])
    mark = b"9,EOP" if driver == "tricarb-2100tr" else b"\n"
    end = content.rstrip().rfind(mark) + (mark == b"\n")
    found, sooner = begun(made, content[:end]), begun(made, content[: end - 1])
    assert found is not None
    assert sooner is not None
    assert len(found.readings) in (len(uptake_run().readings) - 1, len(uptake_run().readings))
    assert len(sooner.readings) == len(found.readings) - 1


def test_of_several_runs_on_a_line_the_last_one_goes_on() -> None:
    """What came whole before it is framed already; a run with its end mark goes on no more."""
    made = named("tricarb-2100tr")
    content = made.simulate([uptake_run()])
    found = begun(made, content + content[:-200])
    assert found is not None
    assert 0 < len(found.readings) < len(uptake_run().readings)
    assert begun(made, content) is None


def test_a_driver_that_knows_no_beginnings_has_none() -> None:
    """A plate counter's report, and a grid, are written at once."""
    assert begun(named("microbeta"), b"anything") is None
