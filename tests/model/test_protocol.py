"""A protocol's values."""

from __future__ import annotations

from labsvc.model.protocol import Volumes


def test_the_parts_of_a_well_are_those_that_were_told() -> None:
    """The whole is no part of it, and what was not said has no place."""
    assert Volumes(0.25, radioligand=0.025, buffer=0.2).parts() == {
        "radioligand": 0.025,
        "buffer": 0.2,
    }
    assert Volumes(0.25).parts() == {}
