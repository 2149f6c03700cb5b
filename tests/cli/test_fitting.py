"""labsvc fit and labsvc models, as typed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from labsvc.core.models import MODELS
from tests.cli.conftest import Labsvc

# Treloar 1974 (Bates & Watts 1988): rate of puromycin-treated cells at each ppm.
PUROMYCIN = """x,y
0.02,76
0.02,47
0.06,97
0.06,107
0.11,123
0.11,139
0.22,159
0.22,152
0.56,191
0.56,201
1.10,207
1.10,200
"""
KEYS = {"model", "status", "n_points", "parameters", "residual_ss", "residual_sd",
        "degrees_of_freedom", "r_squared", "aicc", "qualifier", "remarks"}  # fmt: skip


@pytest.fixture
def data(tmp_path: Path) -> Path:
    file = tmp_path / "puromycin.csv"
    file.write_text(PUROMYCIN, encoding="utf-8")
    return file


def test_a_fit_is_the_contracts_document(labsvc: Labsvc, data: Path) -> None:
    """Keys, and the published values with their errors."""
    document = labsvc("fit", data, "--model", "michaelis_menten", "--json").json
    assert set(document) >= KEYS
    assert (document["status"], document["n_points"]) == ("converged", 12)
    assert document["degrees_of_freedom"] == 10
    vmax = document["parameters"]["vmax"]
    assert set(vmax) == {"value", "unit", "stderr", "ci95", "ci_method", "fixed"}
    assert vmax["value"] == pytest.approx(212.68374, rel=1e-7)
    assert vmax["stderr"] == pytest.approx(6.947155, rel=1e-6)
    assert vmax["ci95"] == pytest.approx([197.30193, 229.28905], rel=1e-6)
    assert list(document["parameters"]) == ["km", "log10_km", "vmax"]


def test_a_fit_is_a_table_otherwise(labsvc: Labsvc, data: Path) -> None:
    ran = labsvc("fit", data, "--model", "michaelis_menten", "--y-unit", "cpm")
    lines = [line.split() for line in ran.out.splitlines()]
    assert lines[0] == ["michaelis_menten", "CONVERGED", "12", "points"]
    assert ["vmax", "212.7", "6.947", "197.3", "to", "229.3", "(profile)", "cpm"] in lines


def test_units_weights_and_fixed_parameters_are_taken(labsvc: Labsvc, data: Path) -> None:
    """In nM, 1/y by the predicted value; km by its unit."""
    weighted = labsvc("fit", data, "--model", "michaelis_menten", "--x-unit", "nM",
                      "--weights", "1/y", "--json").json  # fmt: skip
    assert weighted["parameters"]["km"]["value"] == pytest.approx(0.0567294791e-9, rel=1e-7)
    held = labsvc("fit", data, "--model", "michaelis_menten", "--x-unit", "nM",
                  "--fix", "km=64.1 pM", "--json").json  # fmt: skip
    assert held["parameters"]["km"]["fixed"] is True
    assert held["parameters"]["km"]["value"] == pytest.approx(6.41e-11)


def test_series_are_fitted_each_or_together(labsvc: Labsvc, tmp_path: Path) -> None:
    """{"fits": ...} by name; what is shared is the same in all."""
    x = np.geomspace(1e-9, 1e-6, 7)
    rows = [f"{one},{vmax * one / (2e-8 + one) + one * 1e5},{name}"
            for name, vmax in (("a", 10), ("b", 30)) for one in x]  # fmt: skip
    file = tmp_path / "two.csv"
    file.write_text("x,y,series\n" + "\n".join(rows), encoding="utf-8")
    each = labsvc("fit", file, "--model", "michaelis_menten", "--json").json["fits"]
    assert list(each) == ["a", "b"]
    both = labsvc("fit", file, "--model", "michaelis_menten", "--share", "km", "--json").json
    km = [both["fits"][name]["parameters"]["km"] for name in "ab"]
    assert km[0] == km[1]
    assert both["fits"]["a"]["degrees_of_freedom"] == 11
    assert "sharing km" in both["fits"]["a"]["remarks"][0]


def test_what_is_shared_may_be_named_in_either_way(labsvc: Labsvc, tmp_path: Path) -> None:
    """``--share km,vmax`` and ``--share km --share vmax`` are one question."""
    file = tmp_path / "two.csv"
    rows = [f"{x},{10 * x / (2 + x) + off},{name}" for name, off in (("a", 0.1), ("b", -0.1))
            for x in (0.5, 1, 2, 4, 9)]  # fmt: skip
    file.write_text("x,y,series\n" + "\n".join(rows), encoding="utf-8")
    model = ("--model", "michaelis_menten", "--x-unit", "uM", "--json")
    once = labsvc("fit", file, *model, "--share", "km,vmax").json
    twice = labsvc("fit", file, *model, "--share", "km", "--share", "vmax").json
    assert once == twice
    assert "sharing km, vmax" in once["fits"]["a"]["remarks"][0]


def test_constants_may_have_a_unit(labsvc: Labsvc, tmp_path: Path) -> None:
    """kd = 1.1 nM: Ki by Cheng-Prusoff."""
    x = np.geomspace(1e-11, 1e-6, 11)
    file = tmp_path / "competition.csv"
    body = "\n".join(f"{one},{100 / (1 + one / 8.9e-9) + 0.1 * (k % 3)}" for k, one in enumerate(x))
    file.write_text(f"x,y\n{body}\n", encoding="utf-8")
    found = labsvc("fit", file, "--model", "one_site_ki", "--const", "kd=1.1 nM",
                   "--const", "radioligand=2e-9", "--json").json["parameters"]  # fmt: skip
    assert found["ic50"]["value"] / found["ki"]["value"] == pytest.approx(1 + 2 / 1.1)


def test_added_cpm_become_molar_by_the_constants(labsvc: Labsvc, tmp_path: Path) -> None:
    """Prism's way of giving ligand: cpm, with volume and specific activity."""
    kd, most, factor = 5e-10, 2e-9, 1e12 * 0.25 * 75
    added = np.geomspace(2e-11, 1e-8, 8)
    total = kd + added + most
    bound = (total - np.sqrt(total**2 - 4 * added * most)) / 2
    file = tmp_path / "depletion.csv"
    rows = [f"{a * factor},{b * factor}" for a, b in zip(added, bound, strict=True)]
    file.write_text("x,y\n" + "\n".join(rows), encoding="utf-8")
    found = labsvc("fit", file, "--model", "saturation_depletion", "--x-unit", "cpm", "--fix",
                   "ns=0", "--const", "volume_ml=250 uL", "--const", "cpm_per_fmol=75",
                   "--json").json  # fmt: skip
    assert found["parameters"]["kd"]["value"] == pytest.approx(kd, rel=1e-6)


