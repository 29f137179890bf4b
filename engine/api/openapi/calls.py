"""The calls: what each takes, what it gives, how it may be refused."""

from __future__ import annotations

from engine.api.files import SIZE_MAX
from engine.api.ledger import DELIVERY
from engine.api.openapi import examples
from engine.api.openapi.calling import ALWAYS, BODY, JSON, STORE, UNREAD, body, call, json_reply, one_of
from engine.api.openapi.replies import FORM
from engine.api.openapi.shapes import Schema, reference, whole, words
from engine.files import CHUNK_BYTES_MAX
from engine.guessing import COOKIE
from engine.wire import ANSWERS_BYTES_MAX, TEXT_MAX
from items.filetypes import ENDINGS, LOOK_BYTES
from items.responses import FILE_ID

OCTETS = "application/octet-stream"
TOKEN = ("token_missing", "token_invalid")


def paths() -> dict[str, dict[str, Schema]]:
    """Every call, by address and method."""
    return {
        "/api/v1/login": {"post": _login()},
        "/api/v1/opening": {"get": _opening()},
        "/api/v1/start": {"post": _start()},
        "/api/v1/session": {"get": _session()},
        "/api/v1/answers": {"post": _answers()},
        "/api/v1/attempts": {"post": _attempts()},
        "/api/v1/submit": {"post": _submit()},
        "/api/v1/files": {"post": _put_file()},
        "/api/v1/files/{file}": {"get": _get_file()},
        "/api/v1/time": {"get": _time()},
        "/content/{form}": {"get": _content()},
        "/api/v1/deliveries/{delivery}/ledger": {"get": _ledger()},
        "/healthz": {"get": _healthz()},
        "/readyz": {"get": _readyz()},
        "/api/v1/openapi.json": {"get": _openapi()},
    }


def _login() -> Schema:
    cookie = {
        "name": COOKIE,
        "in": "cookie",
        "required": False,
        "schema": {"type": "string"},
        "description": "Signed, set by the page `/` and by this call. Wrong codes are counted by it; who "
        "comes without it shares one count with all others who do.",
    }
    place = _asked("Passation-Place") | {
        "description": "The place that a `waiting_room` gave: it keeps its bearer's turn, at any worker."
    }
    gives = {
        "description": "The cookie, to who came without one; with refusals too.",
        "required": False,
        "schema": words(f"{COOKIE}=[0-9a-f.]+; .+"),
    }
    seat = one_of("Where the session stands.", ("Seat", "Over"), examples.SEAT)
    return call(
        "login",
        "A code becomes a seat",
        "The first take-over of a session under way is free, the next one waits for the teacher. A code that "
        "was handed in leads to its receipt.",
        {"200": seat | {"headers": {"Set-Cookie": gives}}},
        ("code_typo", "code_unknown", "code_revoked", "room_wrong", "slow_down", "not_open", "start_over"),
        ("delivery_over", "seat_wait", "seat_moved", "waiting_room", *BODY, *STORE),
        parameters=[cookie, place],
        requestBody=body(reference("LogIn"), log_in=examples.LOG_IN),
    )


def _opening() -> Schema:
    return call(
        "opening",
        "When this session may start",
        "Asked once, shortly before the bell, at a moment drawn by the player: by then the server knows how "
        "many wait.",
        {
            "200": json_reply(
                "The bell, and this session's moment after it.", reference("Opening"), examples.OPENING
            )
        },
        ("not_open", "delivery_over", *TOKEN, *STORE),
        security=[{"pupil": []}],
    )


def _start() -> Schema:
    return call(
        "start",
        "The clock begins to run",
        "May be repeated: the clock is never started again, and key and order are brought to a new seat. "
        "Of the body only `route` is read: the steps that the session has been given, if any.",
        {"200": json_reply("The clock runs.", reference("Started"), examples.STARTED)},
        ("not_open", "start_over", "delivery_over", "delivery_paused", *TOKEN),
        ("seat_moved", "handed_in", "session_closed", *UNREAD, *STORE),
        security=[{"pupil": []}],
        requestBody={
            "required": False,
            "content": {JSON: {"schema": {}, "examples": {"start": {"value": {"route": []}}}}},
        },
    )


