"""What is told of a folder goes with each file that comes from it."""

from __future__ import annotations

from pathlib import Path

from labsvc.capture.foldersettings import FolderSettings
from labsvc.model.locale import Locale
from tests.capture.folderbench import NOON


def test_a_capture_has_what_is_told_of_its_source() -> None:
    """Driver, zone, locale and that it is simulated; a name that is no UTF-8 is spelt out."""
    told = Locale(decimal=",")
    settings = FolderSettings("counter-1", Path("out"), ("*",), 2.0, "tricarb", "Europe/Paris",
                              simulated=True, locale=told)  # fmt: skip
    capture = settings.capture("run\udcff.txt", b"counts", NOON)
    assert (capture.name, capture.source, capture.driver) == (
        r"run\xff.txt",
        "counter-1",
        "tricarb",
    )
    assert (capture.driver, capture.timezone) == ("tricarb", "Europe/Paris")
    assert (capture.locale, capture.simulated) == (told, True)
    assert (capture.content, capture.received_at) == (b"counts", NOON)
