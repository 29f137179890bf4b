"""Files over HTTP: sent in chunks, kept on disk under the session's key, nobody else's to name or read."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest

from engine.errors import Problem
from engine.filecipher import Chunk, FileCipher, Owner, Place, Unreadable
from engine.files import CHUNK_BYTES_MAX, KEPT_EACH, FileStore
from items.filetypes import Upload
from tests.browser.deliveries import Delivered, deliver
from tests.engine.described import Witness
from tests.items.given import SVG, a_package_of, png, zipped
from tests.items.handed_kinds import HANDED_KINDS
from tests.pupil import PupilClient, Refused
from tests.served import Served, served

WORK = b"%PDF-1.7\n" + bytes(range(256)) * 2400
"""A document of three chunks."""
UPLOAD, DRAWING = ("i1", "r1"), ("i2", "r1")


def a_form(folder: Path) -> Path:
    items = {f"item{number}": text for number, text in enumerate(HANDED_KINDS.values(), 1)}
    return zipped(folder, a_package_of(items, media={"authored-picture.svg": SVG}))


@pytest.fixture(scope="module")
def delivered(engine: Served, tmp_path_factory: pytest.TempPathFactory) -> Delivered:
    """An open delivery whose first question takes a document, whose second a drawing."""
    return deliver(engine, a_form(tmp_path_factory.mktemp("form")))


@pytest.fixture
def pupil(delivered: Delivered) -> Callable[[], PupilClient]:
    """Makes pupils who have started."""

    def start() -> PupilClient:
        client = PupilClient(delivered.engine.url, delivered.seat().code)
        client.login()
        client.start()
        Witness().watch(client.http)
        return client

    return start


def put(
    client: PupilClient, file: str, data: bytes, offset: int = 0, place: tuple[str, str] = UPLOAD, **more: Any
) -> dict[str, Any]:
    """One chunk of `data`, from `offset`, as large as it may be unless `end` says otherwise."""
    item, response = place
    end = more.get("end", offset + CHUNK_BYTES_MAX)
    query = f"file={file}&item={item}&response={response}&offset={offset}&size={more.get('size', len(data))}"
    headers = {"Content-Type": "application/octet-stream"}
    return client.call("POST", f"/api/v1/files?{query}", data[offset:end], **headers)


def send(client: PupilClient, data: bytes, place: tuple[str, str] = UPLOAD, file: str = "") -> str:
    """A whole file; gives its id."""
    file, offset = file or secrets.token_hex(16), 0
    while offset < len(data):
        offset = put(client, file, data, offset, place)["offset"]
    return file


def fetch(client: PupilClient, file: str) -> tuple[int, bytes, str]:
    """Status, body and type of a file asked for again."""
    reply = client.http.get(f"/api/v1/files/{file}", headers={"Authorization": f"Bearer {client.token}"})
    return reply.status_code, reply.content, reply.headers["content-type"]


def refused(act: Callable[[], object]) -> dict[str, Any]:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.error


def on_disk(delivered: Delivered, client: PupilClient) -> Path:
    return delivered.engine.settings.files_folder / delivered.id / client.session


def test_a_file_is_sent_in_chunks_named_in_an_answer_and_read_back(
    delivered: Delivered, pupil: Callable[[], PupilClient]
) -> None:
    """What comes back is what was sent; what lies on the disk shows nothing of it."""
    client = pupil()
    file = send(client, WORK)
    assert client.answer(i1={"r1": file})["last"] == 1
    assert fetch(client, file) == (200, WORK, "application/pdf")
    (kept,) = on_disk(delivered, client).iterdir()
    assert kept.name == f"i1-r1-{file}"
    assert b"%PDF" not in kept.read_bytes()
    assert kept.stat().st_mode & 0o077 == 0


def test_a_line_that_broke_goes_on_where_the_server_says(pupil: Callable[[], PupilClient]) -> None:
    """Any offset but the next is refused, with the next one beside it; a repeated chunk changes nothing."""
    client, file = pupil(), secrets.token_hex(16)
    assert put(client, file, WORK)["offset"] == CHUNK_BYTES_MAX
    again = refused(lambda: put(client, file, WORK))
    assert (again["code"], again["offset"]) == ("wrong_offset", CHUNK_BYTES_MAX)
    ahead = refused(lambda: put(client, file, WORK, 2 * CHUNK_BYTES_MAX))
    assert ahead["offset"] == CHUNK_BYTES_MAX
    small = put(client, file, WORK, CHUNK_BYTES_MAX, end=CHUNK_BYTES_MAX + 5000)["offset"]
    assert small == CHUNK_BYTES_MAX + 5000
    while small < len(WORK):
        small = put(client, file, WORK, small)["offset"]
    assert put(client, file, WORK, small - 5000)["offset"] == len(WORK)
    assert fetch(client, file)[1] == WORK


def test_an_answer_names_only_files_that_its_session_has_handed_in(pupil: Callable[[], PupilClient]) -> None:
    """Not one that never came, not half a one, not that of another question, not a neighbour's."""
    client, neighbour = pupil(), pupil()
    half, theirs = secrets.token_hex(16), send(neighbour, WORK)
    put(client, half, WORK)
    drawn = send(client, png(), DRAWING)
    for file in (secrets.token_hex(16), half, drawn, theirs):
        error = refused(lambda: client.send(client.batch(1, i1={"r1": file})))  # noqa: B023
        assert error["code"] == "bad_answer"
        assert error["entries"] == [{"index": 0, "item": "i1", "problem": "unknown_file"}]
    assert client.send(client.batch(1, i1={"r1": None}, i2={"r1": drawn}))["last"] == 1
    assert fetch(client, theirs)[0] == 404
    assert fetch(client, half)[0] == 404
    assert fetch(neighbour, theirs)[0] == 200


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"data": b"<html>hello</html>"}, "file_type"),
        ({"data": b"PK\x03\x04" + bytes(99)}, "file_type"),
        ({"data": WORK, "place": DRAWING}, "file_type"),
        ({"data": WORK, "size": 21 * 1024 * 1024}, "file_too_large"),
        ({"data": WORK, "place": ("i3", "r1")}, "not_found"),
        ({"data": WORK, "place": ("i9", "../r1")}, "not_found"),
        ({"data": WORK, "file": "../../../../etc/passwd"}, "bad_request"),
        ({"data": WORK, "size": len(WORK) - CHUNK_BYTES_MAX * 2}, "bad_request"),
        ({"data": WORK, "end": 100}, "bad_request"),
        ({"data": b"", "size": 5}, "bad_request"),
        ({"data": WORK, "end": CHUNK_BYTES_MAX + 1}, "too_large"),
    ],
)
def test_what_the_question_does_not_take_is_refused_at_its_first_chunk(
    delivered: Delivered, pupil: Callable[[], PupilClient], change: dict[str, Any], code: str
) -> None:
    """By content and not by name; by size before it has crossed the line; and nothing of it stays."""
    client = pupil()
    asked = {"file": secrets.token_hex(16)} | change
    assert refused(lambda: put(client, **asked))["code"] == code
    folder = on_disk(delivered, client)
    assert not folder.exists() or list(folder.iterdir()) == []


