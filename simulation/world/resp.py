"""Redis's protocol, as far as it is spoken here: commands as they come in, replies as bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

Command = tuple[Any, ...]


class Refused(NamedTuple):
    """An error as a reply."""

    text: str


def read_command(parts: list[bytes]) -> Command:
    """A command with its name and key as text, its numbers as numbers."""
    name = parts[0].decode()
    return (name, *_READERS.get(name, _keyed)(parts[1:]))


def _keyed(parts: list[bytes]) -> list[Any]:
    return [parts[0].decode(), *parts[1:]]


def _evalsha(parts: list[bytes]) -> list[Any]:
    count = int(parts[1])
    names = [name.decode() for name in parts[2 : 2 + count]]
    given = [int(part) if part.isdigit() else part for part in parts[2 + count :]]
    return [parts[0].decode(), count, *names, *given]


def _numbered(parts: list[bytes]) -> list[Any]:
    """The last argument is a number."""
    return [part.decode() for part in parts[:-1]] + [int(parts[-1])]


_READERS: dict[str, Callable[[list[bytes]], list[Any]]] = {
    "EVALSHA": _evalsha,
    "XRANGE": _numbered,
    "ZSCAN": _numbered,
    "WAIT": lambda parts: [int(part) for part in parts],
    "SCRIPT": lambda parts: [part.decode() for part in parts],
    "XTRIM": lambda parts: [part.decode() for part in parts],
    "COMMAND": lambda parts: [],
}


def reply_bytes(reply: Any) -> bytes:
    """A reply on the wire."""
    if type(reply) is bytes:
        return b"$%d\r\n%s\r\n" % (len(reply), reply)
    if type(reply) is int:
        return b":%d\r\n" % reply
    if reply is None:
        return b"$-1\r\n"
    if isinstance(reply, Refused):
        return b"-%s\r\n" % reply.text.encode()
    return b"*%d\r\n%s" % (len(reply), b"".join(map(reply_bytes, reply)))
