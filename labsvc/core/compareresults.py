"""Two filed results side by side: which numbers moved, and by how much.

What is compared is the results' documents (docs/reference/json.md), since an earlier revision is
kept as nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isclose
from typing import Any

from labsvc.model.notation import exact, molar, significant

Value = float | str | None
Json = Mapping[str, Any]

SAME = 1e-9
"""Numbers nearer to each other than this share of them are the same: it is no one's measurement,
but the last digit of another machine's arithmetic."""
_FOLD = 2.0
"""From here on a change is told as so many times, below as percent."""
_POINT_FIGURES = (("counts", ""), ("cpm", ""), ("percent", "%"))


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that a result says. ``section`` and ``name`` make it itself."""

    section: str
    name: str
    value: Value
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that two results say differently; None: that result does not say it."""

    section: str
    name: str
    before: Value
    after: Value
    unit: str = ""

    @property
    def factor(self) -> float | None:
        """``after / before`` of two numbers of one sign; None where there is no such thing."""
        if not isinstance(self.before, int | float) or not isinstance(self.after, int | float):
            return None
        return self.after / self.before if self.before * self.after > 0 else None

    @property
    def change(self) -> str:
        """By how much, in words: ``+12.3 %``, ``3.1 times``, ``+4.2``; empty between words."""
        if self.before is None or self.after is None:
            return "new" if self.before is None else "gone"
        if isinstance(self.before, str) or isinstance(self.after, str):
            return ""
        factor = self.factor
        if factor is None:
            return _signed(self.after - self.before)
        if factor >= _FOLD or factor <= 1 / _FOLD:
            return f"{significant(factor)} times"
        return f"{_signed(100 * (factor - 1))} %"

    def told(self, value: Value) -> str:
        """One side of it for people, with digits enough to tell it from the other."""
        if value is None or isinstance(value, str):
            return value or "–"
        short, other = self._short(value), self.after if value == self.before else self.before
        if isinstance(other, int | float) and self._short(other) == short:
            return f"{exact(value)} {self.unit}".rstrip()
        return short

    def _short(self, value: float) -> str:
        if self.unit == "M":
            return molar(value)
        return f"{significant(value, 4)} {self.unit}".rstrip()


def differences(before: Json, after: Json) -> tuple[Difference, ...]:
    """Everything the two documents say differently, in the order in which a report tells it."""
    one, other = _by_name(facts(before)), _by_name(facts(after))
    found = []
    for key in (*one, *(key for key in other if key not in one)):
        left, right = one.get(key), other.get(key)
        known = left or right
        values = (left.value if left else None, right.value if right else None)
        if known is not None and not _same(*values):
            found.append(Difference(known.section, key[1], *values, known.unit))
    order = list(dict.fromkeys(section for section, _ in (*one, *other)))
    return tuple(sorted(found, key=lambda one: order.index(one.section)))


def facts(document: Json) -> Iterator[Fact]:
    """All that a result's document says which a person would want to see moved."""
    yield Fact("result", "verdict", document["verdict"])
    yield Fact("result", "held because", document["held_because"])
    yield Fact("result", "plate", document["plate_id"])
    yield Fact("result", "counted", document["counted_at_text"])
    yield Fact("result", "operator", document["operator"])
    yield from _versions(document)
    for curve in document["curves"]:
        yield from _curve_facts(curve)
    for group in document["groups"]:
        yield from _group_facts(group)
    for one in document["operations"]:
        for name, value in one["inputs"].items():
            yield Fact("controls and reduction", f"{one['name']}: {name}", value)
    for one in document["constants"]:
        yield Fact("constants", one["name"], one["value"], one["unit"])
        yield Fact("constants", f"{one['name']}: source", one["source"])
    for one in document["findings"]:
        yield Fact("findings", one["check"], one["status"])
        yield Fact("findings", f"{one['check']}: value", one["value"])
        yield Fact("findings", f"{one['check']}: limits", one["limits"])
    for one in document["timeline"]:
        yield Fact("bench steps", f"{one['step']} by {one['source']}", one["at"])
    for one in document.get("masks", ()):
        where = f"{one['rack']}-{one['position']}" if one["rack"] else one["position"]
        yield Fact("masked by people", where, f"{one['reason']} ({one['by']})")
    for point in document["points"]:
        yield from _point_facts(point)


def _versions(document: Json) -> Iterator[Fact]:
    for what in ("protocol", "runsheet"):
        for name, value in (document[what] or {}).items():
            yield Fact("made with", f"{what} {name}".replace("runsheet", "run sheet"), value)
    for name, version in document.get("software", {}).items():
        yield Fact("made with", name, version)


def _curve_facts(curve: Json) -> Iterator[Fact]:
    of, ki, fit = curve["compound"], curve["ki"] or {}, curve["fit"] or {}
    yield Fact("curves", f"{of}: reported", curve["reportable"])
    yield from _with_interval(f"{of}: Ki", ki.get("value"), ki.get("ci95"), "M")
    yield Fact("curves", f"{of}: fit", fit.get("status"))
    yield Fact("curves", f"{of}: points", fit.get("n_points"))
    for name, one in fit.get("parameters", {}).items():
        named = "IC50" if name == "ic50" else name
        yield from _with_interval(f"{of}: {named}", one["value"], one["ci95"], one["unit"])
    yield Fact("curves", f"{of}: remarks", " ".join(fit.get("remarks", ())) or None)


def _with_interval(name: str, value: Value, ends: Any, unit: str) -> Iterator[Fact]:
    low, high = ends or (None, None)
    yield Fact("curves", name, value, unit)
    yield Fact("curves", f"{name}, lower 95 % limit", low, unit)
    yield Fact("curves", f"{name}, upper 95 % limit", high, unit)


def _group_facts(group: Json) -> Iterator[Fact]:
    of = " ".join(value for value in group.values() if isinstance(value, str) and value)
    for name, value in group.items():
        if isinstance(value, int | float):
            yield Fact("groups", f"{of}: {name}", value)
    yield Fact("groups", f"{of}: masked", ", ".join(group["masked"]) or None)


def _point_facts(point: Json) -> Iterator[Fact]:
    where = f"{point['rack']}-{point['position']}" if point["rack"] else point["position"]
    yield Fact("positions", f"{where}: masked", point["masked"])
    yield Fact("positions", f"{where}: holds", f"{point['role']} {point['compound'] or ''}".strip())
    yield Fact("positions", f"{where}: concentration", point["concentration_m"], "M")
    for name, unit in _POINT_FIGURES:
        yield Fact("positions", f"{where}: {name}", point[name], unit)


def _by_name(found: Iterator[Fact]) -> dict[tuple[str, str], Fact]:
    """By section and name; a name that comes again is numbered."""
    known: dict[tuple[str, str], Fact] = {}
    for fact in found:
        name, again = fact.name, 2
        while (fact.section, name) in known:
            name, again = f"{fact.name} ({again})", again + 1
        known[fact.section, name] = fact
    return known


def _same(before: Value, after: Value) -> bool:
    if isinstance(before, int | float) and isinstance(after, int | float):
        return isclose(before, after, rel_tol=SAME, abs_tol=0.0)
    return before == after


def _signed(value: float) -> str:
    return f"+{significant(value)}" if value > 0 else significant(value)