def test_files_are_taken_while_answers_are(delivered: Delivered, pupil: Callable[[], PupilClient]) -> None:
    """Not before the start, not after hand-in, not from a seat that was left, not without a token."""
    waiting = PupilClient(delivered.engine.url, delivered.seat().code)
    waiting.login()
    assert refused(lambda: send(waiting, WORK))["code"] == "not_started"
    client = pupil()
    client.submit()
    assert refused(lambda: send(client, WORK))["code"] == "handed_in"
    seat = delivered.seat()
    old, new = PupilClient(delivered.engine.url, seat.code), PupilClient(delivered.engine.url, seat.code)
    old.login()
    old.start()
    file = send(old, WORK)
    new.login()
    assert refused(lambda: send(old, WORK))["code"] == "seat_moved"
    assert fetch(new, file)[:2] == (200, WORK)
    old.token = ""
    assert refused(lambda: send(old, WORK))["code"] == "token_missing"


def test_only_the_last_files_of_a_response_are_kept(
    delivered: Delivered, pupil: Callable[[], PupilClient]
) -> None:
    """A drawing sends one at each pause: the disk holds a few, and no draft that was given up."""
    client = pupil()
    put(client, secrets.token_hex(16), WORK)
    sent = [send(client, png(), DRAWING) for _ in range(KEPT_EACH + 2)]
    documents = send(client, WORK)
    names = {path.name for path in on_disk(delivered, client).iterdir()}
    assert names == {f"i2-r1-{file}" for file in sent[-KEPT_EACH:]} | {f"i1-r1-{documents}"}


