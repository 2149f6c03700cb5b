"""Channels beside mail, through Apprise: chat, telephone, pager. An optional part of labsvc.

Apprise is loaded where a message is sent and not before. Its URLs hold passwords: none of them
is in a sentence of ours, and its own log is kept silent.
"""

from __future__ import annotations

import logging
import warnings
from typing import Any

from labsvc.errors import ConfigError, DeliveryError
from labsvc.model.filing import Alert
from labsvc.notify.words import body, one_line, subject

LONGEST = 4000
"""Characters of a message: chat programs take no more."""


def send_through(name: str, url: str, alert: Alert) -> None:
    """Hand the alert to the Apprise URL of the channel ``name``.

    ConfigError when Apprise is not installed or does not know the URL; DeliveryError when it was
    not taken there.
    """
    apprise = _apprise()
    carrier = apprise.Apprise()
    with warnings.catch_warnings():
        # Its services are loaded here. What they import is nothing that anybody here could mend.
        warnings.simplefilter("ignore", DeprecationWarning)
        known = carrier.add(url)
    if not known:
        kind = one_line(url.partition("://")[0])[:20] if "://" in url else "?"
        raise ConfigError(
            f"the URL of channel {name!r} ({kind}://...) is none that Apprise knows; see its "
            "list of services for how it is written"
        )
    taken = carrier.notify(title=subject(alert.subject), body=shortened(body(alert.text)),
                           body_format=apprise.NotifyFormat.TEXT)  # fmt: skip
    if not taken:
        raise DeliveryError(
            f"channel {name!r} did not take the message: it cannot be reached or refused it",
            permanent=False,
        )


def _apprise() -> Any:
    # 60 MB and a third of a second: only where a channel is used.
    try:
        import apprise  # noqa: PLC0415
    except ImportError as error:
        raise ConfigError(
            "channels need the package apprise, which is not installed: install labsvc[apprise]"
        ) from error
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    return apprise


def shortened(text: str) -> str:
    """At most as long as chat programs take it; what is cut off is told."""
    if len(text) <= LONGEST:
        return text
    return text[: LONGEST - 40].rstrip() + "\n... the rest is in the report"
