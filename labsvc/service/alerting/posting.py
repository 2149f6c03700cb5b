"""Messages handed over: by mail or through a channel, as the settings have them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import structlog

from labsvc.errors import ConfigError, DeliveryError
from labsvc.model.filing import Alert
from labsvc.notify.channels import send_through
from labsvc.notify.mail import MailSettings, ServerAway, compose, send
from labsvc.notify.outbox import MOST_PER_HOUR, Outbox
from labsvc.notify.rules import Destination
from labsvc.service.home import Home
from labsvc.service.secrets.redaction import HIDDEN
from labsvc.service.settings import MailAccount, Settings
from labsvc.store.postroom import Postroom

log = structlog.get_logger("labsvc.posting")

Send = Callable[[Alert, Destination], tuple[str, ...]]


def mail_settings(account: MailAccount) -> MailSettings:
    """How mail leaves. ConfigError when the password is not where it is said to be."""
    return MailSettings(
        host=account.host,
        port=account.port,
        sender=account.sender,
        recipients=account.recipients,
        username=account.username,
        password=account.password,
        starttls=account.starttls,
        domain=account.sender.rpartition("@")[2].rstrip(">") or "labsvc.invalid",
    )


def sender(settings: Settings) -> Send | None:
    """What hands an alert over, and gives the recipients that were refused; None: nobody is set.

    It raises DeliveryError or ServerAway. What a person must set right first, such as a channel
    without its URL, is a ServerAway: the messages wait.
    """
    if settings.mail is None and not settings.alerts.channels:
        return None

    def hand_over(alert: Alert, place: Destination) -> tuple[str, ...]:
        try:
            return post_now(settings, alert, place)
        except ConfigError as error:
            raise ServerAway(str(error)) from error
        except DeliveryError as error:
            # A server may repeat in its answer what it was given.
            error.args = (HIDDEN.text(str(error)),)
            raise

    return hand_over


def post_now(settings: Settings, alert: Alert, place: Destination) -> tuple[str, ...]:
    """Send a message without the outbox; the recipients that were refused.

    Raises ConfigError for what a person must set right, and DeliveryError.
    """
    if place.channel is not None:
        channel = settings.alerts.channel(place.channel)
        send_through(channel.name, channel.url.read(), alert)
        return ()
    if settings.mail is None:
        raise ConfigError("labsvc.yaml has no mail section; add host, sender and recipients")
    mine = replace(mail_settings(settings.mail), recipients=place.addresses)
    return send(compose(alert, mine), mine)


def outbox_of(home: Home, clock: Callable[[], datetime]) -> Outbox | None:
    """What sends the alerts of a home by its settings; None where nobody is set."""
    send = sender(home.settings)
    if send is None:
        return None
    mail = home.settings.mail
    return Outbox(
        Postroom(home.database),
        send,
        clock,
        rules=home.settings.alerts.rules,
        most_per_hour=mail.most_per_hour if mail is not None else MOST_PER_HOUR,
    )


def post_at_once(settings: Settings, alert: Alert) -> None:
    """Send what the database cannot keep, to everybody it is for; what fails is logged."""
    send = sender(settings)
    if send is None:
        return
    for place in settings.alerts.rules.destinations(alert):
        try:
            send(alert, place)
        except DeliveryError as error:
            log.error("alert not delivered", subject=alert.subject, reason=str(error))