@pytest.mark.long
def test_the_next_worker_goes_on_with_a_file_and_a_full_disk_takes_no_more(tmp_path: Path) -> None:
    """Chunks are on the disk before they are acknowledged, so it may die between any two of them."""
    with served(tmp_path, session_files_mib=1) as engine:
        delivered = deliver(engine, a_form(tmp_path), seats=1)
        client = PupilClient(engine.url, delivered.seat().code)
        client.login()
        client.start()
        file = secrets.token_hex(16)
        offset = put(client, file, WORK)["offset"]
        for worker in engine.processes("engine.worker"):
            worker.kill()
        client.http.close()
        client.http = PupilClient(engine.url).http
        while offset < len(WORK):
            with suppress(httpx2.TransportError):  # nobody listens yet
                offset = put(client, file, WORK, offset)["offset"]
        assert fetch(client, file)[1] == WORK
        full = refused(lambda: send(client, WORK))
        assert full["code"] == "files_full"
        assert client.answer(i1={"r1": file})["last"] == 1


def test_files_leave_the_disk_to_the_answers(tmp_path: Path) -> None:
    """Where less than the reserve is free, a file is refused and waits on its device."""
    owner, store = Owner("delivery", bytes(16)), FileStore(tmp_path, reserve_bytes=1 << 60)
    chunk = Chunk(Place("i1", "r1", "0" * 32), 0, len(WORK), WORK)
    with pytest.raises(Problem, match="store_full"):
        store.put(owner, chunk, Upload(("application/pdf",)), FileCipher(bytes(32), owner))


def test_the_body_says_that_it_is_bytes(pupil: Callable[[], PupilClient]) -> None:
    """A form of another site's page, or JSON, is no chunk."""
    client = pupil()
    query = f"file={'0' * 32}&item=i1&response=r1&offset=0&size=4"
    body, headers = orjson.dumps([1]), {"Content-Type": "application/json"}
    error = refused(lambda: client.call("POST", f"/api/v1/files?{query}", body, **headers))
    assert error["code"] == "unsupported_media"


def test_files_are_written_out_when_asked_and_gone_when_the_delivery_is_destroyed(
    engine: Served, tmp_path: Path
) -> None:
    """The table names them by id; the folder holds those that answers name; afterwards nobody has them."""
    delivered = deliver(engine, a_form(tmp_path), seats=1)
    client = PupilClient(engine.url, delivered.seat().code)
    client.login()
    client.start()
    superseded, file, drawn = send(client, WORK), send(client, WORK[:-1]), send(client, png(), DRAWING)
    client.answer(i1={"r1": superseded})
    client.answer(i1={"r1": file}, i2={"r1": drawn})
    client.submit()
    out, files = tmp_path / "out", tmp_path / "files"
    command = ("results", "export", delivered.id, "--out", str(out), "--files", str(files), "--json")
    exported: dict[str, Any] = {"sessions": 0}
    while not exported["sessions"]:  # the archive follows in its own time
        done = engine.run(*command)
        assert done.returncode == 0, done.stderr
        exported = orjson.loads(done.stdout)
    assert exported["handed_in"] == {"written": 2, "unreadable": []}
    table = (out / "responses.csv").read_text()
    assert file in table
    assert superseded not in table
    written = {path.name: path.read_bytes() for path in (files / client.session).iterdir()}
    assert written == {f"{file}.pdf": WORK[:-1], f"{drawn}.png": png()}
    kept = engine.settings.files_folder / delivered.id
    assert len(list(kept.rglob("i*-r*-*"))) == 3
    for act in (("deliveries", "close", delivered.id), ("keys", "destroy", delivered.id, "--yes")):
        assert engine.run(*act).returncode == 0
    assert not kept.exists()


def test_a_file_moved_cut_or_changed_is_noticed(tmp_path: Path) -> None:
    """Under another session, another question or another offset, with a chunk less or a bit turned."""
    owner, place = Owner("delivery", bytes(16)), Place("i1", "r1", "0" * 32)
    cipher = FileCipher(bytes(32), owner)
    store, upload = FileStore(tmp_path), Upload(("application/pdf",))
    for offset in range(0, len(WORK), 200_000):
        store.put(owner, Chunk(place, offset, len(WORK), WORK[offset : offset + 200_000]), upload, cipher)
    assert store.read(owner, place, cipher) == WORK
    (path,) = (path for path in tmp_path.rglob("*") if path.is_file())
    whole = path.read_bytes()
    others = [
        (cipher, Place("i2", "r1", "0" * 32), whole),
        (FileCipher(bytes(32), owner._replace(sid=b"1" * 16)), place, whole),
        (FileCipher(b"1" * 32, owner), place, whole),
        (cipher, place, whole[: 8 + 200_032]),
        (cipher, place, whole[:8] + whole[8 + 200_032 :]),
        (cipher, place, whole[:-1] + bytes([whole[-1] ^ 1])),
        (cipher, place, b""),
    ]
    for opener, name, sealed in others:
        with pytest.raises(Unreadable):
            opener.open(name, sealed)
