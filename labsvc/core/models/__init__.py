"""Every model that ``labsvc fit`` knows, by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from labsvc.core.models import (
    competition,
    inhibition,
    kinetics,
    linear,
    saturation,
    tightbinding,
    uptake,
)
from labsvc.core.models.model import Columns, Model

__all__ = ["MODELS", "Columns", "Model"]

MODELS: Mapping[str, Model] = MappingProxyType(
    {
        model.name: model
        for family in (inhibition, competition, saturation, uptake, kinetics, tightbinding, linear)
        for model in family.MODELS
    }
)
