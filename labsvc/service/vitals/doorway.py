"""Whether the service can be asked over HTTP. A port in use keeps nobody from filing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from labsvc.errors import ConfigError, StoreError
from labsvc.service.home import Home

if TYPE_CHECKING:
    from labsvc.service.vitals.answers import Served
    from labsvc.service.vitals.listener import Listener

log = structlog.get_logger("labsvc.doorway")


@dataclass(slots=True)
class Doorway:
    """Opened where the settings ask for it; ``trouble`` says in a sentence why it is not."""

    clock: Callable[[], datetime]
    started_at: datetime
    trouble: str | None = field(default=None, init=False)
    _listener: Listener | None = field(default=None, init=False)

    def open(self, service: Served, home: Home) -> None:
        """Listen, if that is asked for and not done yet. What failed is tried at the next call."""
        if home.settings.http is None or self._listener is not None:
            return
        # Only here: a service that nobody asks does not import them.
        from labsvc.service.vitals.answers import Answers, token_of  # noqa: PLC0415
        from labsvc.service.vitals.listener import Listener  # noqa: PLC0415

        try:
            answers = Answers(service, token_of(home.root), self.clock, self.started_at)
            listener = Listener(home.settings.http, answers.routes)
            listener.start()
        except (ConfigError, StoreError) as error:
            self.trouble = str(error)
            log.error("not listening", reason=str(error))
        else:
            self._listener, self.trouble = listener, None

    def close(self) -> None:
        if self._listener is not None:
            self._listener.stop()
