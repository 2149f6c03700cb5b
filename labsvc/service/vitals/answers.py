"""What is answered over HTTP: /healthz, /readyz, /metrics, and POST /reload with the home's token.

Imported only where the settings ask for it.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Protocol

from labsvc.errors import StoreError
from labsvc.service.home import Home
from labsvc.service.registry import Registry
from labsvc.service.reload import Answer, Reloading
from labsvc.service.vitals.health import Vitals, condition
from labsvc.service.vitals.listener import Reply, Routes
from labsvc.service.vitals.lograte import RATE
from labsvc.service.vitals.metrics import KIND, Numbers, exposition
from labsvc.service.vitals.tally import Tally
from labsvc.store.durable import our_disk

TOKEN = "http.token"  # noqa: S105 - the name of the file, in the home
_SHORTEST = 32


class Served(Protocol):
    """The service, as far as it is asked here."""

    home: Home
    registry: Registry
    tally: Tally
    reloading: Reloading

    def vitals(self) -> Vitals: ...
    def reload(self) -> Answer: ...


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers for one service; ``token`` lets in who may have it reloaded."""

    service: Served
    token: str
    clock: Callable[[], datetime]
    started_at: datetime

    @property
    def routes(self) -> Routes:
        return {
            ("GET", "/healthz"): self.healthz,
            ("GET", "/readyz"): self.readyz,
            ("GET", "/metrics"): self.metrics,
            ("POST", "/reload"): self.reload,
        }

    def healthz(self, _headers: Mapping[str, str]) -> Reply:
        """Whether to let it run: 503 when a part is stuck, and only a new start would help."""
        stuck = self.service.vitals().stuck
        words = "\n".join(stuck) if stuck else "ok"
        return _text(HTTPStatus.SERVICE_UNAVAILABLE if stuck else HTTPStatus.OK, words)

    def readyz(self, _headers: Mapping[str, str]) -> Reply:
        """Whether it files, and what is amiss: 503 only when nothing can be filed now."""
        now = condition(self.service.vitals())
        document = {"status": now.status, "reasons": [*now.failing, *now.degraded]}
        return _json(HTTPStatus.SERVICE_UNAVAILABLE if now.failing else HTTPStatus.OK, document)

    def metrics(self, _headers: Mapping[str, str]) -> Reply:
        return Reply(HTTPStatus.OK, exposition(self._numbers()), KIND)

    def reload(self, headers: Mapping[str, str]) -> Reply:
        """Read the settings anew: 200 with what changes, or 422 with what is wrong with them."""
        given = headers.get("authorization", "").encode("utf-8", "replace")
        if not hmac.compare_digest(given, f"Bearer {self.token}".encode()):
            words = f"expected Authorization: Bearer, and the token in {TOKEN} of the home"
            return _text(HTTPStatus.UNAUTHORIZED, words)
        answer = self.service.reload()
        if answer.taken:
            return _json(HTTPStatus.OK, {"taken": True, "changes": list(answer.said)})
        document = {"taken": False, "reason": answer.said[0]}
        return _json(HTTPStatus.UNPROCESSABLE_ENTITY, document)

    def _numbers(self) -> Numbers:
        service, inbox = self.service, self.service.home.inbox.entries()
        return Numbers(
            at=self.clock(),
            started_at=self.started_at,
            vitals=service.vitals(),
            tally=service.tally,
            inbox=len(inbox),
            oldest=min((entry.received_at for entry in inbox), default=None),
            disk_free_bytes=_free(service.home.root),
            totals=_totals(service.home),
            overdue=service.registry.deadline.ever,
            reloads={"taken": service.reloading.taken, "refused": service.reloading.refused},
            lines_held_back=RATE.held_back,
        )


def token_of(root: Path) -> str:
    """The token of a home, made when there is none. Raises StoreError.

    Only the account of the service may read the file.
    """
    path = root / TOKEN
    try:
        known = path.read_text("ascii").strip()
    except (OSError, ValueError):
        known = ""
    if len(known) >= _SHORTEST:
        return known
    made = secrets.token_urlsafe(_SHORTEST)
    with our_disk(path):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            if hasattr(os, "fchmod"):  # one that was there may have been open to others
                os.fchmod(descriptor, 0o600)
            file.write(f"{made}\n")
    return made


def _free(root: Path) -> int | None:
    try:
        return shutil.disk_usage(root).free
    except OSError:
        return None


def _totals(home: Home) -> Mapping[str, int]:
    """None of them while the database cannot be asked: the rest is told all the same."""
    try:
        return home.database.totals()
    except StoreError:
        return {}


def _text(status: HTTPStatus, words: str) -> Reply:
    return Reply(status, f"{words}\n".encode())


def _json(status: HTTPStatus, document: object) -> Reply:
    content = json.dumps(document, ensure_ascii=False, indent=1).encode()
    return Reply(status, content + b"\n", "application/json")
