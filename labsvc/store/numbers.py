"""Any filed number, run after run: of a finding, of a curve, or the mean cpm of a role.

Of each run the latest revision counts, at the place where its first was filed: what is analysed
again does not move to the end. Held runs have no numbers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, Select, Text, case, distinct, func, null, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import GenericFunction

from labsvc.store.database import Database
from labsvc.store.tables import findings, fits, readings, results

OF_CURVES = ("ki", "ic50", "hill", "top", "bottom")
"""The numbers of a curve that have a column of their own; others stand in the document."""
WITH_LOTS = 500
"""Lots stand in the documents, which are large: so many of the newest are looked into."""
_TWICE = ("reference: ", "curve_top: ", "curve_bottom: ")  # findings of a curve's number

_first, _last = results.alias("first"), results.alias("last")
_later = select(_last.c.run_id, func.max(_last.c.revision).label("revision")).group_by(
    _last.c.run_id
).subquery()  # fmt: skip


@dataclass(frozen=True, slots=True)
class Numbered:
    """One filed number of one run. ``at``: when the run was filed first."""

    run: str
    at: datetime
    value: float
    protocol: str | None
    accepted: bool
    simulated: bool
    lots: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Listed:
    """A number that can be charted, with the runs of one protocol that have it."""

    name: str
    protocol: str | None
    runs: int


class _lots_of(GenericFunction[str]):  # noqa: N801 - as SQLAlchemy names functions
    """The lots within a document, as JSON text."""

    type = Text()
    inherit_cache = True


@compiles(_lots_of, "sqlite")
def _of_sqlite(element: Any, compiler: Any, **more: Any) -> str:
    return f"json_extract({compiler.process(element.clauses, **more)}, '$.lots')"


@compiles(_lots_of, "postgresql")
def _of_postgresql(element: Any, compiler: Any, **more: Any) -> str:
    return f"CAST(CAST({compiler.process(element.clauses, **more)} AS json) -> 'lots' AS text)"


def finding_numbers(database: Database, check: str) -> list[Numbered]:
    """The value of this finding in every run that has one, in the order of filing."""
    mine = findings.c.check_name == check
    query = _runs(findings.c.value).join(findings, _of_result(findings))
    return _numbered(database, query.where(mine, findings.c.value.is_not(None)), findings)


def curve_numbers(database: Database, number: str, compound: str) -> list[Numbered]:
    """One of ``OF_CURVES``; an IC50 or Ki that is only bounded is no number."""
    column = fits.c[number]
    query = _runs(column).join(fits, _of_result(fits))
    query = query.where(fits.c.compound == compound, column.is_not(None))
    return _numbered(database, query.where(fits.c.qualifier.is_(None)), fits)


def parameter_numbers(database: Database, parameter: str, compound: str) -> list[Numbered]:
    """A fitted parameter that has no column of its own (Kd, Bmax): from the filed documents."""
    holding = select(fits.c.ordinal).where(_of_result(fits), fits.c.compound == compound).exists()
    query = _runs(results.c.document.label("value")).where(holding).order_by(_first.c.sequence)
    return [
        _one(row, value)
        for row in database.rows(query)
        for value in _parameters(json.loads(row.value), parameter, compound)
    ]


def cpm_numbers(database: Database, role: str) -> list[Numbered]:
    """The mean cpm of the positions in a role that are not masked."""
    mean = (
        select(func.avg(readings.c.cpm))
        .where(_of_result(readings), readings.c.role == role, readings.c.masked.is_(None))
        .scalar_subquery()
    )
    query = _runs(mean.label("value")).order_by(_first.c.sequence)
    return [_one(row, row.value) for row in database.rows(query) if row.value is not None]


def listed(database: Database) -> list[Listed]:
    """What two runs or more of a protocol have: findings, curves, cpm of controls."""
    every = [
        *_listed(database, findings, "", findings.c.check_name, findings.c.value.is_not(None)),
        *(one for number in OF_CURVES for one in _listed(
            database, fits, f"{number}: ", fits.c.compound,
            fits.c[number].is_not(None) & fits.c.qualifier.is_(None))),
        *_listed(database, readings, "cpm: ", readings.c.role,
                 readings.c.cpm.is_not(None) & readings.c.role.not_in(("sample", "reference"))),
        *_further(database),
    ]  # fmt: skip
    unique = {(one.name, one.protocol): one for one in every
              if one.runs > 1 and not one.name.startswith(_TWICE)}  # fmt: skip
    return sorted(unique.values(), key=lambda one: (one.protocol or "", one.name))


def _further(database: Database) -> Iterator[Listed]:
    """Parameters without a column, as the newest run of each protocol with curves has them; the
    runs are those with a fit of that compound, without a look into each document."""
    newest = select(func.max(results.c.sequence)).join(fits, _of_result(fits)).group_by(
        results.c.protocol
    )  # fmt: skip
    fitted = {
        (one.name, one.protocol): one.runs
        for one in _listed(database, fits, "", fits.c.compound, fits.c.compound.is_not(None))
    }
    query = select(results.c.protocol, results.c.document).where(results.c.sequence.in_(newest))
    for row in database.rows(query):
        for parameter, compound in _named_parameters(json.loads(row.document)):
            runs = fitted.get((compound, row.protocol), 0)
            yield Listed(f"{parameter}: {compound}", row.protocol, runs)


def _named_parameters(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for curve in document["curves"]:
        for name in (curve["fit"] or {}).get("parameters", {}):
            if name not in OF_CURVES and not name.startswith("log10_"):
                yield name, curve["compound"]


def _listed(
    database: Database,
    table: Any,
    prefix: str,
    name: ColumnElement[str],
    known: ColumnElement[bool],
) -> list[Listed]:
    runs = func.count(distinct(results.c.run_id)).label("runs")
    query = (
        select(name.label("name"), results.c.protocol, runs)
        .select_from(results)
        .join(_later, _is_latest())
        .join(table, _of_result(table))
        .where(known)
        .group_by(name, results.c.protocol)
    )
    return [Listed(prefix + row.name, row.protocol, row.runs) for row in database.rows(query)]


def _runs(value: ColumnElement[Any]) -> Select[Any]:
    """Every run in its latest revision, with ``value``; the lots of the newest ones only."""
    newest = select(func.max(_last.c.sequence)).scalar_subquery()
    told = _lots_of(results.c.document)
    lots = case((results.c.sequence > newest - WITH_LOTS, told), else_=null()).label("lots")
    return (
        select(results.c.run_id, _first.c.filed_at, value.label("value"), results.c.protocol,
               results.c.verdict, results.c.simulated, lots)
        .select_from(results)
        .join(_later, _is_latest())
        .join(_first, (_first.c.run_id == results.c.run_id) & (_first.c.revision == 1))
    )  # fmt: skip


def _is_latest() -> ColumnElement[bool]:
    return (_later.c.run_id == results.c.run_id) & (_later.c.revision == results.c.revision)


def _of_result(table: Any) -> ColumnElement[bool]:
    mine: ColumnElement[bool] = (table.c.run_id == results.c.run_id) & (
        table.c.revision == results.c.revision
    )
    return mine


def _numbered(database: Database, query: Select[Any], table: Any) -> list[Numbered]:
    in_order = query.order_by(_first.c.sequence, table.c.ordinal)
    return [_one(row, row.value) for row in database.rows(in_order)]


def _one(row: Row[Any], value: float) -> Numbered:
    accepted = row.verdict == "accepted"
    return Numbered(row.run_id, row.filed_at, float(value), row.protocol, accepted, row.simulated,
                    _read_lots(row.lots or "{}"))  # fmt: skip


@lru_cache(maxsize=1024)  # runs share their lots
def _read_lots(text: str) -> Mapping[str, str]:
    lots: dict[str, str] = json.loads(text)
    return lots


def _parameters(document: Mapping[str, Any], name: str, compound: str) -> Sequence[float]:
    found = [
        (curve["fit"] or {}).get("parameters", {}).get(name, {}).get("value")
        for curve in document["curves"]
        if curve["compound"] == compound
    ]
    return [one for one in found if one is not None]
