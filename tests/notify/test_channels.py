"""Channels through Apprise, to a real service on loopback: see also tests/cli/test_notify.py."""

from __future__ import annotations

import logging
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from labsvc.errors import ConfigError, DeliveryError
from labsvc.model.filing import Alert
from labsvc.notify.channels import LONGEST, send_through, shortened

ALERT = Alert("k", "trouble", "[labsvc] Disk fills", "5 % left", "", datetime.now(UTC))
WITHOUT = """
import sys
sys.modules["apprise"] = None
from datetime import UTC, datetime
from labsvc.model.filing import Alert
from labsvc.notify.channels import send_through
try:
    send_through("phone", "json://x", Alert("k", "t", "s", "t", "h", datetime.now(UTC)))
except Exception as error:
    print(type(error).__name__, error)
"""


def test_a_service_that_does_not_answer_is_tried_again_later() -> None:
    """And its URL is in no sentence and in no log."""
    with pytest.raises(DeliveryError, match="channel 'phone' did not take") as refusal:
        send_through("phone", "json://user:s3cret@127.0.0.1:1/", ALERT)
    assert not refusal.value.permanent
    assert "s3cret" not in str(refusal.value)
    assert logging.getLogger("apprise").level > logging.CRITICAL


def test_a_url_that_apprise_does_not_know_is_told_by_its_kind_alone() -> None:
    with pytest.raises(ConfigError, match=r"phone' \(carrierpigeon://\.\.\.\)") as refusal:
        send_through("phone", "carrierpigeon://s3cret@coop", ALERT)
    assert "s3cret" not in str(refusal.value)


def test_without_apprise_one_sentence_says_what_to_install() -> None:
    """It is an optional part."""
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True,
                          check=True)  # fmt: skip
    assert done.stdout == (
        "ConfigError channels need the package apprise, which is not installed: install "
        "labsvc[apprise]\n"
    )


def test_the_service_does_not_load_apprise() -> None:
    """60 MB, for who uses no channel."""
    words = "import labsvc.service.daemon, sys; print('apprise' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True,
                          check=True)  # fmt: skip
    assert done.stdout == "False\n"


def test_a_long_message_is_cut_and_says_so() -> None:
    cut = shortened("x" * 10 * LONGEST)
    assert len(cut) <= LONGEST
    assert cut.endswith("... the rest is in the report")
    assert shortened("short") == "short"
