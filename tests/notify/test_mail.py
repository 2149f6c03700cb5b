"""Mail over a real SMTP server on loopback."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import compat32, default

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from labsvc.errors import DeliveryError
from labsvc.model.filing import Alert
from labsvc.notify.mail import MailSettings, ServerAway, compose, send

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
ALERT = Alert(
    key="qc-failed:f3a9c1:1",
    kind="qc-failed",
    subject="[labsvc] QC failed: NET-0414: Z' is 0.12, 3 µM",
    text="Z' is 0.12\n",
    html='<p>Z\' is 0.12</p><img src="cid:figure">',
    created_at=datetime(2026, 3, 2, 12, 0, tzinfo=UTC),
    figure_png=PNG,
)


LAB = MailSettings("127.0.0.1", 25, "labsvc@lab.example", ("anna@lab.example",))


@dataclass
class Mailbox:
    """A mail server's other side; ``answers`` are what it says to a recipient or a message."""

    received: list[bytes] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if "DATA" in self.answers:
            return self.answers["DATA"]
        assert isinstance(envelope.content, bytes)
        self.received.append(envelope.content)
        return "250 OK"

    def messages(self) -> list[EmailMessage]:
        return [message_from_bytes(raw, policy=default) for raw in self.received]


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


def serve(
    mailbox: Mailbox, *, authenticator: Callable[..., AuthResult] | None = None
) -> Controller:
    """A server on a free port of loopback."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(
        mailbox,
        hostname="127.0.0.1",
        port=port,
        server_hostname="mail.example",
        authenticator=authenticator,
        auth_require_tls=False,
    )
    controller.start()
    return controller


@pytest.fixture
def settings(mailbox: Mailbox) -> Iterator[MailSettings]:
    controller = serve(mailbox)
    yield settings_for(controller)
    controller.stop()


def settings_for(controller: Controller) -> MailSettings:
    return MailSettings(
        host="127.0.0.1",
        port=controller.port,
        sender="labsvc@lab.example",
        recipients=("anna@lab.example", "ben@lab.example"),
        starttls=False,
        domain="lab.example",
        timeout_seconds=10.0,
    )


def test_a_message_arrives_with_the_figure_inside(mailbox: Mailbox, settings: MailSettings) -> None:
    """Text and HTML side by side; the HTML's picture is in the mail itself."""
    assert send(compose(ALERT, settings), settings) == ()
    (message,) = mailbox.messages()
    kinds = [part.get_content_type() for part in message.walk()]
    assert kinds == [
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
    ]
    picture = [*message.walk()][-1]
    assert picture["Content-ID"] == "<figure>"
    assert picture.get_content_disposition() == "inline"
    assert picture.get_payload(decode=True) == PNG


@pytest.mark.parametrize(
    "line",
    [
        "[labsvc] Source silent: micro: nothing came since 2026-11-23 21:19 UTC",
        (
            "[labsvc] Run held (simulated): NET-0416_A7_217.txt: not analysed yet: no run sheet "
            "for plate NET-0416 yet (protocol net-nisoxetine-binding recognises\u2026"
        ),
        "[labsvc] " + "\u03bc\u65e5" * 70,
        "[labsvc] " + "x" * 141,
        "[labsvc] an =?utf-8?q?encoded=0D=0ABcc:_thief?= word",
    ],
)
def test_a_subject_is_read_as_it_was_written(line: str) -> None:
    """Folded at 78 characters, no line empty, no blank more or less; nothing in it ends it."""
    sent = compose(replace(ALERT, subject=line), LAB).as_bytes()
    head = sent.partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert not any(one.strip() == b"Subject:" or one.startswith(b"Bcc") for one in head)
    assert all(len(one) <= 78 or b"xxx" in one for one in head)
    raw = message_from_bytes(sent, policy=compat32)["Subject"]
    told = str(make_header(decode_header(raw.replace("\r\n", ""))))
    assert told == line.replace("=?utf-8?q?encoded=0D=0ABcc:_thief?=", "encoded Bcc: thief")


def test_the_headers_say_what_it_is(mailbox: Mailbox, settings: MailSettings) -> None:
    """From a program, for these people, of that time."""
    send(compose(ALERT, settings), settings)
    (message,) = mailbox.messages()
    assert message["Subject"] == ALERT.subject
    assert message["To"] == "anna@lab.example, ben@lab.example"
    assert message["Date"] == "Mon, 02 Mar 2026 12:00:00 +0000"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Labsvc-Key"] == ALERT.key


