"""One keep-alive HTTP/1.1 connection, as thin as it can be: the generator shares its machine with the server.

Headers are those of a browser, written once. Locust's FastHttpUser does more than a pupil needs and costs
several times as much processor time a request (README: figures), which on the machine of a rehearsal is taken
from the server. Blocking sockets of the standard library: under gevent they yield, without it they wait. The
light generator brings sockets of its own (`hub`).
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

PIECE_BYTES = 16 * 1024
HEAD_BYTES_MAX = 64 * 1024
BROWSER = (
    "User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"
    "Accept: */*\r\nAccept-Language: fr,fr-FR;q=0.8,en-US;q=0.5,en;q=0.3\r\n"
    "Accept-Encoding: gzip, deflate, br\r\nConnection: keep-alive\r\n"
    "Sec-Fetch-Dest: empty\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Site: same-origin\r\n"
)
PUPILS_AN_ADDRESS = 10_000
"""Beyond so many pupils the next loopback address is used: an address pair has some 28,000 ports, and once
half of them are taken Linux looks through that half in vain at each connection."""


class Dead(Exception):
    """The line is dead: refused, reset, silent for too long, or not HTTP."""


class Reply(NamedTuple):
    """What came back."""

    status: int
    retry_after_s: float
    body: bytes


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server is; resolved once for the whole crowd."""

    family: int
    target: tuple[str, int]
    host: str
    tls: ssl.SSLContext | None

    @classmethod
    def of(cls, url: str, ca_file: str | None = None) -> Address:
        """The address of `url`; `ca_file` holds the authority of its certificate if the system does not."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"not an address of a server: {url}")
        port = parts.port or (443 if parts.scheme == "https" else 80)
        family, _, _, _, target = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)[0]
        tls = ssl.create_default_context(cafile=ca_file) if parts.scheme == "https" else None
        return cls(family, (str(target[0]), port), parts.hostname, tls)

    def source(self, index: int) -> str | None:
        """The loopback address from which pupil `index` comes; None: the system chooses."""
        if self.family != socket.AF_INET or not self.target[0].startswith("127."):
            return None
        return f"127.0.{1 + index // PUPILS_AN_ADDRESS}.1"

    def head(self, method: str, path: str, token: str = "", length: int | None = None) -> bytes:
        """The head of a request; a body of `length` bytes is to follow."""
        origin = f"{'https' if self.tls else 'http'}://{self.host}:{self.target[1]}"
        lines = f"{method} {path} HTTP/1.1\r\nHost: {self.host}:{self.target[1]}\r\n{BROWSER}"
        if token:
            lines += f"Authorization: Bearer {token}\r\n"
        if length is not None:
            lines += f"Content-Type: application/json\r\nOrigin: {origin}\r\nContent-Length: {length}\r\n"
        return (lines + "\r\n").encode()


class Connection(Protocol):
    """What a line needs of a socket."""

    def sendall(self, data: bytes, /) -> None: ...
    def recv(self, size: int, /) -> bytes: ...
    def close(self) -> None: ...


Connect = Callable[[Address, float, str | None], Connection]
"""(address, seconds after which a call is given up, source address) -> a connection; OSError."""


def unconnected(address: Address, source: str | None) -> socket.socket:
    """A socket that will come from `source`."""
    made = socket.socket(address.family, socket.SOCK_STREAM)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if source:
        made.setsockopt(socket.IPPROTO_IP, getattr(socket, "IP_BIND_ADDRESS_NO_PORT", 24), 1)
        made.bind((source, 0))
    return made


def connect(address: Address, timeout_s: float, source: str | None) -> Connection:
    """A blocking connection."""
    made = unconnected(address, source)
    made.settimeout(timeout_s)
    try:
        made.connect(address.target)
        return address.tls.wrap_socket(made, server_hostname=address.host) if address.tls else made
    except BaseException:
        made.close()
        raise


class Line:
    """The connection of one pupil; opened when needed, again after it died."""

    __slots__ = ("_address", "_connect", "_socket", "_source", "_timeout_s")

    def __init__(
        self,
        address: Address,
        timeout_s: float,
        source: str | None = None,
        connect: Connect = connect,
    ) -> None:
        self._address = address
        self._timeout_s = timeout_s
        self._source = source
        self._connect = connect
        self._socket: Connection | None = None

    def ask(self, request: bytes, *, with_body: bool = True) -> Reply:
        """Send a request and wait for its reply, or Dead.

        A kept connection that the server had closed meanwhile is opened again at once, as browsers do.
        """
        try:
            if self._socket is not None:
                try:
                    return self._exchange(self._socket, request, with_body)
                except _ClosedMeanwhile:
                    self.close()
            self._socket = self._connect(self._address, self._timeout_s, self._source)
            return self._exchange(self._socket, request, with_body)
        except (OSError, ValueError) as error:
            self.close()
            raise Dead(type(error).__name__) from error

    def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _exchange(self, connection: Connection, request: bytes, with_body: bool) -> Reply:
        try:
            connection.sendall(request)
            data = connection.recv(PIECE_BYTES)
        except (ConnectionResetError, BrokenPipeError) as error:
            raise _ClosedMeanwhile from error
        if not data:
            raise _ClosedMeanwhile
        while (end := data.find(b"\r\n\r\n")) < 0:
            if len(data) > HEAD_BYTES_MAX:
                raise ValueError("the head has no end")
            data += self._more(connection)
        head, rest = data[:end].lower(), data[end + 4 :]
        status = int(head[9:12])
        if with_body and status != 304:
            rest = self._body(connection, head, rest)
        if b"\r\nconnection: close" in head:
            self.close()
        return Reply(status, float(_value(head, b"retry-after") or 0), rest)

    def _body(self, connection: Connection, head: bytes, rest: bytes) -> bytes:
        if b"chunked" in _value(head, b"transfer-encoding"):
            return self._chunks(connection, rest)
        length = int(_value(head, b"content-length") or 0)
        pieces, missing = [rest], length - len(rest)
        while missing > 0:
            pieces.append(self._more(connection))
            missing -= len(pieces[-1])
        return b"".join(pieces)

    def _chunks(self, connection: Connection, rest: bytes) -> bytes:
        pieces = []
        while True:
            while (end := rest.find(b"\r\n")) < 0:
                rest += self._more(connection)
            length = int(rest[:end].split(b";")[0], 16)
            while len(rest) < end + 4 + length:
                rest += self._more(connection)
            pieces.append(rest[end + 2 : end + 2 + length])
            rest = rest[end + 4 + length :]
            if not length:
                return b"".join(pieces)

    @staticmethod
    def _more(connection: Connection) -> bytes:
        data = connection.recv(PIECE_BYTES)
        if not data:
            raise ConnectionResetError("the reply ends in the middle")
        return data


class _ClosedMeanwhile(ConnectionError):
    """Nothing came back on a connection that was kept."""


def _value(head: bytes, name: bytes) -> bytes:
    """The value of a header in a head of small letters, or b""."""
    begin = head.find(b"\r\n" + name + b":")
    if begin < 0:
        return b""
    begin += len(name) + 3
    end = head.find(b"\r\n", begin)
    return head[begin : end if end >= 0 else None].strip()
