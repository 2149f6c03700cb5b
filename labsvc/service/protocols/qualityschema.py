"""The keys of a protocol's quality sections: qc, reference, hits (docs/reference/protocol.md)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic import WithJsonSchema as Json

from labsvc.core.qc.defaultlimits import DEFAULTS
from labsvc.model.protocol import Limits
from labsvc.service.authoring.schema import MolarRange, Name, Percent, Sentence, Strict, nearest


class LimitsText(Strict):
    fail_below: float | None = Field(default=None, alias="fail below")
    warn_below: float | None = Field(default=None, alias="warn below")
    warn_above: float | None = Field(default=None, alias="warn above")
    fail_above: float | None = Field(default=None, alias="fail above")
    source: Sentence


class HitsText(Strict):
    """From which inhibition on a compound of a screen is a hit."""

    at_least: Percent
    source: Sentence


class ReferenceText(Strict):
    compound: Name
    ki: MolarRange | None = None
    ic50: MolarRange | None = None
    kd: MolarRange | None = None
    km: MolarRange | None = None
    source: Sentence


ACCEPTED: tuple[Literal["ki", "ic50", "kd", "km"], ...] = ("ki", "ic50", "kd", "km")
"""Of a reference compound, the constants of which one has its accepted range."""

CHECKS = tuple(DEFAULTS)


def _check_name(text: str) -> str:
    if text not in CHECKS:
        raise ValueError(f"{text!r} is no check{nearest(text, list(CHECKS))}")
    return text


CheckName = Annotated[
    str, AfterValidator(_check_name), Json({"type": "string", "enum": list(CHECKS)})
]


def _no_word(limits: object) -> object:
    if isinstance(limits, str):
        raise ValueError(
            f"found {limits!r}; write default, or limits such as {{warn above: 20, source: ours}}"
        )
    return limits


Limited = Annotated[
    LimitsText,
    BeforeValidator(_no_word),
    Json({"anyOf": [{"const": "default"}, LimitsText.model_json_schema()]}),
]


def with_defaults(qc: Any) -> Any:
    """``z_prime: default`` written out."""
    if not isinstance(qc, dict):
        return qc
    return {
        name: _written(DEFAULTS[name]) if limits == "default" and name in DEFAULTS else limits
        for name, limits in qc.items()
    }


def _written(limits: Limits) -> dict[str, float | str]:
    written = {
        "fail below": limits.fail_low, "warn below": limits.warn_low,
        "warn above": limits.warn_high, "fail above": limits.fail_high,
    }  # fmt: skip
    given = {key: value for key, value in written.items() if value is not None}
    return {**given, "source": f"default of labsvc; {limits.source}"}
