"""What one round of the outbox knows of itself."""

from __future__ import annotations

from labsvc.notify.mail import ServerAway
from labsvc.notify.round import Round

KEY, OTHER = "qc-failed:1", "quarantine:2"


def test_an_alert_is_whole_once_every_door_is_settled() -> None:
    """Gone out through one and refused by the other; one that goes nowhere never is."""
    this = Round({(KEY, "mail"): "no such mailbox"}, left=5)
    assert not this.is_whole(KEY, ["mail", "chat"])
    this.went_out([KEY, OTHER], "chat")
    assert this.is_whole(KEY, ["mail", "chat"])
    assert not this.is_whole(KEY, [])
    assert this.refused(KEY) == "no such mailbox"
    assert this.refused(OTHER) is None


def test_a_digest_is_one_message() -> None:
    """However many alerts are in it."""
    this = Round({}, left=2)
    this.went_out([KEY, OTHER], "mail")
    assert not this.full
    this.went_out([KEY], "chat")
    assert this.full


def test_of_several_servers_that_are_away_the_first_is_told() -> None:
    this = Round({}, left=2)
    this.shut("mail", ServerAway("the mail server is away"))
    this.shut("chat", ServerAway("the chat is away"))
    assert this.report.trouble == "the mail server is away"
    assert set(this.away) == {"mail", "chat"}


def test_the_report_names_each_alert_once() -> None:
    """Sent, tried in vain or given up: of none of them more is to be said in this round."""
    this = Round({}, left=2)
    this.report.sent.append(KEY)
    this.report.dead.append(OTHER)
    assert this.report.told_of == {KEY, OTHER}
