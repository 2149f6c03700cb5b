"""The volumes, report and alert sections of a protocol."""

from __future__ import annotations

import pytest

from labsvc.model.protocol import Cited, Protocol, Volumes
from labsvc.model.telling import AlertWish, Report
from labsvc.service.protocols.text import lint_protocol, parse_protocol
from tests.service.authoring.test_linting import PROTOCOL

VOLUME = "assay_volume: 0.25 mL\n"


def read(instead: str, written: str = VOLUME) -> Protocol:
    return parse_protocol(PROTOCOL.replace(written, instead).encode(), file="p.yaml")


def faults(instead: str, written: str = VOLUME) -> list[str]:
    found = lint_protocol(PROTOCOL.replace(written, instead).encode(), file="p.yaml")
    return [str(one) for one in found]


def test_the_well_is_the_assay_volume() -> None:
    """Every part in mL, whatever unit it was written in."""
    text = "volumes: {well: 250 uL, radioligand: 25 uL, membrane: 0.2 mL, compound: 25 uL}\n"
    found = read(text)
    assert found.volumes == Volumes(0.25, radioligand=0.025, membrane=0.2, compound=0.025)
    assert found.assay_volume_ml == 0.25
    assert found.volumes.parts() == {"radioligand": 0.025, "membrane": 0.2, "compound": 0.025}


def test_a_report_and_an_alert_are_read() -> None:
    found = read(
        VOLUME
        + "report: {title: NET, curves: [imipramine, LAB-*], unit: uM, without: [readings]}\n"
        + "alert: {to: [a@lab.example], at: review}\n"
    )
    assert found.report == Report("NET", ("imipramine", "LAB-*"), "µM", ("readings",))
    assert found.alert == AlertWish(("a@lab.example",), "review")
    assert read(VOLUME + "alert: {at: accepted}\n").alert == AlertWish((), "accepted")
    assert (read(VOLUME).report, read(VOLUME).alert, read(VOLUME).volumes) == (None, None, None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (VOLUME + "volumes: {well: 250 uL}\n", "told twice; leave assay_volume out"),
        ("volumes: {radioligand: 25 uL}\n", "'well' is missing"),
        ("volumes: {well: 0 uL}\n", "the volume of well must be above zero"),
        ("volumes: {well: 250 uL, compound: 0 uL}\n", "the volume of compound must be above zero"),
        ("volumes: {well: 250 uL, membrane: 300 uL}\n", "more than the 250 uL of the well"),
        ("volumes: {well: 0.25 mL, membrane: 200 mL}\n", "membrane make 200000 uL, more than"),
        ("volumes: {well: 250 uL, ligand: 25 uL}\n", "'ligand' is not a key here"),
        ("report: {}\n", "nothing is said of the report"),
        ("report: {curves: [a, b, a]}\n", "'a' is here twice"),
        ("report: {unit: nm}\n", "'nm' is no unit of a report; write mM, uM, nM or pM"),
        ("report: {without: [qc]}\n", "found 'qc'; expected one of: history, plate"),
        ("report: {without: [reading]}\n", "did you mean 'readings'?"),
        ("alert: {}\n", "nothing is said of the alert"),
        ("alert: {to: [a@lab.example, A@lab.example]}\n", "here twice"),
        ("alert: {to: [lab.example]}\n", "is no mail address; write it such as"),
        ('alert: {to: ["a@b\\r\\nBcc: x@y"]}\n', "invisible character U+000D"),
        ('alert: {to: ["a@b.c,x@y.z"]}\n', "is no mail address"),
        ("alert: {to: a@lab.example}\n", "expected a list"),
        ("alert: {at: rejects}\n", "did you mean 'rejected'?"),
        ("alert: {at: never, to: [a@lab.example]}\n", "'never' tells nobody"),
    ],
)
def test_a_fault_of_these_sections_is_told(text: str, said: str) -> None:
    """One thing wrong gives one sentence."""
    (found,) = faults(text)
    assert said in found


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("  response: percent_specific\n  controls: plates\n", "did you mean 'plate'?"),
        ("  response: percent_specific\n  controls: run\n", None),
    ],
)
def test_controls_are_of_the_plate_or_of_the_run(more: str, said: str | None) -> None:
    found = faults(more, "  response: percent_specific\n")
    assert [said in one for one in found if said] == [True] * len(found)


def test_protein_may_be_told_by_its_concentration() -> None:
    """0.1 mg/mL, of which 200 uL go into a well: 20 ug."""
    volumes = "volumes: {well: 250 uL, membrane: 200 uL}\n"
    found = read(volumes + "protein: {concentration: 0.1 mg/mL, source: BCA}\n").protein
    assert found == Cited(0.02, "mg", "BCA: 0.1 mg/mL, 200 uL in each well")


@pytest.mark.parametrize(
    ("protein", "said"),
    [
        ("concentration: 0.1 mg/mL", "write what brings it in the protocol"),
        ("value: 20 ug, concentration: 0.1 mg/mL", "as 'value', or its 'concentration'"),
        ("value: 0 ug", "must be above zero"),
        ("concentration: 0.1 mg", "is not a concentration of protein"),
    ],
)
def test_what_is_wrong_of_the_protein_is_told(protein: str, said: str) -> None:
    (found,) = faults(f"{VOLUME}protein: {{{protein}, source: BCA}}\n")
    assert said in found
