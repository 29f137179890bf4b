"""`POST /api/v1/files`: a file or drawing in chunks, resumable; `GET` brings it back to its session.

The player draws the id, so that a repeated first chunk is no second file, and sends each chunk from where it
believes the server to be; `wrong_offset` tells it where that is. What a file is called at home is not asked:
it may be a name. Chunks rank below all answers, and are bounded in number and bytes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from engine.api.answers import ticket_of
from engine.catalog import check_intake
from engine.errors import Problem
from engine.filecipher import Chunk, FileCipher, Owner, Place
from engine.files import CHUNK_BYTES_MAX
from engine.respond import read_body, reply_json
from engine.services import ACCEPTED, RANK_LOGIN, Services, refusal
from items.filetypes import LOOK_BYTES, Upload, file_type
from items.responses import FILE_ID
from sessions.cipher import unwrap_key
from sessions.model import Read, Ticket, Verdict
from sessions.states import Event, IllegalStep, Status, follow

SIZE_MAX = 1 << 40
"""No file has so many bytes; the bound that counts is a setting."""
_GIVEN = {
    "cache-control": "no-store",
    "content-disposition": "attachment",
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
}


class _Seat(NamedTuple):
    """Who asks, and what is needed to seal for it."""

    owner: Owner
    cipher: FileCipher
    uploads: Mapping[tuple[str, str], Upload]
    status: Status


class Files:
    """Takes and gives the files of pupils."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._pending = 0

    async def put(self, request: Request) -> Response:
        """Keep one chunk; `offset` says how much of the file is on the disk now."""
        with self._room():
            ticket = ticket_of(request.scope, self._services)
            asked = request.query_params
            place, offset, size = _place(asked), _whole(asked, "offset"), _whole(asked, "size")
            data = await read_body(
                request.scope, request.receive, CHUNK_BYTES_MAX, b"application/octet-stream"
            )
            chunk = Chunk(place, offset, size, data)
            seat = await self._seat(ticket)
            upload = _upload(seat, place)
            _check_length(chunk)
            files = self._services.files
            held = await asyncio.to_thread(files.put, seat.owner, chunk, upload, seat.cipher)
        return reply_json(
            {"file": place.file, "offset": held, "size": size, "now_ms": self._services.clock()}
        )

    async def get(self, request: Request) -> Response:
        """A whole file, to the session that handed it in and to nobody else."""
        with self._room():
            ticket = ticket_of(request.scope, self._services)
            seat = await self._seat(ticket)
            data = await asyncio.to_thread(self._read, seat, request.path_params["file"])
        return Response(data, media_type=file_type(data) or "application/octet-stream", headers=_GIVEN)

    def _read(self, seat: _Seat, file: str) -> bytes:
        files = self._services.files
        place = files.find(seat.owner, file)
        if place is None:
            raise Problem("not_found")
        return files.read(seat.owner, place, seat.cipher)

    async def _seat(self, ticket: Ticket) -> _Seat:
        """The session behind the token, if this device holds its seat and answers are taken still."""
        services = self._services
        opened = await services.catalog.delivery(ticket.delivery)
        check_intake(opened.record, services.clock())
        reply = await services.others.put(Read(ticket), RANK_LOGIN)
        if reply.verdict is Verdict.GAP:  # its log-in was lost; a file stands in no order of numbers
            reply = await services.others.put(Read(reply.state.ticket()), RANK_LOGIN)
        if reply.verdict not in ACCEPTED:
            raise refusal(reply)
        owner = Owner(ticket.delivery, ticket.sid)
        key = unwrap_key(opened.kek, reply.state.wrapped_key, owner.sid, owner.delivery)
        return _Seat(owner, FileCipher(key, owner), opened.shapes.uploads, reply.state.status)

    @contextmanager
    def _room(self) -> Iterator[None]:
        """A place among the chunks under way, so that files never take the memory that answers need."""
        if self._pending >= self._services.settings.files_pending_max:
            raise Problem("overloaded")
        self._pending += 1
        try:
            yield
        finally:
            self._pending -= 1


def _place(asked: Mapping[str, str]) -> Place:
    place = Place(asked.get("item", ""), asked.get("response", ""), asked.get("file", ""))
    if not FILE_ID.fullmatch(place.file):
        raise Problem("bad_request", field="file")
    return place


def _upload(seat: _Seat, place: Place) -> Upload:
    """What the response takes; Problem if it takes no file, or takes nothing now."""
    upload = seat.uploads.get((place.item, place.response))
    if upload is None:
        raise Problem("not_found")
    try:
        follow(seat.status, Event.SAVE)
    except IllegalStep as step:
        raise Problem(step.verdict) from step
    return upload


def _whole(asked: Mapping[str, str], field: str) -> int:
    text = asked.get(field, "")
    if not (text.isascii() and text.isdecimal() and len(text) <= 13) or int(text) > SIZE_MAX:
        raise Problem("bad_request", field=field)
    return int(text)


def _check_length(chunk: Chunk) -> None:
    """Not empty, not past the end, and long enough to look at and to be worth a file of its own."""
    end = chunk.offset + len(chunk.data)
    if not chunk.data or end > chunk.size or (len(chunk.data) < LOOK_BYTES and end < chunk.size):
        raise Problem("bad_request", field="(body)")
