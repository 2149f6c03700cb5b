"""How values are kept."""

from __future__ import annotations

from labsvc.store.tables import storable


def test_only_what_no_database_takes_is_written_as_an_escape() -> None:
    assert storable("µ-receptor 受体 \n") == "µ-receptor 受体 \n"
    assert storable("a\x00b\udcf8") == "a\\x00b\\udcf8"
