"""Logs: one JSON object a line on stderr, in UTC, without the values of local variables.

A traceback says where; what stood in the variables there may be a patient's name or number.
"""

from __future__ import annotations

import sys

import structlog


def init_logs() -> None:
    """Configure structlog for the process."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(
                structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
            ),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=lambda *_: structlog.WriteLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
