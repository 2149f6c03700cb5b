"""What the protocol says of filter and washes, in the words of the report.

It is what was to be done: nothing a counter prints shows whether it was. What a harvest log tells
of the washes is held against it in ``washing``.
"""

from __future__ import annotations

from collections.abc import Sequence

from labsvc.model.protocol import Step
from labsvc.model.result import Operation


def bench_operations(steps: Sequence[Step]) -> tuple[Operation, ...]:
    """One for each step with a filter or with washes."""
    return tuple(_told(step) for step in steps if step.filter or step.washes)


def _told(step: Step) -> Operation:
    parts = [part for part in (_filter(step), washes_in_words(step.washes, step.wash_ml)) if part]
    where = f" At {step.temperature_c:g} C." if step.temperature_c is not None else ""
    sentence = f"By the protocol: {'; '.join(parts)}.{where}"
    inputs: dict[str, float | str | None] = {}
    if step.washes is not None:
        inputs = {"washes": float(step.washes), "wash_ml": step.wash_ml}
    return Operation(step.name, sentence, inputs)


def _filter(step: Step) -> str:
    if not step.filter:
        return ""
    soaked = f", pre-soaked in {step.presoak}" if step.presoak else ""
    lasting = f" for {step.presoak_minutes:g} min" if step.presoak_minutes is not None else ""
    return f"filter {step.filter}{soaked}{lasting}"


def washes_in_words(washes: int | None, wash_ml: float | None) -> str:
    """``3 washes of 2 mL``, ``1 wash``, ``no washes``; empty where nothing is known."""
    if washes is None:
        return ""
    if washes == 0:
        return "no washes"
    volume = f" of {wash_ml:g} mL" if wash_ml is not None else ""
    return f"{washes} wash{'es' if washes > 1 else ''}{volume}"
