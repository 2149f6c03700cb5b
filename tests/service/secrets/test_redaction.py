"""Secrets that are never told."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from labsvc.errors import DeliveryError
from labsvc.model.filing import Alert
from labsvc.notify.rules import Destination
from labsvc.service.alerting.posting import sender
from labsvc.service.secrets.redaction import BLANK, Redaction
from labsvc.service.settings import read_settings

SCRIPT = """
import structlog
from labsvc.service.vitals.logs import set_up_logs
from labsvc.service.secrets.places import SecretPlace
set_up_logs()
log = structlog.get_logger("x")
SecretPlace("the mail password", variable="PW").read()
log.warning("s3cret&word told", reason="refused s3cret&word", far={"a": ["s3cret%26word"]})
try:
    raise ValueError("postgresql://lab:other-one@host and s3cret&word")
except ValueError:
    log.exception("it failed")
"""


def test_what_was_read_is_in_no_line_of_the_log() -> None:
    """Neither in the event nor in its words, nor in a traceback; nor is a password in a URL."""
    ran = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True,
                         env={"PW": "s3cret&word"})  # fmt: skip
    first, second = map(json.loads, ran.stderr.splitlines())
    assert (first["event"], first["far"]) == (f"{BLANK} told", {"a": [BLANK]})
    assert f"postgresql://lab:{BLANK}@host and {BLANK}" in second["exception"]
    assert "other-one" not in ran.stderr
    assert "cret" not in ran.stderr.replace(BLANK, "")


def test_a_secret_is_blanked_as_errors_quote_it() -> None:
    """They show a text as Python writes it, with its backslashes doubled."""
    hidden, secret = Redaction(), "pa\\ss\twö'rd"
    hidden.learn(secret)
    assert hidden.text(f"refused {secret!r}") == f'refused "{BLANK}"'


def test_of_two_secrets_the_longer_goes_first() -> None:
    """Else the end of it would stay."""
    hidden = Redaction()
    hidden.learn("word")
    hidden.learn("wordlonger")
    assert hidden.text("a wordlonger, a word") == f"a {BLANK}, a {BLANK}"


def test_numbers_and_what_is_no_secret_stay() -> None:
    hidden = Redaction()
    hidden.learn("a")  # too short to be one
    event = {
        "event": "a capture",
        "took_ms": 3,
        "share": 0.5,
        "port": "socket://host:4001",
        "n": None,
    }
    assert hidden(None, "info", dict(event)) == event


def test_what_is_no_text_is_told_as_text_and_blanked() -> None:
    """An error handed to the log as it is; and nothing nested without end."""
    hidden = Redaction()
    hidden.learn("s3cret")
    deep: list[object] = []
    deep.append(deep)
    assert hidden.value(ValueError("s3cret")) == BLANK
    assert BLANK in str(hidden.value(deep))


class Parrot:
    """A mail server that repeats the password it was told in its refusal."""

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
        return "554 no mail with the password s3cret-of-ours"


def test_what_a_mail_server_repeats_is_in_no_error_that_is_kept(tmp_path: Path) -> None:
    """The error of a message stands in the database, the status and the log."""
    (tmp_path / "pw").write_text("s3cret-of-ours")
    (tmp_path / "labsvc.yaml").write_text(
        "mail: {host: 127.0.0.1, port: 2525, sender: a@b.invalid, recipients: [c@d.invalid],\n"
        "       starttls: false, password_file: pw}\n"
    )
    settings = read_settings(tmp_path / "labsvc.yaml")
    assert settings.mail is not None
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(Parrot(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        send = sender(replace(settings, mail=replace(settings.mail, port=port)))
        assert send is not None
        alert = Alert("k", "test", "s", "t", "<p>t</p>", datetime(2026, 3, 2, tzinfo=UTC))
        with pytest.raises(DeliveryError, match="no mail with the password") as caught:
            send(alert, Destination("mail", addresses=("c@d.invalid",)))
    finally:
        controller.stop()
    assert "s3cret" not in str(caught.value)
