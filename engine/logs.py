"""Logs: one JSON object a line on standard error, for machines first.

Only what is named here or passed as `extra={"fields": {...}}` is written. No answer, code, token or address
of a client is ever passed; a test reads the logs of a whole day and looks for them.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from typing import Any

import orjson


class JsonLines(logging.Formatter):
    """One record, one line: time in ms, level, which part, what happened, and its figures."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "t": int(record.created * 1000),
            "level": record.levelname.lower(),
            "part": record.name.removeprefix("passation."),
            "event": record.getMessage(),
        }
        fields = getattr(record, "fields", None)
        if isinstance(fields, Mapping):
            line |= fields
        if record.exc_info and record.exc_info[0] is not None:
            # Where and which kind, never the message: an exception's text may quote what a pupil sent.
            line["error"] = record.exc_info[0].__name__
            line["at"] = _places(record)
        return orjson.dumps(line, default=str).decode()


def _places(record: logging.LogRecord) -> list[str]:
    places = []
    trace = record.exc_info[2] if record.exc_info else None
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}")
        trace = trace.tb_next
    return places[-6:]


def set_up(level: str) -> None:
    """Send every logger's records through JsonLines; uvicorn's among them, its access log off."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.getLogger("uvicorn.access").disabled = True
    for noisy in ("asyncio", "aiosqlite", "sqlalchemy", "redis"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def logger(part: str) -> logging.Logger:
    """The logger of one part of the engine."""
    return logging.getLogger(f"passation.{part}")
