"""Every model that ``labsvc fit`` knows, by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from labsvc.core.models import (
    competition,
    exactcompetition,
    inhibition,
    kineticcompetition,
    kinetics,
    linear,
    saturation,
    tightbinding,
    uptake,
)
from labsvc.core.models.model import Columns, Model

__all__ = ["MODELS", "Columns", "Model"]

FAMILIES = (
    inhibition, competition, exactcompetition, saturation, uptake, kinetics, kineticcompetition,
    tightbinding, linear,
)  # fmt: skip

MODELS: Mapping[str, Model] = MappingProxyType(
    {model.name: model for family in FAMILIES for model in family.MODELS}
)
