"""Logs on standard error."""

from __future__ import annotations

import json
import subprocess
import sys

SCRIPT = """
import logging, structlog
from labsvc.service.vitals.logs import set_up_logs
set_up_logs(level=logging.WARNING)
log = structlog.get_logger("x")
log.info("left out")
try:
    1 / 0
except ZeroDivisionError:
    log.exception("it failed", source="counter-1")
print("the answer")
"""


def test_logs_are_json_lines_on_standard_error() -> None:
    """One object for each event, traceback and all; standard output is the command's own."""
    ran = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert ran.stdout == "the answer\n"
    (line,) = ran.stderr.splitlines()
    event = json.loads(line)
    assert (event["event"], event["level"], event["source"]) == ("it failed", "error", "counter-1")
    assert event["exception"].endswith("ZeroDivisionError: division by zero")
    assert event["timestamp"].endswith("Z")
