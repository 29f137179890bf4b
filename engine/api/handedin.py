"""Answers that name files: each must be one that this very session has handed in for this very response."""

from __future__ import annotations

from engine.catalog import Opened
from engine.errors import Problem
from engine.filecipher import Owner, Place
from engine.files import FileStore
from engine.wire import AnswerBatch
from sessions.model import Ticket


def check_files(files: FileStore, opened: Opened, ticket: Ticket, batch: AnswerBatch) -> None:
    """Problem `bad_answer` naming each entry whose file is not here; the shapes were looked at before."""
    owner, uploads = Owner(ticket.delivery, ticket.sid), opened.shapes.uploads
    entries = [
        {"index": index, "item": answer["item"], "problem": "unknown_file"}
        for index, answer in enumerate(batch.answers)
        for response, file in (answer.get("response") or {}).items()
        if file and (answer["item"], response) in uploads
        if not files.has(owner, Place(answer["item"], response, file))
    ]
    if entries:
        raise Problem("bad_answer", entries=entries)
