"""Installed drivers, and which of them claims a capture. Distributions are real ones on disk."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import pytest

from labsvc.driver import Channel, CountRun, Driver, Instrument, Program, Reading, Recognition
from labsvc.errors import ConfigError, NotRecognised, ParseError
from labsvc.model.capture import Capture
from labsvc.model.joined import Part, joined, parts_of
from labsvc.service.guards.deadline import Deadline, DriverOverdue
from labsvc.service.registry import Registry, from_outside, load_drivers
from tests.bench import capture, harvest, report

GOOD = """
from labsvc.driver import Driver, Recognition

class Acme(Driver):
    title = "Acme counter"
    maturity = "draft"
    def recognises(self, capture): return Recognition.yes("always")
    def parse(self, capture): return []
    def simulate(self, records, *, fault=None): return b""
"""


class Claims(Driver):
    """Claims everything."""

    title = "claims"
    maturity = "draft"

    def recognises(self, capture: Capture) -> Recognition:
        return Recognition.yes("always")

    def parse(self, capture: Capture) -> list[object]:  # type: ignore[override]
        return []

    def simulate(self, records: object, *, fault: str | None = None) -> bytes:
        return b""


class Raises(Claims):
    """Breaks its promise never to raise."""

    def recognises(self, capture: Capture) -> Recognition:
        raise KeyError("head")


class Mute(Claims):
    """Forgets to answer."""

    def recognises(self, capture: Capture) -> Recognition:
        return None  # type: ignore[return-value]


def install(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    source: str,
    *,
    name: str = "acme",
    brand: str = "acme",
) -> None:
    """A distribution as pip leaves it: a module, and its dist-info with the entry point."""
    module = f"{brand}_driver_{folder.name}".replace("-", "_")
    (folder / f"{module}.py").write_text(source, "utf-8")
    told = folder / f"{module}-1.0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
    (told / "entry_points.txt").write_text(f"[labsvc.drivers]\n{name} = {module}:Acme\n")
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delitem(sys.modules, module, raising=False)


def test_a_driver_from_another_distribution_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its entry point, beside the built-in ones."""
    install(tmp_path, monkeypatch, GOOD)
    registry = load_drivers()
    assert registry.named("acme").title == "Acme counter"
    assert set(registry.drivers) >= {"acme", "harvest", "microbeta", "tricarb", "wizard2"}


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("import does_not_exist", "cannot be imported: ModuleNotFoundError: No module"),
        ("raise SystemExit(3)", "cannot be imported: SystemExit: 3"),
        ("def", "cannot be imported: SyntaxError: invalid syntax"),
        ("raise ValueError('a\\nb' * 999)", "cannot be imported: ValueError: a ba ba b"),
        ("Acne = 1", "cannot be imported: AttributeError: module"),
        ("class Acme: pass", "is no labsvc driver; expected a class derived from"),
        ("def Acme(): pass", "is no labsvc driver; expected a class derived from"),
        (GOOD.replace("def parse", "def pars"), "Acme lacks parse: every driver"),
        (f"{GOOD}    def __init__(self): raise OSError('no licence')", "made: OSError: no licence"),
        (f"{GOOD}    def __init__(self, port): pass", "cannot be made: TypeError: "),
        (GOOD.replace("title =", "name ="), "has the title None; expected the instrument's name"),
        (GOOD.replace('"draft"', "7"), "has the maturity 7; expected draft or beta or stable"),
        (f'{GOOD}    files = "*.txt"', "has files of type str; expected Files or None"),
        (f"{GOOD}    serial = 9600", "has a serial of type int; expected SerialLine or None"),
    ],
)
def test_a_driver_that_is_unfit_is_disabled_and_the_others_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, why: str
) -> None:
    """At import, as a class or when it is made; the reason is told to whoever asks for it."""
    install(tmp_path, monkeypatch, source)
    registry = load_drivers()
    assert why in registry.disabled["acme"]
    assert len(registry.disabled["acme"].splitlines()) == 1
    assert len(registry.disabled["acme"]) < 450
    assert registry.claim(capture("a.txt", report("NET-1"))) == "microbeta"
    with pytest.raises(ConfigError, match="driver 'acme' is disabled: "):
        registry.named("acme")


def test_what_labsvc_brings_keeps_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another distribution's driver never reads in its place, wherever on the path it lies."""
    install(tmp_path, monkeypatch, GOOD, name="microbeta")
    registry = load_drivers()
    assert registry.named("microbeta").title != "Acme counter"
    ((label, why),) = registry.disabled.items()
    assert label.startswith("microbeta (acme_driver_")
    assert "labsvc brings a driver of this name, which stands" in why


def test_of_two_drivers_from_outside_with_one_name_none_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which of them reads a lab's files is not left to the order of a search path."""
    install(tmp_path, monkeypatch, GOOD)
    install(tmp_path, monkeypatch, GOOD, brand="apex")
    registry = load_drivers()
    assert "acme" not in registry.drivers
    told = registry.disabled["acme"]
    assert told.startswith("2 drivers have this name: acme_driver_")
    assert " and apex_driver_" in told
    assert registry.claim(capture("a.txt", report("NET-1"))) == "microbeta"


