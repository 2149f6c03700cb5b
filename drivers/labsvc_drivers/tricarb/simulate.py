"""The same dialect written: a QuantaSmart comma-delimited report of a run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from labsvc.driver import Channel, CountRun, Reading, Record, State
from labsvc_drivers.tricarb.preamble import is_warning

FAULTS = ("truncated", "duplicated", "decimal_comma", "wrong_clock")
_COLUMNS = "S#,SMPL_ID,Bq:1,CPMA,A:2S%,LUM,tSIE,Eff Nuc1 In A,Count Time,DPM1"
_DUAL_COLUMNS = (
    "S#,SMPL_ID,Bq:1,Bq:2,CPMA,A:2S%,CPMB,B:2S%,LUM,tSIE,Eff Nuc1 In A,Eff Nuc2 In B,Count Time,"
    "DPM1,DPM2"
)
_FOLDER = "C:\\Packard\\Tricarb\\Results\\Default"
_LARGEST_DPM = 1000.0
_LARGEST_ERROR = 100.0
_STARS = "*****"
_CPM = re.compile(r"^CPM([A-C])$")
_DPM = re.compile(r"^DPM([12])$")
_ERROR = re.compile(r"^([A-C]):2S%$")
_BQ = re.compile(r"^Bq:([12])$")
_EFFICIENCY = re.compile(r"^Eff Nuc[12] In ([A-C])$")


def write_report(records: Sequence[Record], *, fault: str | None = None) -> bytes:
    """The bytes of one report for the one run in ``records``.

    ValueError for a fault of another name, and for anything but one CountRun: a report holds one.
    """
    if fault is not None and fault not in FAULTS:
        raise ValueError(f"no fault {fault!r}; there are {', '.join(FAULTS)}")
    if len(records) != 1 or not isinstance(records[0], CountRun):
        raise ValueError("a QuantaSmart report holds exactly one count run")
    run = records[0]
    if fault == "wrong_clock":
        run = _a_year_behind(run)
    if fault == "duplicated":
        run = _exported_again(run)
    above = _warnings(run) if _warned_first(run) else []
    lines = [*_preamble(run), *above[:1], _columns(run), *_table(run)]
    if fault == "decimal_comma":
        lines = [re.sub(r"(?<=\d)\.(?=\d)", ",", line) for line in lines]
    if fault == "truncated":
        lines[-1] = lines[-1][: len(lines[-1]) // 2]
        return "\r\n".join(lines).encode("cp1252", "replace")
    return "".join(f"{line}\r\n" for line in lines).encode("cp1252", "replace")


def _a_year_behind(run: CountRun) -> CountRun:
    """The counter's computer believes it is 364 days earlier."""
    if run.counted_at is None:
        raise ValueError("a run without a time cannot show a wrong clock")
    paths = ("Raw Results Path", "Output Data Path", "Comma-Delimited File Name")
    extras = {key: value for key, value in run.extras.items() if key not in paths}
    return replace(run, counted_at=run.counted_at - timedelta(days=364), extras=extras)


def _exported_again(run: CountRun) -> CountRun:
    """A replay: the same raw results, written to a folder of their own."""
    folder = f"{_paths(run)['Output Data Path']}\\Replay_20991231_235959"
    written = {
        "Output Data Path": folder,
        "Comma-Delimited File Name": f"{folder}\\Report1.csv",
    }
    return replace(run, extras={**run.extras, **written})


def _paths(run: CountRun) -> dict[str, str]:
    """The paths as the run has them, else as QuantaSmart would make them from name and time."""
    assay = run.program.name or "Assay"
    stamp = run.counted_at.strftime("%Y%m%d_%H%M") if run.counted_at else "undated"
    folder = f"{_FOLDER}\\{assay}\\{stamp}"
    made = {
        "Output Data Path": folder,
        "Raw Results Path": f"{folder}\\{stamp}.results",
        "Comma-Delimited File Name": f"{folder}\\Report1.csv",
        "Assay File Name": f"C:\\Packard\\TriCarb\\Assays\\{assay}.lsa",
    }
    return {key: run.extras.get(key, value) for key, value in made.items()}


def _preamble(run: CountRun) -> Iterator[str]:
    """The lines above the table; what the run does not say is as the counter comes set up."""

    def said(key: str, otherwise: str = "") -> str:
        return f"{key}: {run.extras.get(key, otherwise)}"

    yield from ("Assay Definition", "", "Assay Description:")
    yield run.extras.get("Assay Description", "")
    yield said("Assay Type", "DPM (Dual)" if _is_dual(run) else "DPM (Single)")
    yield said("Report Name", "Report1")
    yield from (f"{key}: {value}" for key, value in _paths(run).items())
    yield from ("", "", "Count Conditions", "")
    yield said("Nuclide", _nuclide(run)) + "      "
    yield "   " + said("Quench Indicator", "tSIE/AEC")
    yield "   " + said("External Std Terminator (sec)", "0.5 2s%")
    yield "   " + said("Pre-Count Delay (min)", "0.00")
    yield "Quench Set:                   "
    yield "   " + said("Low Energy", "3H-UG")
    yield said("Count Time (min)", _preset(run))
    yield said("Count Mode", "Normal") + "                                          "
    cycles, repeats = _most(run, "cycle"), _most(run, "repeat")
    yield f"{said('Assay Count Cycles', cycles)}         {said('Repeat Sample Count', repeats)}"
    yield f"{_vials_a_sample(run)}     {said('Calculate % Reference', 'Off')}        "
    yield from ("", "")
    background = any(c.corrected for r in run.readings for c in r.channels)
    yield said("Background Subtract", "On" if background else "Off")
    yield said("Low CPM Threshold", "Off")
    yield said("2 Sigma % Terminator", "Off")
    yield from ("", "Regions         LL       UL")
    for region, low, high in (("A", "0.0", "18.6"), ("B", "2.0", "18.6"), ("C", "4.0", "18.6")):
        levels = (
            run.extras.get(f"Region {region} LL", low),
            run.extras.get(f"Region {region} UL", high),
        )
        yield f"{region}              {levels[0]}     {levels[1]}"
    yield from ("", "", "Count Corrections", "")
    yield _pairs(run, {"Static Controller": "On", "Luminescence Correction": "On", "GCT": "n/a"})
    yield _pairs(run, {"Colored Samples": "Off", "Heterogeneity Monitor": "Off", "PAC": "Disabled"})
    yield _pairs(run, {"Coincidence Time (nsec)": "18", "Delay Before Burst (nsec)": "75"})
    yield from ("", "")


