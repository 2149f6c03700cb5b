"""``alerts:`` and ``expected:`` as they are written."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from labsvc.errors import ConfigError
from labsvc.notify.rules import Escalation, Route
from labsvc.service.settings import Settings, read_settings

MAIL = "mail: {host: h, sender: a@b.example, recipients: [lab@b.example]}\n"


def read(tmp_path: Path, text: str) -> Settings:
    (tmp_path / "labsvc.yaml").write_text(text, encoding="utf-8")
    return read_settings(tmp_path / "labsvc.yaml")


def test_without_them_everything_goes_to_the_recipients_at_once(tmp_path: Path) -> None:
    """And nothing is summarised or expected."""
    settings = read(tmp_path, MAIL)
    rules = settings.alerts.rules
    assert (rules.recipients, rules.routes, rules.quiet) == (("lab@b.example",), (), None)
    assert rules.repeats == timedelta(hours=1)
    assert settings.alerts.summaries.daily is None
    assert settings.expected == ()


def test_they_are_read_as_they_are_written(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        """timezone: Europe/Berlin
sources: [{name: c-1, folder: x}]
alerts:
  repeats: 30 min
  routes: [{name: pi, protocol: ["net-*"], severity: error, to: [pi@b.example], channel: phone}]
  channels: [{name: phone, url_file: phone.url}]
  quiet: {hours: ["mon-fri 19:00-07:00"], passes: error}
  escalate: {after: 4 h, to: [head@b.example]}
  summaries: {daily: 07:30, weekly: mon 07:30, to: [pi@b.example]}
expected: [{name: plate, source: c-1, by: [mon-fri 18:00], within: 12 h}]
""",
    )
    rules = settings.alerts.rules
    assert rules.routes == (Route("pi", ("pi@b.example",), "phone", ("net-*",), severity="error"),)
    assert rules.escalation == Escalation(timedelta(hours=4), ("head@b.example",))
    assert rules.quiet is not None
    assert [str(one) for one in rules.quiet.spans] == ["mon,tue,wed,thu,fri 19:00-07:00"]
    assert str(rules.zone) == "Europe/Berlin"
    assert str(settings.alerts.summaries.weekly) == "mon 07:30"
    (plate,) = settings.expected
    assert (plate.source, plate.within) == ("c-1", timedelta(hours=12))


def test_the_url_of_a_channel_is_read_where_it_is_said_to_be(tmp_path: Path) -> None:
    """Each time anew, from the folder of the settings."""
    settings = read(tmp_path, "alerts: {channels: [{name: phone, url_file: phone.url}]}\n")
    channel = settings.alerts.channel("phone")
    with pytest.raises(ConfigError, match="the URL of channel 'phone' is to be in the file"):
        channel.url.read()
    (tmp_path / "phone.url").write_text("json://localhost\n")
    assert channel.url.read() == "json://localhost"
    with pytest.raises(ConfigError, match="no channel 'fone'; did you mean 'phone'"):
        settings.alerts.channel("fone")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("alerts: {routes: [{name: a}]}", "route 'a' leads nowhere"),
        ("alerts: {routes: [{name: a, channel: x}]}", "no channel is named 'x'"),
        ("alerts: {routes: [{name: a, to: [not an address]}]}", "is no mail address"),
        ('alerts: {routes: [{name: a, to: ["a@b.example\\nBcc: c@d"]}]}', "invisible character"),
        ("alerts: {routes: [{name: a, to: [x@y.z], severity: loud}]}", "severity"),
        ("alerts: {routes: [{name: a, to: [x@y.z]}, {name: a, to: [x@y.z]}]}", "two routes"),
        ("alerts: {channels: [{name: p}]}", "needs one of url_file"),
        ("alerts: {channels: [{name: p, url: 'json://u:s3cret@h'}]}", "must not stand in"),
        ("alerts: {channels: [{name: p, url_file: a}, {name: p, url_file: b}]}", "two channels"),
        ("alerts: {quiet: {hours: [nights]}}", "no span of the week"),
        ("alerts: {quiet: {hours: []}}", "hours"),
        ("alerts: {escalate: {after: 4 h}}", "escalate leads nowhere"),
        ("alerts: {escalate: {after: 4 h, channel: x}}", "no channel is named 'x'"),
        ("alerts: {repeats: 2 d}", "repeats"),
        ("alerts: {summaries: {daily: noon}}", "no time of the week"),
        ("expected: [{name: a, by: ['18:00'], source: x}]", "no source is named 'x'"),
        ("expected: [{name: a, by: ['18:00']}, {name: A, by: ['18:00']}]", "two expected runs"),
        ("expected: [{name: a, by: []}]", "by"),
    ],
)
def test_what_does_not_fit_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    """In one sentence, with no secret in it."""
    with pytest.raises(ConfigError, match=r"labsvc\.yaml:1") as refusal:
        read(tmp_path, f"{text}\n")
    assert told in str(refusal.value)
    assert "s3cret" not in str(refusal.value)
