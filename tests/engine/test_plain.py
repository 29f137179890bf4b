"""What is read without the parser is what the parser would have read, and plain enough for any reader."""

from __future__ import annotations

import random

import httptools
import pytest

from engine.plain import plain_request

TOKEN, BODY = b"AQ-_09azAZ", b'{"n":1}'
LINES = (
    b"Host: test",
    b"Authorization: Bearer " + TOKEN,
    b"Content-Type: application/json",
    b"Content-Length: 7",
)
BROWSER = (
    b"Connection: keep-alive",
    b"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0",
    b"Accept: */*",
    b"Origin: https://tests.example",
    b"Sec-Fetch-Mode: cors",
    b'sec-ch-ua: "Chromium";v="120"',
    b"Accept-Encoding: gzip, deflate, br",
    b"Cookie: a=b",
)
RECORDED = {
    "Chromium 156": b"""Host: tests.example
Connection: keep-alive
Content-Length: 7
Pragma: no-cache
Cache-Control: no-cache
sec-ch-ua-platform: "Linux"
Authorization: Bearer AQ-_09azAZ
User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0
sec-ch-ua: "Not:A-Brand";v="8", "Chromium";v="156"
Content-Type: application/json
sec-ch-ua-mobile: ?0
Accept: */*
Origin: https://tests.example
Sec-Fetch-Site: same-origin
Sec-Fetch-Mode: cors
Sec-Fetch-Dest: empty
Referer: https://tests.example/
Accept-Encoding: gzip, deflate, br, zstd
Accept-Language: en-US,en;q=0.9""",
    "Firefox 153": b"""Host: tests.example
User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0
Accept: */*
Accept-Language: en-US,en;q=0.9
Accept-Encoding: gzip, deflate, br, zstd
Referer: https://tests.example/
Content-Type: application/json
Authorization: Bearer AQ-_09azAZ
Content-Length: 7
Origin: https://tests.example
Connection: keep-alive
Sec-Fetch-Dest: empty
Sec-Fetch-Mode: cors
Sec-Fetch-Site: same-origin
Priority: u=4
Pragma: no-cache
Cache-Control: no-cache""",
    "Firefox 153 behind nginx": b"""Host: tests.example
Content-Length: 7
User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0
Accept: */*
Accept-Language: en-US,en;q=0.9
Accept-Encoding: gzip, deflate, br, zstd
Referer: https://tests.example/
Content-Type: application/json
Authorization: Bearer AQ-_09azAZ
Origin: https://tests.example
Sec-Fetch-Dest: empty
Sec-Fetch-Mode: cors
Sec-Fetch-Site: same-origin
Priority: u=4
Pragma: no-cache
Cache-Control: no-cache""",
}
"""What `api.js` sends, as it came in; nginx with HTTP/1.1 and kept connections."""
SIGNS = (b"", b" ", b"\r\n", b":", b"7", b"x", b"\0")
TWISTS = (
    b"Content-Length: 7",
    b"content-length: 8",
    b"Content-Length: +7",
    b"Content-Length:  7",
    b"Content-Length : 7",
    b"Content-Encoding: gzip",
    b"Transfer-Encoding: chunked",
    b"transfer-encoding: identity",
    b"Connection: close",
    b"Connection: upgrade",
    b"Upgrade: h2c",
    b"Expect: 100-continue",
    b"Authorization: Bearer other",
    b"authorization: Basic other",
    b"Trailer: x",
    b"TE: trailers",
    b" folded",
    b"\tfolded",
    b"X-Bare: a\rb",
    b"X-Bare: a\nHost: b",
    b"X-Zero: a\0b",
    b"X-High: \xe9",
    b": no name",
    b"no colon",
    b"Bad Name: x",
    b"",
)


def request(*lines: bytes, first: bytes = b"POST /api/v1/answers HTTP/1.1", body: bytes = BODY) -> bytes:
    return b"\r\n".join((first, *lines)) + b"\r\n\r\n" + body


class Heard:
    """What the parser makes of bytes."""

    def __init__(self) -> None:
        self.headers: list[tuple[bytes, bytes]] = []
        self.body, self.url, self.whole = b"", b"", 0

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.whole += 1


def parsed(data: bytes) -> Heard:
    """The one request that the parser finds in `data`, or HttpParserError."""
    heard = Heard()
    parser = httptools.HttpRequestParser(heard)
    parser.feed_data(data)
    assert parser.get_method() == b"POST"
    assert parser.should_keep_alive()
    return heard


def test_what_a_browser_sends_is_read_in_any_order_and_case() -> None:
    """Header names have no case, and no order."""
    chance = random.Random(1)
    for _ in range(200):
        lines = chance.sample(LINES + BROWSER, len(LINES + BROWSER))
        cased = [name.lower() + colon + rest for name, colon, rest in (it.partition(b":") for it in lines)]
        for one in (lines, cased):
            assert plain_request(request(*one), 64) == (TOKEN, BODY)


@pytest.mark.parametrize("browser", RECORDED)
def test_what_was_recorded_of_real_browsers_is_read(browser: str) -> None:
    """With every header that they send."""
    assert plain_request(request(*RECORDED[browser].splitlines()), 64) == (TOKEN, BODY)


@pytest.mark.parametrize("twist", TWISTS)
def test_a_line_that_readers_take_differently_is_the_parsers(twist: bytes) -> None:
    """Wherever it stands."""
    for place in range(len(LINES) + 1):
        assert plain_request(request(*LINES[:place], twist, *LINES[place:]), 64) is None


@pytest.mark.parametrize(
    "data",
    [
        request(*LINES, first=b"POST /api/v1/answers HTTP/1.0"),
        request(*LINES, first=b"POST /api/v1/answers?x HTTP/1.1"),
        request(*LINES, first=b"PUT /api/v1/answers HTTP/1.1"),
        request(*LINES, first=b"\r\nPOST /api/v1/answers HTTP/1.1"),
        request(*LINES, body=BODY[:-1]),
        request(*LINES, body=BODY + b"P"),
        request(*LINES) * 2,
        request(*LINES[:-1]),
        request(LINES[0], *LINES[2:]),
        request(*LINES).replace(b"\r\n", b"\n"),
        request(*LINES[:-1], b"Content-Length: 70", body=BODY * 10),
        request(*LINES[:-1], b"Content-Length: 000007"),
        b"",
    ],
)
def test_what_is_not_one_whole_bounded_batch_is_the_parsers(data: bytes) -> None:
    """Another method or place, a part of one, two at once, a body past the bound."""
    assert plain_request(data, 64) is None


def test_the_parser_reads_the_same_whatever_is_changed_in_a_request() -> None:
    """Ten thousand requests with signs changed or left out: what is taken here, the parser takes so too."""
    chance, taken = random.Random(2), 0
    for _ in range(10_000):
        data = bytearray(request(*chance.sample(LINES + BROWSER, 9), *LINES[:: chance.choice([1, 4])]))
        for _ in range(chance.randrange(3)):
            place = chance.randrange(len(data))
            data[place : place + chance.randrange(2)] = chance.choice(
                [b"", b" ", b"\r\n", b":", b"7", b"x", b"\0"]
            )
        plain = plain_request(bytes(data), 64)
        if plain is not None:
            heard, taken = parsed(bytes(data)), taken + 1
            token, body = plain
            assert (heard.url, heard.body, heard.whole) == (b"/api/v1/answers", body, 1)
            assert [value for name, value in heard.headers if name == b"authorization"] == [
                b"Bearer " + token
            ]
    assert taken > 500