def _pairs(run: CountRun, otherwise: Mapping[str, str]) -> str:
    """``Static Controller: On         Luminescence Correction: On     GCT: n/a``"""
    said = (f"{key}: {run.extras.get(key, value)}" for key, value in otherwise.items())
    return "     ".join(said)


def _nuclide(run: CountRun) -> str:
    """One nuclide for each label, in the order of the regions: ``3H-14C``."""
    named = {c.name: c.nuclide for r in run.readings for c in r.channels if c.nuclide}
    if _is_dual(run):
        return "-".join(named[region] for region in "AB" if region in named)
    return min(named.values()) if named else "3H"


def _is_dual(run: CountRun) -> bool:
    return "DPM2" in _columns(run).split(",")


def _preset(run: CountRun) -> str:
    times = [r.live_time_s for r in run.readings if r.live_time_s is not None]
    return f"{max(times, default=60.0) / 60:.2f}"


def _most(run: CountRun, what: str) -> str:
    return str(max(getattr(reading, what) for reading in run.readings))


def _vials_a_sample(run: CountRun) -> str:
    """Both spellings are in use: ``#Vials/Sample`` and ``Number of Vials/Sample``."""
    if short := run.extras.get("#Vials/Sample"):
        return f"#Vials/Sample: {short}"
    return f"Number of Vials/Sample: {run.extras.get('Number of Vials/Sample', '1')}"


def _columns(run: CountRun) -> str:
    """As the run has them; a run with a dpm in region B needs those of two labels."""
    second = any(c.name == "B" and c.dpm is not None for r in run.readings for c in r.channels)
    return run.extras.get("Columns", _DUAL_COLUMNS if second else _COLUMNS)


def _warnings(run: CountRun) -> list[str]:
    """The counter's own warnings, without those that reading a report may have added."""
    return [warning for warning in run.warnings if is_warning(warning)]


def _modified(reading: Reading) -> bool:
    return "count_conditions_modified" in reading.flags


def _warned_first(run: CountRun) -> bool:
    """Whether conditions were changed before the first vial: the warning then stands above."""
    counted = [r for r in run.readings if r.state is not State.NOT_COUNTED]
    return bool(counted) and _modified(counted[0])


def _table(run: CountRun) -> Iterator[str]:
    """A line for each reading; a warning stands before the first reading it touched."""
    warnings = _warnings(run)[1 if _warned_first(run) else 0 :]
    names = _columns(run).split(",")
    before = False
    for reading in run.readings:
        if warnings and _modified(reading) and not before and not _warned_first(run):
            yield warnings.pop(0)
        before = _modified(reading)
        if reading.state is State.NOT_COUNTED:
            yield f"Missing vial {_number(reading)}."
        else:
            yield ",".join(_cell(name.strip(), reading) for name in names)
    yield from warnings


def _cell(name: str, reading: Reading) -> str:
    """What is printed under ``name``; blank where the reading does not have it."""
    if name in reading.extras:
        return reading.extras[name]
    match name:
        case "S#":
            return _number(reading)
        case "SMPL_ID":
            return re.sub(r"[,\"\x00-\x1f]", " ", reading.sample or "").strip()
        case "tSIE" | "SIS":
            quench = reading.quench
            return f"{quench.value:.2f}" if quench and quench.kind == name else ""
        case "LUM":
            return "0"
    if name.startswith("Count Time"):
        return _print(reading.live_time_s, 2, per=60)
    return _channel_cell(name, reading)


def _number(reading: Reading) -> str:
    """The vial's number; vials named otherwise are numbered in their order."""
    return reading.position if reading.position.isdecimal() else str(reading.order)


def _channel_cell(name: str, reading: Reading) -> str:
    if match := _CPM.match(name):
        return _print(_of(reading, match[1]).cpm, 3)
    if match := _DPM.match(name):
        return _print(_of(reading, "AB"[int(match[1]) - 1]).dpm, 3, limit=_LARGEST_DPM)
    if match := _BQ.match(name):
        return _print(_of(reading, "AB"[int(match[1]) - 1]).dpm, 3, per=60)
    if match := _ERROR.match(name):
        return _print(_of(reading, match[1]).error_2sigma_percent, 2, limit=_LARGEST_ERROR)
    if match := _EFFICIENCY.match(name):
        return _print(_of(reading, match[1]).efficiency_percent, 2)
    return ""


def _of(reading: Reading, region: str) -> Channel:
    """The region's channel; a run of another counter has one channel, which is region A."""
    named = {channel.name: channel for channel in reading.channels}
    if region == "A" and not named.keys() & {"A", "B", "C"} and reading.channels:
        return reading.channels[0]
    return named.get(region, Channel(region))


def _print(value: float | None, places: int, *, per: float = 1, limit: float = 1e9) -> str:
    """A figure with its column's decimals; stars where it is too wide for the column."""
    if value is None:
        return ""
    shown = f"{value / per:.{places}f}"
    return _STARS if float(shown) >= limit else shown