def test_a_source_of_a_disabled_driver_is_barred_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not one that names no driver, nor one that names what was never there: a slip of the pen."""
    install(tmp_path, monkeypatch, "import does_not_exist")
    sources = {"one": "acme", "two": "microbeta", "three": None, "four": "acne"}
    (barred,) = load_drivers().barred(sources).items()
    assert barred[0] == "one"
    assert barred[1].startswith("its driver 'acme' is disabled: acme_driver_")


def test_no_driver_claims_it() -> None:
    """Every driver says why not, with the line."""
    with pytest.raises(NotRecognised) as caught:
        load_drivers().claim(capture("notes.txt", b"Dear diary\n"))
    assert str(caught.value).startswith("no driver recognises it; ")
    for name in load_drivers().drivers:
        assert f"{name}: " in str(caught.value)


def test_two_drivers_claim_it() -> None:
    """Both are named, with what to do; neither is tried."""
    registry = Registry({"one": Claims(), "two": Claims()})
    with pytest.raises(
        NotRecognised, match=r"2 drivers claim it: one \(.+\) and two \(.+\); name one"
    ):
        registry.claim(capture("a.txt", b"bytes"))


def test_a_source_settles_which_driver() -> None:
    """What its source names is not asked of the others."""
    registry = Registry({"one": Claims(), "two": Claims()})
    assert registry.claim(capture("a.txt", b"bytes", driver="two")) == "two"


def test_an_empty_file_is_refused_before_any_driver_is_asked() -> None:
    """Blanks and NULs, as a copy that never came leaves them, are empty too."""
    for content in (b"", b"\x00" * 4096, b"\r\n \t\r\n"):
        with pytest.raises(NotRecognised, match="the file is empty"):
            Registry({"one": Claims()}).claim(capture("a.txt", content))


def test_a_driver_that_raises_while_it_looks_rules_itself_out() -> None:
    """Another driver's file is still its own."""
    registry = Registry({**load_drivers().drivers, "raises": Raises()})
    assert registry.claim(capture("h.csv", harvest("NET-1"))) == "harvest"
    with pytest.raises(NotRecognised, match="raises: it failed with KeyError: 'head'"):
        registry.claim(capture("notes.txt", b"Dear diary\n"))


def test_a_driver_that_answers_nothing_rules_itself_out() -> None:
    """A forgotten return is not the end of the worker."""
    registry = Registry({**load_drivers().drivers, "mute": Mute()})
    assert registry.claim(capture("h.csv", harvest("NET-1"))) == "harvest"
    with pytest.raises(NotRecognised, match="mute: it answered NoneType instead of Recognition"):
        registry.claim(capture("notes.txt", b"Dear diary\n"))


def test_in_safe_mode_nothing_from_outside_is_even_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its module is not imported; labsvc's own drivers are there, and the others are named."""
    install(tmp_path, monkeypatch, "raise SystemExit('imported')")
    assert from_outside() == ["acme"]
    registry = load_drivers(safe=True)
    assert registry.safe
    assert list(registry.disabled) == ["acme"]
    assert registry.disabled["acme"].startswith("not loaded in safe mode (acme_driver_")
    assert registry.drivers.keys() == load_drivers().drivers.keys()


class Hangs(Claims):
    """Never answers, and never comes back from a report."""

    def recognises(self, capture: Capture) -> Recognition:
        while True:
            pass

    def parse(self, capture: Capture) -> list[object]:  # type: ignore[override]
        while True:
            pass


def test_a_driver_that_hangs_over_a_file_rules_itself_out() -> None:
    """The one that knows it gets it."""
    registry = Registry({"hangs": Hangs(), "claims": Claims()}, deadline=Deadline(0.5))
    assert registry.claim(capture("a.txt", b"bytes")) == "claims"
    why = registry.weigh(capture("a.txt", b"bytes"))["hangs"].why
    assert "driver hangs had not finished after 0.5 s" in why


def test_a_report_that_takes_too_long_is_given_up() -> None:
    """As an error of this capture."""
    registry = Registry({"hangs": Hangs()}, deadline=Deadline(0.05))
    with pytest.raises(DriverOverdue, match="driver hangs had not finished"):
        registry.parse("hangs", capture("a.txt", b"bytes"))


def vials(*numbers: int) -> bytes:
    """So many vials of a Triathler, each a file, joined."""
    driver = load_drivers().named("triathler")
    when = datetime(2026, 3, 2, 9)
    runs = {
        n: CountRun(
            "",
            Instrument("Hidex"),
            (Reading(str(n), 1, (Channel("R", cpm=9.0),)),),
            Program(name="X"),
            counted_at=when.replace(minute=n),
        )
        for n in numbers
    }
    return joined(Part(f"{n}.bin", driver.simulate([run])) for n, run in runs.items())


def test_joined_files_are_read_as_one_run() -> None:
    """Each by the driver that claims them all; other bytes as ever."""
    registry = load_drivers()
    brought = capture("run.zip", vials(2, 1))
    assert registry.claim(brought) == "triathler"
    (run,) = registry.parse("triathler", brought)
    assert isinstance(run, CountRun)
    assert [one.position for one in run.readings] == ["1", "2"]


def test_joined_files_of_which_one_is_none_of_its_driver_s_are_refused_and_it_is_named() -> None:
    """Whole or nothing: a run with a hole in it is not filed."""
    registry = load_drivers()
    parts = (*(parts_of(vials(1)) or ()), Part("notes.bin", b"see lab book"))
    brought = capture("run.zip", joined(parts))
    with pytest.raises(NotRecognised, match=r"in its part 'notes.bin': no driver recognises it"):
        registry.claim(brought)
    with pytest.raises(ParseError, match=r"in its part 'notes.bin': "):
        registry.parse("triathler", brought)
    with pytest.raises(NotRecognised, match="expected files of one counter"):
        registry.claim(capture("run.zip", joined([])))
