"""A relay in front of a server that keeps every byte of both ways."""

from __future__ import annotations

import asyncio
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple

import brotli
import httptools

BLOCK = 65_536
HOST = "127.0.0.1"


class Line(NamedTuple):
    """What one connection carried: to the server, and back."""

    there: bytearray
    back: bytearray


class Recorder:
    """Listens on a port of its own and passes on to `target`, a port of the loopback."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = 0
        self._lines: list[Line] = []

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def carried(self) -> Iterator[tuple[str, bytes]]:
        """Everything until now: as it stood on the line, then what was compressed there, opened."""
        for number, line in enumerate(list(self._lines)):
            yield f"request {number}", bytes(line.there)
            yield f"reply {number}", bytes(line.back)
            for body in opened(bytes(line.back)):
                yield f"reply {number}, opened", body

    async def serve(self, ready: threading.Event, over: asyncio.Event) -> None:
        """Relay until `over`."""
        server = await asyncio.start_server(self._relay, HOST, self.port)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        await over.wait()
        server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection; closed on both sides when either side ends it, or the server is away."""
        line = Line(bytearray(), bytearray())
        self._lines.append(line)
        writers = [writer]
        with suppress(OSError, asyncio.CancelledError):
            from_server, to_server = await asyncio.open_connection(HOST, self.target)
            writers.append(to_server)
            ways = (_pass(reader, to_server, line.there), _pass(from_server, writer, line.back))
            tasks = [asyncio.ensure_future(way) for way in ways]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                task.cancel()
        for one in writers:
            one.close()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, kept: bytearray) -> None:
    with suppress(OSError):
        while data := await reader.read(BLOCK):
            kept += data
            writer.write(data)
            await writer.drain()


@contextmanager
def recording(target: int) -> Iterator[Recorder]:
    """A relay in a thread of its own, until the block ends."""
    recorder, ready, over = Recorder(target), threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    def run() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(recorder.serve(ready, over))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    ready.wait()
    yield recorder
    loop.call_soon_threadsafe(over.set)
    thread.join()


class _Replies:
    """What the parser tells of a stream of replies: bodies that were compressed, opened."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self._coding = ""
        self._body = bytearray()

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"content-encoding":
            self._coding = value.decode("latin-1").lower()

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        if self._body and self._coding == "br":
            self.bodies.append(brotli.decompress(bytes(self._body)))
        elif self._body and self._coding in ("gzip", "deflate"):
            self.bodies.append(zlib.decompress(bytes(self._body), zlib.MAX_WBITS | 32))
        self._coding = ""
        self._body.clear()


def opened(stream: bytes) -> list[bytes]:
    """The bodies of a stream of HTTP replies that were compressed, opened."""
    replies = _Replies()
    parser = httptools.HttpResponseParser(replies)
    # A reply to HEAD says a length and has no body: there the parser loses its way.
    with suppress(httptools.HttpParserError, brotli.error, zlib.error):
        parser.feed_data(stream)
    return replies.bodies
