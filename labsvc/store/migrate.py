"""The database brought to the newest migration, without any file but those of this package."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from labsvc.errors import ConfigError
from labsvc.store.engine import reading, writing
from labsvc.store.tables import HEAD

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(engine: Engine) -> None:
    """All migrations that are due, in one transaction. ConfigError when a newer labsvc was here."""
    with reading(engine) as connection:
        if version_of(connection) == HEAD:
            return
    with writing(engine) as connection:
        _upgrade(connection)


def version_of(connection: Connection) -> str | None:
    """The migration the database is at; None: it is new."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _upgrade(connection: Connection) -> None:
    # Imported here: it costs time and memory at every start, and is used once in a release.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    # Without it alembic would split the path of the folder at its spaces.
    config.set_main_option("path_separator", "os")
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    version = version_of(connection)
    if version is not None and version not in known:
        raise ConfigError(
            f"the database is at migration '{version}', which this labsvc does not know "
            f"(its newest is '{HEAD}'): a newer labsvc has used it; install that one again"
        )
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
