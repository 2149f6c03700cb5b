"""The demo's mailbox is a real SMTP server that loses nothing."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from pathlib import Path

from labsvc.service.demo.mailbox import Mailbox, messages


def test_every_message_is_kept_in_the_order_of_its_arrival(tmp_path: Path) -> None:
    """Even when the same one is sent twice."""
    mailbox = Mailbox(tmp_path)
    port = mailbox.start()
    with smtplib.SMTP("127.0.0.1", port) as server:
        for subject in ("first", "second", "second"):
            message = EmailMessage()
            message["Subject"], message["From"], message["To"] = subject, "a@x.test", "b@x.test"
            server.send_message(message)
    mailbox.stop()
    kept = [path.read_text() for path in messages(tmp_path)]
    assert ["first" in text for text in kept] == [True, False, False]
    assert ["second" in text for text in kept] == [False, True, True]
