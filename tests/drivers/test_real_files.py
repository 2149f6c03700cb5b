"""``labsvc driver parse --json`` on every real instrument file that is held, in one call.

What each file holds is counted here by small readers of the text that know nothing of labsvc.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

Json = dict[str, Any]

KINDS = {
    "microbeta": ("microbeta_mbw", "*.txt", 13),
    "tricarb": ("tricarb_quantasmart_csv", "*.csv", 71),
    "tricarb-2100tr": ("tricarb_2100tr_serial", "*.bin", 4),
    "wizard2": ("wizard2_2470", "*.csv", 1),
}
ROW = re.compile(r"^\d+,.*$", re.MULTILINE)
MISSING = re.compile(r"^Missing vial (\d+)\.", re.MULTILINE)
LISTED = re.compile(r"^ \t(\S+)\t([A-P]\d\d)\t(\d+)\t([\d.]+)\t\r?$", re.MULTILINE)
GRID_ROW = re.compile(r"^([A-P])\t((?:[-\d]+\t)+)\r?$", re.MULTILINE)
TOTAL = re.compile(r"^Total count rate: *([\d.]+) CCPM", re.MULTILINE)
SERIAL = re.compile(
    r"(\d+),(\d+),(\d+),([\d.]+),([\d.]+),([\d.]+),([\d.]+),([\d.]+),"
    r"(\d\d-\w{3}-\d{4} \d\d:\d\d)"
)


@pytest.fixture(scope="module")
def files(shared: Path) -> dict[str, list[Path]]:
    samples = shared / "formats" / "samples"
    found = {
        driver: sorted((samples / folder).rglob(pattern))
        for driver, (folder, pattern, _) in KINDS.items()
    }
    assert {driver: len(paths) for driver, paths in found.items()} == {
        driver: count for driver, (_, _, count) in KINDS.items()
    }
    return found


@pytest.fixture(scope="module")
def answers(files: dict[str, list[Path]]) -> list[Json]:
    """One call with all of them; some are refused, so it ends with 65."""
    paths = [path for kind in files.values() for path in kind]
    labsvc = str(Path(sys.executable).with_name("labsvc"))
    command = [labsvc, "driver", "parse", "--json", *map(str, paths)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (65, "")
    documents: list[Json] = json.loads(ran.stdout)
    assert [one["file"] for one in documents] == [str(path) for path in paths]
    return documents


def parsed(answers: list[Json], driver: str) -> Iterator[tuple[str, list[Json]]]:
    """The text of each file of runs that the driver read, and its readings."""
    for one in answers:
        counts = [record for record in one.get("records", ()) if record["kind"] == "count"]
        if one.get("driver") == driver and counts:
            yield (
                Path(one["file"]).read_bytes().decode("ascii"),
                [reading for record in counts for reading in record["readings"]],
            )


def test_every_file_is_read_by_its_own_driver_or_refused_with_a_sentence(
    answers: list[Json], files: dict[str, list[Path]]
) -> None:
    """Refused are the two empty files, and no other."""
    driver_of = {str(path): driver for driver, paths in files.items() for path in paths}
    refused = {Path(one["file"]).name: one["error"] for one in answers if "error" in one}
    assert set(refused) == {"empty.txt", "example__empty.txt"}
    assert all(error["message"] and "\n" not in error["message"] for error in refused.values())
    for one in answers:
        assert "error" in one or one["driver"] == driver_of[one["file"]]


def test_every_document_names_its_bytes(answers: list[Json]) -> None:
    """SHA-256, driver and its maturity, completeness, warnings, records."""
    for one in answers:
        if "error" not in one:
            digest = hashlib.sha256(Path(one["file"]).read_bytes()).hexdigest()
            assert (one["sha256"], one["complete"], one["maturity"]) == (digest, True, "beta")
            assert isinstance(one["warnings"], list)
            assert all(record["run_key"] for record in one["records"])


def test_a_microbeta_grid_its_list_and_its_total_agree(answers: list[Json]) -> None:
    """Each cell of the plates is a reading, ``-`` is not counted; the sum is the printed total."""
    for text, readings in parsed(answers, "microbeta"):
        grids = [cell for _, cells in GRID_ROW.findall(text) for cell in cells.split()]
        cpm = [one["channels"][0]["cpm"] if one["channels"] else None for one in readings]
        assert [str(value) if value is not None else "-" for value in cpm] == grids
        listed = [(position, float(counts)) for _, position, counts, _ in LISTED.findall(text)]
        counted = [one for one in readings if one["state"] == "counted"]
        assert [(one["position"], one["channels"][0]["cpm"]) for one in counted] == listed
        total = float(TOTAL.findall(text)[0])
        assert sum(value or 0 for value in cpm) == pytest.approx(total, abs=0.5 * len(listed))


def test_microbeta_places_that_were_not_counted_are_no_zeros(answers: list[Json]) -> None:
    """A dash is not_counted; a printed 0 is counted and zero."""
    states = [
        (one["state"], one["channels"][0]["cpm"] if one["channels"] else None)
        for _, readings in parsed(answers, "microbeta")
        for one in readings
    ]
    assert ("not_counted", None) in states
    assert ("counted", 0) in states
    assert not [1 for state, cpm in states if (state == "counted") != (cpm is not None)]


def test_microbeta_errors_are_the_printed_two_sigma(answers: list[Json]) -> None:
    """In percent, as listed; counts and times that the file does not print are null."""
    for text, readings in parsed(answers, "microbeta"):
        counted = [one for one in readings if one["state"] == "counted"]
        assert [one["channels"][0]["error_2sigma_percent"] for one in counted] == [
            float(error) for *_, error in LISTED.findall(text)
        ]
        assert {one["channels"][0]["counts"] for one in counted} == {None}
        assert {one["live_time_s"] for one in counted} == {None}


def rows_of(text: str) -> list[dict[str, str]]:
    """The table of a QuantaSmart report: sample rows alone."""
    header = next(line for line in text.splitlines() if line.startswith("S#,"))
    return list(csv.DictReader(StringIO("\n".join([header, *ROW.findall(text)]))))


def test_every_vial_of_every_tricarb_report_is_there(answers: list[Json]) -> None:
    """Rows and missing vials, nothing for averages, warnings and blank lines."""
    for text, readings in parsed(answers, "tricarb"):
        missing = [one["position"] for one in readings if one["state"] == "not_counted"]
        counted = [one["position"] for one in readings if one["state"] != "not_counted"]
        assert missing == MISSING.findall(text)
        assert counted == [row["S#"] for row in rows_of(text)]


def test_tricarb_overflow_is_recovered_and_flagged(answers: list[Json]) -> None:
    """Stars for DPM: 60 times Bq, which is printed beside them."""
    hot = 0
    for text, readings in parsed(answers, "tricarb"):
        counted = [one for one in readings if one["state"] != "not_counted"]
        for row, one in zip(rows_of(text), counted, strict=True):
            stars = row["DPM1"].startswith("*")
            assert (one["state"] == "overflow") == stars
            assert ("recovered" in one["flags"]) == stars
            expected = float(row["Bq:1"]) * 60 if stars else float(row["DPM1"])
            assert one["channels"][0]["dpm"] == pytest.approx(expected, rel=0.01)
            hot += stars
    assert hot >= 1


def test_tricarb_count_times_come_from_the_row(answers: list[Json]) -> None:
    """Five reports changed their conditions while they counted; the preamble did not."""
    changed = 0
    for text, readings in parsed(answers, "tricarb"):
        counted = [one for one in readings if one["state"] != "not_counted"]
        printed = [float(row["Count Time"]) * 60 for row in rows_of(text)]
        assert [one["live_time_s"] for one in counted] == pytest.approx(printed)
        changed += len(set(printed)) > 1
    assert changed >= 1


def test_serial_records_are_split_though_nothing_parts_them(answers: list[Json]) -> None:
    """``14:599,14,2``: the time ends where its digits do, and the next record begins."""
    for text, readings in parsed(answers, "tricarb-2100tr"):
        found = SERIAL.findall(text)
        assert [(one["rack"], one["position"]) for one in readings] == [
            (rack, place) for _, rack, place, *_ in found
        ]
        assert [[channel["cpm"] for channel in one["channels"]] for one in readings] == [
            [float(cpm) for cpm in record[4:7]] for record in found
        ]
        assert [one["quench"]["value"] for one in readings] == [float(r[7]) for r in found]
        assert len(readings) == 2


def test_every_figure_of_a_calibration_is_there(answers: list[Json]) -> None:
    """Eight figures in five sections, each with the time that stands above it in the file."""
    reports = [
        (Path(one["file"]).read_text("ascii"), record)
        for one in answers
        for record in one.get("records", ())
        if record["kind"] == "calibration"
    ]
    assert len(reports) == 2
    for text, record in reports:
        printed, when = [], ""
        for line in text.splitlines():
            when = line.partition("PROCESSED - ")[2] or when
            if "=" in line:
                printed.append((float(line.partition("=")[2].split()[0]), when))
        found = [(one["value"], one["performed_at_text"]) for one in record["measures"]]
        assert found == printed
        assert len(found) == 8


def test_every_tube_of_the_gamma_counter_is_there(answers: list[Json]) -> None:
    """430, each with rack, place, counts, cpm and time of its own row."""
    for text, readings in parsed(answers, "wizard2"):
        rows = list(csv.DictReader(StringIO(text)))
        assert len(readings) == len(rows) == 430
        for row, one in zip(rows, readings, strict=True):
            assert (one["rack"], one["position"]) == (row["Rack"], row["Pos"])
            assert one["channels"][0]["counts"] == float(row["I-125 Counts"])
            assert one["channels"][0]["cpm"] == float(row["I-125 CPM"])
            assert one["live_time_s"] == float(row["Time"])
            assert one["counted_at"] == row["Measurement date & time"].replace(" ", "T")
