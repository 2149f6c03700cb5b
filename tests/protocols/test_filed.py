"""The shipped protocols of each kind through the real line: from the counter's file to a report."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path

import pytest

from labsvc.driver import Channel, CountRun, Instrument, Program, Reading
from labsvc.model.filing import StoredResult
from labsvc.model.plate import FORMATS
from labsvc.model.protocol import Protocol
from labsvc.service.authoring.shipped import shipped
from labsvc.service.protocols.text import parse_protocol
from tests.bench import Bench, bench, named

COUNTED = datetime(2026, 3, 2, 15, 0)
KINDS = {
    "net-nisoxetine-saturation": ("Bound (fmol/mg)", "Kd 8"),
    "net-nisoxetine-homologous": ("Bound (fmol/mg)", "Kd 8"),
    "net-nisoxetine-kinetics": ("Bound (fmol/mg)", "half-life"),
    "net-nisoxetine-screen": ("Inhibition (%)", "SCR-017"),
    "ne-uptake-kinetics": ("Uptake rate (fmol/mg/min)", "Km 37"),
    "ne-uptake-time-course": ("Uptake (fmol/mg)", "Linear to 8 min"),
}


def read(name: str) -> Protocol:
    file = shipped("protocols") / f"{name}.yaml"
    return parse_protocol(file.read_bytes(), file=file.name)


def plate_of(protocol: Protocol) -> str:
    """A plate's name as the protocol recognises it: ``NETSAT-0001``."""
    prefix = re.search(r"\)?>([A-Z0-9]+-)", protocol.recognise.file_name or "")
    return f"{prefix[1]}0001" if prefix else "EXAMPLE-1"


def counted(protocol: Protocol) -> CountRun:
    """The example's readings as its counter would report them."""
    assert protocol.example is not None
    values, plate = protocol.example.readings, protocol.layout.size
    places = list(FORMATS[plate].wells()) if plate else [str(n + 1) for n in range(len(values))]
    readings = [
        _reading(place, order, value or 0.0, plate)
        for order, (place, value) in enumerate(zip(places, values, strict=True), start=1)
    ]
    name = (protocol.recognise.program_name or "").replace("*", " ").strip()
    path = rf"C:\mbw\results\{plate_of(protocol)}_A7_1.txt"
    return CountRun("run", Instrument("PerkinElmer", "counter"), tuple(readings),
                    Program("9", name), COUNTED, extras={"path": path})  # fmt: skip


def _reading(place: str, order: int, value: float, plate: int | None) -> Reading:
    if plate is None:
        channels = tuple(Channel(name, cpm=value) for name in "ABC")
        return Reading(place, order, channels, live_time_s=120.0)
    channel = Channel("1", cpm=value, corrected=("background",))
    return Reading(place, order, (channel,), plate=1, sample=f"Unk_{order}")


def filed(found: Bench, name: str) -> StoredResult:
    """The example of one protocol, put into the inbox as its counter's file."""
    protocol = read(name)
    assert protocol.example is not None
    (found.home.protocols / f"{name}.yaml").write_text(protocol.text, "utf-8")
    sheet = protocol.example.runsheet.replace("EXAMPLE-1", plate_of(protocol))
    found.lay_sheet("example", f"protocol: {name}\n{sheet}".encode())
    driver = protocol.recognise.drivers[0]
    content = named(driver).simulate([counted(protocol)])
    suffix = "csv" if driver == "tricarb" else "txt"
    found.sees(f"{plate_of(protocol)}_A7_1.{suffix}", content, driver=driver)
    return found.only_run()


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_is_filed_judged_and_drawn(name: str, tmp_path: Path) -> None:
    """JSON, report and figures lie in the archive, and say the same."""
    label, said = KINDS[name]
    with bench(tmp_path) as found:
        run = filed(found, name)
        assert (run.protocol, run.verdict) == (name, "accepted")
        (result,) = (json.loads(path.read_text("utf-8")) for path in found.archived("result.json"))
        (report,) = (path.read_text("utf-8") for path in found.archived("report.html"))
        figures = {path.stem for path in found.archived("*.svg")}
    assert result["response"] == label
    assert said in report
    assert label in report
    assert figures & {"curves", "groups"}