def _session() -> Schema:
    return call(
        "session",
        "Everything needed to go on",
        "For a new seat, or a player that was closed: all answers that the server holds.",
        {"200": one_of("Session and answers.", ("Resumed", "ResumedOver"), examples.RESUMED)},
        ("delivery_over", "intake_over", "gap", "seat_moved", *TOKEN, *STORE),
        security=[{"pupil": []}],
    )


def _answers() -> Schema:
    return call(
        "answers",
        "Save a batch of answers, or say that the device is there",
        "Repeating an accepted number with the same bytes is acknowledged again. A batch that is refused "
        "consumes no number. What comes after the time, or in a pause, is taken and marked.",
        {"200": json_reply("It stands on disk.", reference("Acknowledgement"), examples.ACKNOWLEDGEMENT)},
        ("bad_answer", "gap", "fork", "too_many", "seat_moved", "not_started", "handed_in", "session_closed"),
        ("delivery_over", "intake_over", *TOKEN, *BODY, *STORE),
        limit_bytes=ANSWERS_BYTES_MAX,
        security=[{"pupil": []}],
        requestBody=body(
            {"anyOf": [reference("Batch"), reference("Heartbeat")]},
            batch=examples.BATCH,
            heartbeat=examples.HEARTBEAT,
        ),
    )


def _attempts() -> Schema:
    asked = ("Attempt", "AskVariant", "AskWay", "AskLastWords", "AskSolution")
    told = ("Attempted", "Variant", "Way", "LastWords", "Solution")
    return call(
        "attempts",
        "What only the server may decide while a test is sat",
        "By `kind`: try an answer (`attempt`), what the items show now (`variant`), where the test goes on "
        "after an item (`route`), what it says at its end (`last-words`), the right answer to an item that "
        "is over (`solution`). An attempt is saved like a batch of answers, and may be repeated like one: "
        "the same bytes under the same number bring the same view.",
        {"200": one_of("Decided.", told, examples.ATTEMPTED)},
        ("bad_answer", "gap", "fork", "too_many", "seat_moved", "not_started", "handed_in", "session_closed"),
        ("delivery_over", "intake_over", *TOKEN, *BODY, *STORE),
        limit_bytes=ANSWERS_BYTES_MAX,
        security=[{"pupil": []}],
        requestBody=body(
            {"anyOf": [reference(name) for name in asked]},
            attempt=examples.ATTEMPT,
            variant={"kind": "variant"},
            way=examples.ASK_WAY,
            last_words=examples.ASK_LAST_WORDS,
            solution={"kind": "solution", "item": "i1"},
        ),
    )


def _submit() -> Schema:
    return call(
        "submit",
        "Hand in",
        "May be repeated, and asked of a session that the server has closed: the receipt is the same. Keep "
        "the answers on the device until `sealed` has reached `last`.",
        {"200": json_reply("Handed in.", reference("Over"), examples.HANDED_IN)},
        ("gap", "not_started", "seat_moved", "delivery_over", "intake_over", *TOKEN, *BODY, *STORE),
        security=[{"pupil": []}],
        requestBody=body(reference("HandIn"), hand_in=examples.HAND_IN),
    )


def _put_file() -> Schema:
    named: Schema = {"type": "string", "maxLength": TEXT_MAX}
    query = {
        "file": words(FILE_ID.pattern, description="Drawn by the client: the value of the response."),
        "item": named | {"description": "The item on which the file is handed in."},
        "response": named | {"description": "Its response, of base type file."},
        "offset": whole(0, SIZE_MAX, description="Where this chunk begins."),
        "size": whole(0, SIZE_MAX, description="Bytes of the whole file."),
    }
    samples = dict(zip(query, (examples.FILE["file"], "i7", "r1", 0, examples.FILE["size"]), strict=True))
    parameters = [
        {"name": name, "in": "query", "required": True, "schema": schema, "example": samples[name]}
        for name, schema in query.items()
    ]
    return call(
        "put_file",
        "A file or drawing, chunk by chunk",
        f"Chunks have at most {CHUNK_BYTES_MAX} bytes and, but for the last, at least {LOOK_BYTES}. The file "
        "is whole when `offset` has reached `size`; then an answer may name it. The line may break anywhere.",
        {"200": json_reply("The chunk stands on disk.", reference("FileHeld"), examples.FILE)},
        ("wrong_offset", "file_type", "file_too_large", "files_full", "not_found", "bad_request", *UNREAD),
        ("seat_moved", "not_started", "handed_in", "delivery_over", "intake_over", *TOKEN, *STORE),
        limit_bytes=CHUNK_BYTES_MAX,
        security=[{"pupil": []}],
        parameters=parameters,
        requestBody={
            "required": True,
            "content": {OCTETS: {"schema": {"type": "string", "format": "binary"}}},
        },
    )


