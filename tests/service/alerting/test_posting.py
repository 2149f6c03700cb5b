"""Messages handed over as the settings have them, to a real mail server."""

from __future__ import annotations

import email
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from labsvc.model.filing import Alert
from labsvc.notify.mail import ServerAway
from labsvc.notify.rules import Destination
from labsvc.service.alerting.posting import outbox_of, post_at_once, sender
from labsvc.service.demo.mailbox import Mailbox, messages
from labsvc.service.home import Home, open_home
from tests.bench import NOW, make_home

SETTINGS = """mail:
  {{host: 127.0.0.1, port: {port}, starttls: false, sender: labsvc@x.example,
   recipients: [lab@x.example]}}
alerts:
  routes: [{{name: pi, protocol: ["net-*"], to: [pi@x.example, tech@x.example]}}]
  channels: [{{name: phone, url_variable: LABSVC_TEST_NO_SUCH_VARIABLE}}]
"""


class Lab:
    def __init__(self, home: Home, box: Path) -> None:
        self.home, self._box = home, box

    def mails(self) -> list[EmailMessage]:
        found = (email.message_from_bytes(one.read_bytes(), policy=default)
                 for one in messages(self._box))  # fmt: skip
        return [one for one in found if isinstance(one, EmailMessage)]


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    (tmp_path / "mailbox").mkdir()
    mailbox = Mailbox(tmp_path / "mailbox")
    port = mailbox.start()
    home = open_home(make_home(tmp_path / "home", SETTINGS.format(port=port)))
    yield Lab(home, tmp_path / "mailbox")
    home.close()
    mailbox.stop()


def alert(key: str, **about: str) -> Alert:
    return Alert(key, "qc-failed", f"[labsvc] {key}", key, f"<p>{key}</p>", NOW, **about)  # type: ignore[arg-type]


def test_an_alert_goes_to_the_people_of_its_route(lab: Lab) -> None:
    """And what no route takes to the recipients, each as one mail."""
    lab.home.database.owe([alert("a", protocol="net-binding"), alert("b")], NOW)
    outbox = outbox_of(lab.home, lambda: NOW)
    assert outbox is not None
    assert outbox.deliver_due().sent == ["a", "b"]
    assert [mail["To"] for mail in lab.mails()] == ["pi@x.example, tech@x.example", "lab@x.example"]


def test_what_belongs_together_is_one_conversation(lab: Lab) -> None:
    """A run rejected, and its second revision; another run is another conversation."""
    told = [alert(key, thread=run) for key, run in (("a", "r1"), ("b", "r1"), ("c", "r2"))]
    for one in told:
        post_at_once(lab.home.settings, one)
    first, second, other = (mail["References"] for mail in lab.mails())
    assert first == second != other
    assert all(mail["In-Reply-To"] == mail["References"] for mail in lab.mails())


def test_hostile_words_reach_nobody_else(lab: Lab) -> None:
    """In the subject, in the key, in the thread, and in addresses that a protocol names."""
    bad = "x\r\nBcc: thief@evil.example\r\n\r\n<script>"
    hostile = Alert(bad, "qc-failed", bad, bad, bad, NOW, thread=bad, addressed="a@x.example")
    lab.home.database.owe([hostile], NOW)
    outbox = outbox_of(lab.home, lambda: NOW)
    assert outbox is not None
    outbox.deliver_due()
    (mail,) = lab.mails()
    assert (mail["To"], mail["Bcc"]) == ("a@x.example", None)
    assert mail["Subject"].startswith("x Bcc: thief@evil.example <script>")


def test_a_channel_without_its_url_waits_for_a_person(lab: Lab) -> None:
    """The message stays owed; the sentence names the channel and the place."""
    send = sender(lab.home.settings)
    assert send is not None
    with pytest.raises(ServerAway, match="URL of channel 'phone' is to be in the environment"):
        send(alert("a"), Destination("channel:phone", (), "phone"))


def test_where_nobody_is_set_nothing_is_sent(tmp_path: Path) -> None:
    home = open_home(make_home(tmp_path / "home"))
    assert outbox_of(home, lambda: datetime.now(UTC)) is None
    post_at_once(home.settings, alert("a"))
    home.close()
