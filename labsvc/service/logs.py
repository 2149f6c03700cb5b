"""Logs on standard error: readable lines on a terminal, JSON otherwise. Never a secret."""

from __future__ import annotations

import logging
import sys

import structlog


def set_up_logs(*, level: int = logging.INFO) -> None:
    """Configure structlog for the whole process."""
    terminal = sys.stderr.isatty()
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if terminal else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_to_standard_error,
        cache_logger_on_first_use=False,
    )
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


def _to_standard_error(*_: object) -> structlog.PrintLogger:
    """Whatever standard error is when the line is written: it may have been redirected since."""
    return structlog.PrintLogger(sys.stderr)
