"""An alert as an e-mail, and its sending.

What belongs to one run, or to one trouble and its end, answers to one message that is never sent:
so mail programs show it as one conversation.

The Message-ID is made from the alert's key: a message that is sent twice, because we fell over
between the sending and the note of it, is shown once by mail programs that look.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass, field
from email.header import Header
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import TYPE_CHECKING, Final

from labsvc.errors import DeliveryError
from labsvc.model.filing import Alert
from labsvc.notify.words import body, one_line, subject

# Loaded where a message leaves: with TLS they take 4 MB, and most services mail now and then.
if TYPE_CHECKING:
    import smtplib

SMTPS_PORT: Final = 465
_PERMANENT: Final = 500
# The server wants a login, or another one, or closes: a person or time mends that for every
# message (RFC 4954, RFC 5321).
_NOT_THE_MESSAGE: Final = frozenset({421, 454, 530, 534, 535, 538})


class _Policy(EmailPolicy):
    """Folds a subject so that it reads as it was written: the library's own folding leaves the
    first line empty before a long subject, and doubles the blank before letters beyond ASCII."""

    def fold(self, name: str, value: str) -> str:
        if name.lower() != "subject":
            return str(super().fold(name, value))
        # What looks encoded was decoded when it was set: it may hold anything.
        line = one_line(str(value))
        plain = line.isascii() and "=?" not in line
        folded = Header(line, "us-ascii" if plain else "utf-8", header_name=name)
        return f"{name}: {folded.encode(linesep=self.linesep)}{self.linesep}"

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() != "subject":
            return super().fold_binary(name, value)
        return self.fold(name, value).encode("ascii")


_POLICY: Final = _Policy(linesep="\r\n")


class ServerAway(DeliveryError):
    """The mail server cannot be reached or will not serve us: no message would fare better."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=False)


@dataclass(frozen=True, slots=True)
class MailSettings:
    """Where mail goes out, and to whom. ``domain`` ends the Message-ID.

    ``starttls`` asks for encryption after the greeting; port 465 is encrypted from the start.
    """

    host: str
    port: int
    sender: str
    recipients: tuple[str, ...]
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    starttls: bool = True
    domain: str = "labsvc.invalid"
    timeout_seconds: float = 20.0


def compose(alert: Alert, settings: MailSettings) -> EmailMessage:
    """Text and HTML side by side, the figure inside the HTML."""
    message = EmailMessage(policy=_POLICY)
    message["Subject"] = subject(alert.subject)
    message["From"] = settings.sender
    message["To"] = ", ".join(settings.recipients)
    message["Date"] = format_datetime(alert.created_at)
    message["Message-ID"] = f"<{_digest(alert.key)[:32]}@{settings.domain}>"
    message["X-Labsvc-Key"] = one_line(alert.key)
    if alert.thread is not None:
        beginning = f"<{_digest(f'thread:{alert.thread}')[:32]}@{settings.domain}>"
        message["In-Reply-To"] = message["References"] = beginning
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(body(alert.text) + "\n", cte="quoted-printable")
    message.add_alternative(body(alert.html) + "\n", subtype="html", cte="quoted-printable")
    if alert.figure_png is not None:
        _html_of(message).add_related(
            alert.figure_png,
            maintype="image",
            subtype="png",
            cid="<figure>",
            filename="figure.png",
            disposition="inline",
        )
    return message


def send(message: EmailMessage, settings: MailSettings) -> tuple[str, ...]:
    """Hand ``message`` to the mail server; the recipients it refused while taking others.

    Raises ServerAway when no message would go out now, and DeliveryError for this message:
    permanent when the server answered with a 5xx code.
    """
    import smtplib  # noqa: PLC0415

    try:
        server = _connected(settings)
        try:
            refused = server.send_message(message, settings.sender, list(settings.recipients))
        finally:
            # The message is accepted or refused by now; how the server says goodbye is no matter.
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
    except smtplib.SMTPRecipientsRefused as error:
        raise _all_refused(error) from error
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        raise _answered(error, settings) from error
    except (smtplib.SMTPException, OSError) as error:
        raise ServerAway(_away(settings, error)) from error
    except UnicodeError as error:
        raise ServerAway(
            f"mail server {settings.host} does not take this user name, password or address: "
            f"letters beyond ASCII cannot be sent to it ({error})"
        ) from error
    return tuple(refused)


def _connected(settings: MailSettings) -> smtplib.SMTP:
    """A server that greeted us and let us in. Raises SMTPException, OSError, UnicodeError."""
    import smtplib  # noqa: PLC0415
    import ssl  # noqa: PLC0415

    timeout = settings.timeout_seconds
    if settings.port == SMTPS_PORT:
        context = ssl.create_default_context()
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            settings.host, settings.port, timeout=timeout, context=context
        )
    else:
        server = smtplib.SMTP(settings.host, settings.port, timeout=timeout)
    try:
        if settings.starttls and settings.port != SMTPS_PORT:
            server.starttls(context=ssl.create_default_context())
        if settings.username is not None:
            server.login(settings.username, settings.password or "")
    except BaseException:
        server.close()
        raise
    return server


def _all_refused(error: smtplib.SMTPRecipientsRefused) -> DeliveryError:
    answers = error.recipients
    told = "; ".join(
        f"'{one_line(who)}': {code} {_words(said)}" for who, (code, said) in answers.items()
    )
    sentence = f"the mail server refused every recipient: {told}"
    codes = {code for code, _ in answers.values()}
    if codes & _NOT_THE_MESSAGE:
        return ServerAway(sentence)
    return DeliveryError(sentence, permanent=min(codes) >= _PERMANENT)


def _answered(
    error: smtplib.SMTPSenderRefused | smtplib.SMTPDataError, settings: MailSettings
) -> DeliveryError:
    import smtplib  # noqa: PLC0415

    what = (
        f"the sender '{settings.sender}'"
        if isinstance(error, smtplib.SMTPSenderRefused)
        else "the message"
    )
    told = (
        f"the mail server {settings.host} refused {what}: "
        f"{error.smtp_code} {_words(error.smtp_error)}"
    )
    if error.smtp_code in _NOT_THE_MESSAGE:
        return ServerAway(told)
    return DeliveryError(told, permanent=error.smtp_code >= _PERMANENT)


def _away(settings: MailSettings, error: Exception) -> str:
    import smtplib  # noqa: PLC0415

    where = f"mail server {settings.host}:{settings.port}"
    match error:
        case smtplib.SMTPAuthenticationError():
            return (
                f"{where} refused user name '{settings.username}' or its password: "
                f"{error.smtp_code} {_words(error.smtp_error)}"
            )
        case smtplib.SMTPResponseException():
            return f"{where} will not serve us: {error.smtp_code} {_words(error.smtp_error)}"
        case _:
            return f"{where} cannot be used: {one_line(str(error)) or type(error).__name__}"


def _words(said: bytes | str) -> str:
    return one_line(said if isinstance(said, str) else said.decode("utf-8", "replace"))


def _html_of(message: EmailMessage) -> EmailMessage:
    found = message.get_body(("html",))
    assert isinstance(found, EmailMessage), "the HTML part was added a moment ago"
    return found


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