def test_sent_twice_it_has_the_same_identity(mailbox: Mailbox, settings: MailSettings) -> None:
    """Mail programs that look show it once; another alert has another."""
    for alert in (ALERT, ALERT, replace(ALERT, key="qc-failed:f3a9c1:2")):
        send(compose(alert, settings), settings)
    first, again, other = (message["Message-ID"] for message in mailbox.messages())
    assert first == again != other
    assert first.endswith("@lab.example>")


def test_a_line_break_in_a_name_adds_no_header(mailbox: Mailbox, settings: MailSettings) -> None:
    """Neither in the subject nor in the key."""
    hostile = replace(
        ALERT, subject="A16\r\nBcc: thief@evil.example\r\n\r\n<b>", key="k\nX-Evil: 1"
    )
    send(compose(hostile, settings), settings)
    (message,) = mailbox.messages()
    assert message["Bcc"] is None
    assert message["X-Evil"] is None
    assert message["Subject"] == "A16 Bcc: thief@evil.example <b>"


def test_text_that_is_no_unicode_is_sent_all_the_same(
    mailbox: Mailbox, settings: MailSettings
) -> None:
    """Broken letters of a file name, or a very long line, hold up no alert."""
    odd = replace(ALERT, text="A\udce4 " + "x" * 5000, html="<p>A\udce4</p>", figure_png=None)
    send(compose(odd, settings), settings)
    assert len(mailbox.received) == 1


def test_a_refused_recipient_does_not_stop_the_others(
    mailbox: Mailbox, settings: MailSettings
) -> None:
    """It is told; the message is sent."""
    mailbox.answers["ben@lab.example"] = "550 no such person"
    assert send(compose(ALERT, settings), settings) == ("ben@lab.example",)
    assert len(mailbox.received) == 1


@pytest.mark.parametrize(
    ("answer", "permanent"), [("550 no such person", True), ("450 try later", False)]
)
def test_when_all_recipients_are_refused_the_code_says_for_how_long(
    mailbox: Mailbox, settings: MailSettings, answer: str, permanent: bool
) -> None:
    """5xx for good, 4xx for now; the sentence quotes the server."""
    mailbox.answers = dict.fromkeys(settings.recipients, answer)
    with pytest.raises(DeliveryError, match=answer) as refusal:
        send(compose(ALERT, settings), settings)
    assert refusal.value.permanent is permanent
    assert not isinstance(refusal.value, ServerAway)


@pytest.mark.parametrize(
    ("answer", "permanent"), [("554 looks like spam", True), ("452 mailbox full", False)]
)
def test_a_refused_message_is_told_by_its_code(
    mailbox: Mailbox, settings: MailSettings, answer: str, permanent: bool
) -> None:
    """This message, not the server."""
    mailbox.answers["DATA"] = answer
    with pytest.raises(DeliveryError, match=answer) as refusal:
        send(compose(ALERT, settings), settings)
    assert refusal.value.permanent is permanent


def test_a_server_that_is_away_is_told_apart(settings: MailSettings) -> None:
    """No other message need be tried now."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        away = replace(settings, port=nobody.getsockname()[1])
        with pytest.raises(ServerAway, match=r"127\.0\.0\.1"):
            send(compose(ALERT, away), away)


def test_a_wrong_password_is_no_fault_of_the_message(mailbox: Mailbox) -> None:
    """A person mends it; the messages wait. The password is in no sentence."""

    def refuse(*_: object) -> AuthResult:
        return AuthResult(success=False, handled=False)

    controller = serve(mailbox, authenticator=refuse)
    try:
        settings = replace(settings_for(controller), username="lab", password="s3cret")
        with pytest.raises(ServerAway, match="535") as refusal:
            send(compose(ALERT, settings), settings)
    finally:
        controller.stop()
    assert "s3cret" not in str(refusal.value) + repr(settings)


def test_the_right_password_lets_us_in(mailbox: Mailbox) -> None:
    """And the message arrives."""
    shown: list[object] = []

    def admit(*call: object) -> AuthResult:
        shown.append(call[-1])
        return AuthResult(success=True)

    controller = serve(mailbox, authenticator=admit)
    try:
        settings = replace(settings_for(controller), username="lab", password="s3cret")
        send(compose(ALERT, settings), settings)
    finally:
        controller.stop()
    assert shown == [LoginPassword(b"lab", b"s3cret")]
    assert len(mailbox.received) == 1


def test_a_server_without_encryption_is_not_used_when_it_is_asked_for(
    mailbox: Mailbox, settings: MailSettings
) -> None:
    """Never in the clear against the settings."""
    asked = replace(settings, starttls=True)
    with pytest.raises(ServerAway, match="STARTTLS"):
        send(compose(ALERT, asked), asked)
    assert mailbox.received == []
