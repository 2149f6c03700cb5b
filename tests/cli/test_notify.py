"""labsvc notify test."""

from __future__ import annotations

import email
import json
import threading
from collections.abc import Iterator
from email.policy import default
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from labsvc.service.demo.mailbox import Mailbox, messages
from tests.cli.conftest import Labsvc

MAIL = (
    "mail: {{host: 127.0.0.1, port: {port}, starttls: false, sender: labsvc@lab.invalid,"
    " recipients: [lab@lab.invalid]}}\n"
)
ROUTES = """alerts:
  channels: [{name: phone, url_file: phone.url}]
  routes: [{name: night, to: [duty@lab.invalid], channel: phone}]
"""


def test_a_test_message_goes_through_the_mail_settings(
    labsvc: Labsvc, home: Path, tmp_path: Path
) -> None:
    """To every recipient, and the command says where to."""
    (tmp_path / "mailbox").mkdir()
    mailbox = Mailbox(tmp_path / "mailbox")
    port = mailbox.start()
    (home / "labsvc.yaml").write_text(
        f"lab: Transporter lab\nmail: {{host: 127.0.0.1, port: {port}, starttls: false, "
        "sender: labsvc@lab.invalid, recipients: [a@lab.invalid, b@lab.invalid]}\n"
    )
    ran = labsvc("notify", "test", "--home", home)
    mailbox.stop()
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == f"sent to a@lab.invalid, b@lab.invalid through 127.0.0.1:{port}\n"
    (kept,) = messages(tmp_path / "mailbox")
    mail = email.message_from_bytes(kept.read_bytes(), policy=default)
    assert "Transporter lab" in mail.get_body().get_content()  # type: ignore[union-attr]


def test_a_mail_server_that_is_away_is_told(labsvc: Labsvc, home: Path) -> None:
    """One sentence, exit code 1."""
    (home / "labsvc.yaml").write_text(
        "mail: {host: 127.0.0.1, port: 1, starttls: false, sender: a@b.invalid,"
        " recipients: [c@b.invalid]}\n"
    )
    ran = labsvc("notify", "test", "--home", home)
    assert (ran.code, ran.out) == (1, "")
    assert ran.sentence.startswith("labsvc: mail server 127.0.0.1:1 cannot be used: ")


def test_no_mail_settings_are_told(labsvc: Labsvc, home: Path) -> None:
    """With what to add."""
    ran = labsvc("notify", "test", "--home", home)
    assert (ran.code, ran.sentence) == (
        78, "labsvc: labsvc.yaml has no mail section; add host, sender and recipients",
    )  # fmt: skip


@pytest.fixture
def phone() -> Iterator[tuple[str, list[bytes]]]:
    """A service that takes messages over HTTP, and what it got."""
    got: list[bytes] = []

    class Taker(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing on standard error."""

    server = HTTPServer(("127.0.0.1", 0), Taker)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"json://user:s3cret@127.0.0.1:{server.server_port}/", got
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_route_is_tried_to_its_end(
    labsvc: Labsvc, home: Path, tmp_path: Path, phone: tuple[str, list[bytes]]
) -> None:
    """Its own recipients, and its channel, whose URL stands in a file of its own."""
    (tmp_path / "mailbox").mkdir()
    mailbox = Mailbox(tmp_path / "mailbox")
    port = mailbox.start()
    (home / "labsvc.yaml").write_text(MAIL.format(port=port) + ROUTES)
    (home / "phone.url").write_text(phone[0] + "\n")
    ran = labsvc("notify", "test", "--route", "night", "--home", home)
    mailbox.stop()
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        f"sent to duty@lab.invalid through 127.0.0.1:{port}\nsent through channel phone\n"
    )
    (kept,) = messages(tmp_path / "mailbox")
    assert email.message_from_bytes(kept.read_bytes())["To"] == "duty@lab.invalid"
    (told,) = phone[1]
    assert json.loads(told)["title"] == "[labsvc] test message"


def test_a_channel_that_does_not_answer_is_told_without_its_url(labsvc: Labsvc, home: Path) -> None:
    """Its URL holds a password."""
    (home / "labsvc.yaml").write_text(ROUTES.replace("to: [duty@lab.invalid], ", ""))
    (home / "phone.url").write_text("json://user:s3cret@127.0.0.1:1/")
    ran = labsvc("notify", "test", "--route", "night", "--home", home)
    assert ran.code == 1
    assert ran.sentence.startswith("labsvc: channel 'phone' did not take the message")
    assert "s3cret" not in ran.out + ran.err


def test_a_route_that_is_not_there_is_told_with_the_nearest(labsvc: Labsvc, home: Path) -> None:
    (home / "labsvc.yaml").write_text(MAIL.format(port=1) + ROUTES)
    ran = labsvc("notify", "test", "--route", "nihgt", "--home", home)
    assert ran.code == 78
    assert ran.sentence.endswith("no route 'nihgt'; did you mean 'night'?")


def test_a_summary_can_be_looked_at_before_it_is_mailed(
    labsvc: Labsvc, home: Path, tmp_path: Path
) -> None:
    """Its text, and its HTML in a file; nothing is owed by that."""
    page = tmp_path / "summary.html"
    ran = labsvc("notify", "summary", "--weekly", "--to", page, "--home", home)
    assert ran.code == 0
    assert ran.out.startswith("[labsvc] Weekly summary: no runs\n")
    assert "<title>Weekly summary</title>" in page.read_text("utf-8")
    assert labsvc("alerts", "list", "--all", "--home", home).out.startswith("Nothing has waited")
    assert labsvc("notify", "summary", "--to", page, "--home", home).code == 78
