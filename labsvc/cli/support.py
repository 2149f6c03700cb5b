"""labsvc support-bundle: what somebody who helps from afar needs to know, and no more."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from labsvc.cli.options import HomeOption
from labsvc.errors import ConfigError, StoreError
from labsvc.service.home import find_home
from labsvc.service.secrets.bundle import default_name, parts
from labsvc.service.secrets.redaction import HIDDEN
from labsvc.service.secrets.scrub import Scrub, our_words


def register(app: typer.Typer) -> None:
    app.command("support-bundle")(support_bundle)


def support_bundle(
    file: Annotated[Path | None, typer.Argument(help="The new ZIP file.")] = None,
    home: HomeOption = None,
) -> None:
    """Write a ZIP file for whoever helps you: settings without names and secrets, states, versions,
    the database's shape, which checks failed, the newest log. No counts, names or secrets.

    Example: labsvc support-bundle trouble.zip --home /var/lib/labsvc
    """
    now = datetime.now(UTC).replace(microsecond=0)
    target = file or Path(default_name(now))
    content = _packed(parts(find_home(home), now, Scrub(our_words())), now)
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(content)
    except FileExistsError as error:
        raise ConfigError(f"{target} is there already; give the bundle a new name") from error
    except OSError as error:
        raise StoreError(f"cannot write {target}: {error.strerror}") from error
    print(f"{target}: {len(content)} bytes. It is plain text in a ZIP file: look through it, "
          "then send it")  # fmt: skip


def _packed(files: Iterable[tuple[str, str]], at: datetime) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, text in files:
            entry = zipfile.ZipInfo(f"labsvc-support/{name}", at.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            # Once more: whatever was read as a secret is in nothing that leaves.
            pack.writestr(entry, HIDDEN.text(text))
    return out.getvalue()
