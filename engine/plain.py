"""A batch of answers as browsers send it, read by one expression instead of a parser's many calls.

    POST /api/v1/answers HTTP/1.1, a bearer token, JSON, one length, and the whole of it in one piece

Only what every reader of HTTP/1.1 takes for the same request is taken: each header that could change where
the request ends, or what becomes of the connection, must be absent or as plain as can be. All else - a body
in pieces, a second length, folded lines, another request behind it - is the parser's, which decides.
"""

from __future__ import annotations

import re

_PLAIN = re.compile(
    rb"POST /api/v1/answers HTTP/1\.1\r\n"
    rb"(?>"  # each header once and for all: the time to read is bounded by the length
    rb"[BDF-JL-OQRSV-Zbdf-jl-oqrsv-z][A-Za-z0-9-]*+: [\x20-\x7e]*+\r\n|"  # most of a browser's: none below
    rb"(?i:authorization: )(?(1)(?!))Bearer ([\w-]+)\r\n|"
    rb"(?i:content-length: )(?(2)(?!))([0-9]{1,5})\r\n|"
    rb"(?i:content-type: application/json)\r\n|"
    rb"(?i:connection: keep-alive)\r\n|"
    rb"(?!(?i:authorization|content-|transfer-|connection|keep-alive|proxy-|upgrade|expect|trailer|te:))"
    rb"[A-Za-z0-9-]+: [\x20-\x7e]*\r\n"
    rb")*+\r\n"
)


def plain_request(data: bytes, bytes_max: int) -> tuple[bytes, bytes] | None:
    """Token and body, of at most `bytes_max`, of the request that `data` is; None if it is anything else."""
    found = _PLAIN.match(data)
    if found is None:
        return None
    token, length = found.groups()
    end = found.end()
    if token is None or length is None or not len(data) - end == int(length) <= bytes_max:
        return None
    return token, data[end:]
