"""Logs on standard error: readable lines on a terminal, JSON otherwise. Never a secret."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import structlog

from labsvc.service.secrets.redaction import HIDDEN
from labsvc.service.vitals import lograte
from labsvc.service.vitals.logfile import LogFile


def set_up_logs(
    *, level: int = logging.INFO, keep: Path | None = None, limited: bool = False
) -> None:
    """Configure structlog for the whole process.

    ``keep`` is the folder where the newest lines are kept as well. ``limited``: warnings that
    come again and again are counted, not written.
    """
    kept: list[structlog.typing.Processor] = [LogFile(keep)] if keep is not None else []
    rates: list[structlog.typing.Processor] = [lograte.RATE] if limited else []
    terminal = sys.stderr.isatty()
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            *rates,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            HIDDEN,
            *kept,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_to_standard_error,
        cache_logger_on_first_use=False,
    )


def _to_standard_error(*_: object) -> structlog.PrintLogger:
    """Whatever standard error is when the line is written: it may have been redirected since."""
    return structlog.PrintLogger(sys.stderr)