def test_a_fit_that_is_no_answer_is_no_error(labsvc: Labsvc, tmp_path: Path) -> None:
    """Two concentrations: exit 0, nulls, and the reason."""
    file = tmp_path / "two.csv"
    file.write_text("x,y\n" + "1e-9,5\n1e-8,7\n" * 5, encoding="utf-8")
    ran = labsvc("fit", file, "--model", "saturation_specific", "--json")
    assert ran.code == 0
    assert ran.json["status"] == "too_few_points"
    assert ran.json["parameters"]["kd"]["value"] is None
    assert "10 usable points at 2 places" in ran.json["remarks"][0]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--model", "x"], "labsvc: model: found 'x', expected one of inhibition_3pl"),
        (["--model", "linear", "--fix", "slope"], "found 'slope', expected NAME=VALUE"),
        (["--model", "linear", "--fix", "slope=a"], "slope: found 'a', expected a number"),
        (["--model", "one_site_ki"], "const: one_site_ki needs radioligand"),
        (["--model", "one_site_ki", "--const", "kd=5 min"], "is not a concentration"),
        (["--model", "linear", "--weights", "w"], "weights: found 'w'"),
        (["--model", "michaelis_menten", "--x-unit", "ppm"], "x-unit: found 'ppm', expected"),
        (["--model", "michaelis_menten", "--conc-unit", "s"], "conc-unit: found 's', expected"),
        (["--model", "michaelis_menten", "--share", "kd"], "share: found 'kd', expected one of km"),
    ],
)
def test_a_wrong_command_line_is_one_sentence(
    labsvc: Labsvc, data: Path, options: list[str], sentence: str
) -> None:
    """Exit code 2, nothing on standard output."""
    ran = labsvc("fit", data, *options)
    assert (ran.code, ran.out) == (2, "")
    assert sentence in ran.sentence


@pytest.mark.parametrize("text", ["", "x,y\n1,a\n", "a,b\n1,2\n", "\x00\x01"])
def test_a_table_that_is_none_is_one_sentence(labsvc: Labsvc, tmp_path: Path, text: str) -> None:
    """Exit code 65, with the name of the file."""
    file = tmp_path / "odd.csv"
    file.write_text(text, encoding="utf-8")
    ran = labsvc("fit", file, "--model", "linear")
    assert (ran.code, ran.out) == (65, "")
    assert ran.sentence.startswith("labsvc: odd.csv: ")


def test_a_file_that_is_not_there_is_said(labsvc: Labsvc) -> None:
    ran = labsvc("fit", "none.csv", "--model", "linear")
    assert (ran.code, ran.sentence) == (
        65, "labsvc: none.csv: cannot be read (No such file or directory)"
    )  # fmt: skip


def test_what_a_table_says_is_never_obeyed_by_the_terminal(labsvc: Labsvc, tmp_path: Path) -> None:
    """A series named by an escape sequence."""
    file = tmp_path / "odd.csv"
    file.write_text("x,y,series\n" + "1,2,\x1b[2Ja\n2,3,\x1b[2Ja\n" + "1,2,b\n", encoding="utf-8")
    assert "\x1b" not in labsvc("fit", file, "--model", "linear").out


def test_models_are_listed(labsvc: Labsvc) -> None:
    """With formula, parameters, units, constants and source."""
    listed = {one["name"]: one for one in labsvc("models", "--json").json}
    assert list(listed) == list(MODELS)
    ki = listed["one_site_ki"]
    assert ki["constants"][0]["name"] == "radioligand"
    assert {one["name"]: one["unit"] for one in ki["parameters"]} == {
        "ki": "M", "top": "response", "bottom": "response"
    }  # fmt: skip
    assert all(one["formula"] and one["source"] for one in listed.values())
    text = labsvc("models").out
    assert all(f"{name}: " in text for name in MODELS)