def _get_file() -> Schema:
    named = {"name": "file", "in": "path", "required": True, "schema": words(FILE_ID.pattern)}
    whole_file = {"description": "Its bytes.", "content": {name: {} for name in (*ENDINGS, OCTETS)}}
    return call(
        "get_file",
        "A file that this session has handed in",
        "For another seat of the same session.",
        {"200": whole_file},
        ("not_found", "seat_moved", "delivery_over", "intake_over", *TOKEN, *STORE),
        security=[{"pupil": []}],
        parameters=[named | {"example": examples.FILE["file"]}],
    )


def _time() -> Schema:
    reply = json_reply("The server's clock.", reference("Time"), {"now_ms": examples.NOW_MS})
    return call("time", "What time it is", "", {"200": reply})


def _content() -> Schema:
    kept: Schema = {
        "ETag": _header('"[0-9a-f]{64}"'),
        "Cache-Control": {"required": True, "schema": {"const": "public, max-age=31536000, immutable"}},
        "Accept-Ranges": {"required": True, "schema": {"const": "bytes"}},
    }
    form = {"name": "form", "in": "path", "required": True, "schema": FORM, "example": examples.FORM}
    octets: Schema = {"application/octet-stream": {}}
    whole = {
        "description": "16 bytes of content id, then frames: u32 length, AES-256-GCM of a deflated frame.",
        "headers": kept,
        "content": octets,
    }
    part = {
        "description": "The bytes asked for.",
        "headers": kept | {"Content-Range": _header("bytes [0-9]+-[0-9]+/[0-9]+")},
        "content": octets,
    }
    return call(
        "content",
        "The sealed form",
        "The same bytes for every pupil of the delivery, for any cache to hold; the start brings the key. "
        "One range may be asked for; what is no range that can be served is answered with the whole.",
        {"200": whole, "206": part, "304": {"description": "The form that the client has.", "headers": kept}},
        ("not_found",),
        allow="GET, HEAD",
        parameters=[form, *(_asked(name) for name in ("If-None-Match", "Range", "If-Range"))],
    )


def _asked(name: str) -> Schema:
    return {"name": name, "in": "header", "required": False, "schema": {"type": "string"}}


def _header(pattern: str) -> Schema:
    return {"required": True, "schema": words(pattern)}


def _ledger() -> Schema:
    named = {"name": "delivery", "in": "path", "required": True, "schema": words(DELIVERY.pattern)}
    lines = {
        "description": "One `LedgerLine` a line; none for a delivery that is not there.",
        "content": {
            "application/x-ndjson": {
                "schema": {"type": "string", "description": "Each line is a `LedgerLine`."},
                "examples": {"ledger": {"value": examples.LEDGER}},
            }
        },
    }
    return call(
        "ledger",
        "What the archive holds, batch by batch",
        "To check a run against what its pupils were told. No answer can be read from it.",
        {"200": lines},
        ("not_allowed", "not_found"),
        security=[{"operator": []}],
        parameters=[named | {"example": examples.DELIVERY}],
    )


def _healthz() -> Schema:
    reply = json_reply("It runs.", reference("Alive"), {"alive": True})
    return call("healthz", "Does this process run?", "For a balancer.", {"200": reply}, ours=ALWAYS)


def _readyz() -> Schema:
    ready = json_reply("It can.", reference("Ready"), {"ready": True})
    unready = json_reply("It cannot: send pupils elsewhere.", reference("NotReady"), {"ready": False})
    replies = {"200": ready, "503": unready}
    return call("readyz", "Can this process acknowledge an answer?", "For a balancer.", replies, ours=ALWAYS)


def _openapi() -> Schema:
    itself = {"type": "object", "required": ["openapi", "info", "paths", "components"]}
    reply = {"description": "OpenAPI 3.1.", "content": {JSON: {"schema": itself}}}
    return call("openapi", "This description", "", {"200": reply})
