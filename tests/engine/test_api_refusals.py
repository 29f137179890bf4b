"""Bad input over HTTP: each with its own clear refusal, nothing half-done."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from sessions.codes import complete
from tests.pupil import PupilClient, Refused
from tests.served import Served


@pytest.fixture(scope="module")
def codes(engine: Served) -> list[str]:
    return list(engine.prepare(codes_each=12)[0].codes)


@pytest.fixture
def pupil(engine: Served, codes: list[str]) -> PupilClient:
    return PupilClient(engine.url, codes.pop())


@pytest.fixture
def http(engine: Served) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=engine.url, timeout=30) as client:
        yield client


def test_a_mistyped_code_is_told_from_an_unknown_one(pupil: PupilClient) -> None:
    """The check sign says "look again"; a well-formed code that nobody has is unknown."""
    wrong_end = next(sign for sign in "123456789BCDFGHJKMNPQRSTVWXYZ" if sign != pupil.code[-1])
    pupil.code = pupil.code[:-1] + wrong_end
    with pytest.raises(Refused, match="code_typo"):
        pupil.login()
    pupil.code = complete("B" * 11)
    with pytest.raises(Refused, match="code_unknown"):
        pupil.login()


def test_a_code_is_understood_however_it_is_typed(pupil: PupilClient) -> None:
    """Small letters, spaces, dashes: a pupil of eleven types it."""
    pupil.code = " ".join(pupil.code[place : place + 4] for place in (0, 4, 8)).lower()
    assert pupil.login()["session"]["status"] == "ready"


def test_a_code_of_another_room_is_refused(pupil: PupilClient) -> None:
    """Where a room is given, it must be the code's own."""
    with pytest.raises(Refused, match="room_wrong"):
        pupil.login(room="R99")
    assert pupil.login(room="R1")


def test_a_revoked_code_is_refused_by_its_own_name(engine: Served, pupil: PupilClient) -> None:
    """The pupil is sent to the teacher for another one."""
    session = pupil.login()["session"]["id"]
    revoked = engine.run("codes", "revoke", session)
    assert revoked.returncode == 0, revoked.stderr
    with pytest.raises(Refused, match="code_revoked"):
        pupil.login()


@pytest.mark.parametrize(
    ("token", "code"),
    [("", "token_missing"), ("x", "token_invalid"), ("A" * 108, "token_invalid"), ("é", "token_invalid")],
)
@pytest.mark.parametrize("path", ["/api/v1/answers", "/api/v1/start", "/api/v1/submit"])
def test_a_token_that_is_not_ours_opens_nothing(
    http: httpx2.Client, path: str, token: str, code: str
) -> None:
    """Whatever the call."""
    headers = {b"Authorization": f"Bearer {token}".encode()} if token else {}
    reply = http.post(path, content=b'{"answers": [], "last": 0}', headers=headers)
    assert (reply.status_code, reply.json()["error"]["code"]) == (401, code)


def test_a_token_changed_by_one_sign_opens_nothing(pupil: PupilClient) -> None:
    """It is signed as a whole: no other session, no later deadline can be written into it."""
    pupil.login()
    good = pupil.token
    for place in range(0, len(good), 7):
        pupil.token = good[:place] + ("A" if good[place] != "A" else "B") + good[place + 1 :]
        with pytest.raises(Refused, match="token_invalid"):
            pupil.resume()


def test_answers_before_the_start_are_refused(pupil: PupilClient) -> None:
    """The clock does not run yet."""
    pupil.login()
    with pytest.raises(Refused, match="not_started"):
        pupil.answer(i1={"r1": None})


def test_a_body_that_is_too_large_is_refused_before_it_is_read(pupil: PupilClient) -> None:
    """By its length, and by what really comes."""
    pupil.login()
    pupil.start()
    with pytest.raises(Refused, match="too_large"):
        pupil.send(b'{"n": 1, "answers": [' + b" " * 70_000 + b"]}")
    headers = {"Authorization": f"Bearer {pupil.token}"}
    reply = pupil.http.post("/api/v1/answers", content=iter([b" " * 40_000] * 2), headers=headers)
    assert reply.json()["error"]["code"] == "too_large"
    assert pupil.answer(i1={"r1": None})["last"] == 1


@pytest.mark.parametrize(
    ("body", "code"), [(b"{", "bad_json"), (b"[]", "bad_request"), (b'{"n": -1}', "bad_request")]
)
def test_a_body_that_is_no_batch_is_refused(
    pupil: PupilClient, codes: list[str], body: bytes, code: str
) -> None:
    """And the session goes on."""
    codes.append(pupil.code)
    pupil.login()
    with pytest.raises(Refused, match=code):
        pupil.post_raw(body)


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/static/nothing.js", "/static/../settings.py", "/content/" + "0" * 64, "/content/../../x"],
)
def test_what_is_not_there_is_not_found(http: httpx2.Client, path: str) -> None:
    """No path leads out of what is served."""
    reply = http.get(path)
    assert (reply.status_code, reply.json()["error"]["code"]) == (404, "not_found")


def test_the_wrong_method_is_refused(http: httpx2.Client) -> None:
    """On the hot path and on the router's."""
    for method, path in (("GET", "/api/v1/answers"), ("GET", "/api/v1/login"), ("POST", "/content/x")):
        reply = http.request(method, path)
        assert (reply.status_code, reply.json()["error"]["code"]) == (405, "wrong_method"), path


def test_the_ledger_needs_the_operators_token(http: httpx2.Client) -> None:
    """Even session ids are nobody else's business."""
    assert http.get("/api/v1/deliveries/abcdefgh/ledger").status_code == 403
