"""What ships with labsvc."""

from __future__ import annotations

import pytest

from labsvc.errors import ConfigError
from labsvc.service.authoring.shipped import shipped


def test_protocols_and_examples_are_found() -> None:
    """In a checkout they lie beside the packages."""
    assert (shipped("protocols") / "net-nisoxetine-binding.yaml").is_file()
    assert (shipped("deploy") / "example" / "labsvc.yaml").is_file()


def test_what_does_not_ship_is_told() -> None:
    """With the place that was looked at."""
    with pytest.raises(ConfigError, match="the shipped recipes are not installed"):
        shipped("recipes")
