"""Installed drivers, and which of them claims a capture. Distributions are real ones on disk."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from labsvc.driver import Driver, Recognition
from labsvc.errors import ConfigError, NotRecognised
from labsvc.model.capture import Capture
from labsvc.service.registry import Registry, load_drivers
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


def install(
    folder: Path, monkeypatch: pytest.MonkeyPatch, source: str, *, name: str = "acme"
) -> None:
    """A distribution as pip leaves it: a module, and its dist-info with the entry point."""
    module = f"acme_driver_{folder.name}".replace("-", "_")
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
        ("import does_not_exist", "ModuleNotFoundError at import: No module"),
        ("raise SystemExit(3)", "SystemExit at import: 3"),
        ("class Acme: pass", "is not a labsvc driver"),
        (GOOD.replace("def parse", "def pars"), "TypeError at import: Can't instantiate"),
    ],
)
def test_a_driver_that_fails_at_import_is_disabled_and_the_others_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, why: str
) -> None:
    """The reason is kept, and told to whoever asks for it by name."""
    install(tmp_path, monkeypatch, source)
    registry = load_drivers()
    assert why in registry.disabled["acme"]
    assert registry.claim(capture("a.txt", report("NET-1"))) == "microbeta"
    with pytest.raises(ConfigError, match="driver 'acme' is disabled: "):
        registry.named("acme")


def test_of_two_drivers_with_one_name_one_stands_and_the_other_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never one in place of the other without a word."""
    install(tmp_path, monkeypatch, GOOD, name="microbeta")
    registry = load_drivers()
    (told,) = registry.disabled
    assert told.startswith("microbeta (")
    assert registry.disabled[told] == "another driver has this name already"


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
    with pytest.raises(NotRecognised, match="2 drivers claim it: one and two; name one of them"):
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
