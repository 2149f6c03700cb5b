"""The keys of the settings that say where a secret is, and those that no secret may stand in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from labsvc.errors import ConfigError
from labsvc.service.authoring.schema import Name
from labsvc.service.authoring.yamltext import Document
from labsvc.service.authoring.yamltext import Path as Place
from labsvc.service.secrets.places import SecretPlace

_WAYS: Final = ("file", "variable", "keyring")
_WHAT: Final = {"password": "the mail password", "database_password": "the database password"}


def _refused(value: object) -> None:
    # What was found is not quoted: the sentence goes into logs and mails.
    raise ValueError(
        "a password must not stand in the settings. Put it into a file that only the account of "
        "labsvc can read, and name it with password_file; or into the environment "
        "(password_variable) or the system's keyring (password_keyring). Then change the "
        "password: it has been in a file that is copied and mailed about"
    )


def _without_password(text: str) -> str:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        return text  # the database says what is wrong with it
    if url.password is not None or "password" in url.query or "passfile" in url.query:
        raise ValueError(
            "a password must not stand in the database's URL. Name the file that holds it with "
            "database_password_file (or database_password_variable, database_password_keyring), "
            "or use PostgreSQL's own .pgpass; then change the password"
        )
    return text


NotHere = Annotated[None, BeforeValidator(_refused)]
"""A key that people try, and that must not be used."""
Url = Annotated[Name, AfterValidator(_without_password)]


def secret_place(
    document: Document, at: Place, written: BaseModel, prefix: str, base: Path, *,
    user: str = "labsvc",
) -> SecretPlace | None:  # fmt: skip
    """What the keys ``<prefix>_file``, ``_variable``, ``_keyring`` of one section tell.

    None when none is there; ConfigError, with its line, when several are. ``base`` is the folder
    of the settings.
    """
    written_as = {way: getattr(written, f"{prefix}_{way}") for way in _WAYS}
    told: dict[str, Any] = {way: value for way, value in written_as.items() if value is not None}
    if not told:
        return None
    if len(told) > 1:
        found = " and ".join(f"{prefix}_{way}" for way in told)
        raise document.fault(
            (*at, f"{prefix}_{[*told][-1]}"), f"found {found}; a secret has one place"
        )
    if "file" in told:
        told["file"] = _path(document, at, f"{prefix}_file", told["file"])
    return SecretPlace(_WHAT[prefix], user=user, base=base, **told)


def _path(document: Document, at: Place, key: str, text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        fault: ConfigError = document.fault((*at, key), f"{text!r}: there is no such home folder")
        raise fault from error
