"""A.S.P. over HTTP: who may what, and what a stranger, a hostile page or a hurried head cannot do."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import pytest_asyncio

from authority.assertion import LIVES_MS, read
from authority.register import Class
from authority.register.register import read_log
from authority.web.routes import ROWS
from authority.web.table import ANYBODY, HEAD, STAFF, TEACHER
from authority.web.words import WORDS
from tests.authority.offices import COLETTE, MOULIN, NOON_MS, ORIGIN, Office, Visitor, office, visitor

pytestmark = pytest.mark.asyncio(loop_scope="module")
EVERYBODY = (ANYBODY,)
ALLOWED = {
    "GET /": EVERYBODY,
    "GET /privacy": EVERYBODY,
    "GET /manual/head": EVERYBODY,
    "GET /manual/teacher": EVERYBODY,
    "GET /login": EVERYBODY,
    "POST /login": EVERYBODY,
    "POST /logout": STAFF,
    "POST /language": EVERYBODY,
    "GET /health": EVERYBODY,
    "GET /static/{name}": EVERYBODY,
    "GET /school": (HEAD,),
    "POST /school/classes": (HEAD,),
    "GET /school/sheets.pdf": (HEAD,),
    "GET /school/results": (HEAD,),
    "GET /school/import": (HEAD,),
    "POST /school/import": (HEAD,),
    "GET /school/import/{draft}": (HEAD,),
    "POST /school/import/{draft}": (HEAD,),
    "GET /classes/{class_id}": STAFF,
    "POST /classes/{class_id}/pupils": (HEAD,),
    "GET /classes/{class_id}/pupils/{pupil}": (HEAD,),
    "POST /classes/{class_id}/pupils/{pupil}": (HEAD,),
    "GET /classes/{class_id}/pupils/{pupil}/removal": (HEAD,),
    "POST /classes/{class_id}/pupils/{pupil}/removal": (HEAD,),
    "POST /classes/{class_id}/validation": (HEAD,),
    "GET /classes/{class_id}/sheets.pdf": (HEAD,),
    "GET /classes/{class_id}/codes": (HEAD,),
    "GET /classes/{class_id}/codes/{session}/strip.pdf": (HEAD,),
    "POST /classes/{class_id}/codes/{session}/pupil": (HEAD,),
    "GET /classes/{class_id}/codes/{session}/withdrawal": (HEAD,),
    "POST /classes/{class_id}/codes/{session}/withdrawal": (HEAD,),
    "GET /classes/{class_id}/access": (HEAD,),
    "GET /classes/{class_id}/access/letter": (HEAD,),
    "POST /classes/{class_id}/access/letter": (HEAD,),
    "GET /classes/{class_id}/access/withdrawal": (HEAD,),
    "POST /classes/{class_id}/access/withdrawal": (HEAD,),
    "GET /classes/{class_id}/room": STAFF,
    "GET /classes/{class_id}/keying": STAFF,
    "GET /classes/{class_id}/results": STAFF,
    "POST /classes/{class_id}/reserve": STAFF,
    "GET /classes/{class_id}/people": STAFF,
    "POST /assertion": STAFF,
}
"""Who may, written a second time by hand: a route without a line here fails."""
REFUSED = (401, 403, 404)


class Town(NamedTuple):
    """An office with two schools of one class each, and somebody of every kind at its door."""

    of: Office
    own: Class
    other: Class
    visitors: dict[str, Visitor]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """Shared by the tests that leave it as it was, but for a corrected name."""
    async with office(tmp_path_factory.mktemp("town")) as of:
        own, other = await of.with_codes(), await of.with_codes(school=MOULIN)
        sibling = await of.with_codes("6e B")
        visitors = {ANYBODY: Visitor(of), HEAD: Visitor(of), TEACHER: Visitor(of), "sibling": Visitor(of)}
        head = await of.credential(COLETTE.id, "head", COLETTE)
        teacher = await of.credential(own.room, "teacher", COLETTE, own.id)
        beside = await of.credential(sibling.room, "teacher", COLETTE, sibling.id)
        assert (await visitors[HEAD].enter(COLETTE.id.lower(), head.lower())).status_code == 303
        assert (await visitors[TEACHER].enter(own.room, teacher)).status_code == 303
        assert (await visitors["sibling"].enter(sibling.room, beside)).status_code == 303
        yield Town(of, own, other, visitors)
        for one in visitors.values():
            await one.close()


async def test_every_route_has_its_line_in_the_matrix() -> None:
    """A new endpoint that nobody declared fails here."""
    assert {f"{row.method} {row.path}": row.roles for row in ROWS} == ALLOWED


async def test_every_route_admits_exactly_whom_the_matrix_names(town: Town) -> None:
    """Each route, each kind of visitor, own class and somebody else's."""
    wrong = []
    for line, roles in ALLOWED.items():
        method, template = line.split(" ")
        if line in ("POST /logout", "POST /classes/{class_id}/access/withdrawal"):
            continue  # it would end a visit that the other rows need
        scoped = "{class_id}" in template
        for who, one in town.visitors.items():
            for place in (town.own, town.other) if scoped else (town.own,):
                path = template.format(
                    class_id=place.id, pupil="0" * 32, session="0" * 32, draft="0" * 32, name="page.css"
                )
                headers = {"x-passation": "1"}
                reply = await (one.get(path) if method == "GET" else one.post(path, headers=headers))
                role = TEACHER if who == "sibling" else who
                may = roles == EVERYBODY or role in roles
                may = may and not (scoped and (place is town.other or who == "sibling"))
                refused = reply.status_code in REFUSED and path != "/login"
                if reply.status_code == 303:
                    refused = reply.headers["location"] == "/login"
                if refused is may:
                    wrong.append((who, line, place.school, reply.status_code))
    assert wrong == []


async def test_somebody_elses_class_does_not_exist(town: Town) -> None:
    """404, not 403: an id tells nothing about other schools."""
    head = town.visitors[HEAD]
    assert (await head.get(f"/classes/{town.other.id}")).status_code == 404
    assert (await head.get(f"/classes/{'0' * 32}")).status_code == 404


@pytest.mark.parametrize(
    ("headers", "csrf"),
    [
        ({"origin": "https://evil.test"}, None),
        ({"sec-fetch-site": "cross-site"}, None),
        ({"sec-fetch-site": "same-site"}, None),
        ({}, ""),
        ({}, "0" * 32),
    ],
)
async def test_another_page_changes_nothing(town: Town, headers: dict[str, str], csrf: str | None) -> None:
    """Foreign origin, foreign site, no token, wrong token: 403, and no class is there."""
    head = town.visitors[HEAD]
    form = {"label": "6e Z"} | ({} if csrf is None else {"csrf": csrf})
    reply = await head.post("/school/classes", form, headers=headers)
    labels = [one.label for one in await town.of.register.lists.classes(COLETTE.id)]
    assert (reply.status_code, "6e Z" in labels) == (403, False)


async def test_a_modules_call_needs_the_header_that_no_other_origin_may_send(town: Town) -> None:
    """`X-Passation` makes a browser ask first, and we never say yes."""
    assert (await town.visitors[HEAD].post("/assertion")).status_code == 403


async def test_wrong_passwords_are_slowed_and_never_shut_the_door(tmp_path: Path) -> None:
    """Past five each next one waits; the right one is let in when the wait is over."""
    async with office(tmp_path) as of:
        password = await of.credential(COLETTE.id, "head", COLETTE)
        async with visitor(of) as one:
            statuses = [(await one.enter(COLETTE.id, "K7QF2M9XT4HD")).status_code for _ in range(6)]
            waiting = await one.enter(COLETTE.id, password)
            of.clock[0] += 60_000
            entered = await one.enter(COLETTE.id, password)
    assert statuses == [401] * 5 + [429]
    assert (waiting.status_code, waiting.headers["retry-after"], entered.status_code) == (429, "1", 303)


async def test_an_unknown_identifier_is_answered_like_a_wrong_password(town: Town) -> None:
    """Nobody learns which schools have a credential."""
    one = town.visitors[ANYBODY]
    known = await one.enter(COLETTE.id, "wrong")
    unknown = await one.enter("9999999Z", "wrong")
    assert known.status_code == unknown.status_code == 401
    assert known.text.replace(COLETTE.id, "") == unknown.text.replace("9999999Z", "")


async def test_a_name_typed_as_identifier_is_not_kept(town: Town) -> None:
    """People type their own name into the first field; the log says only that it was no identifier."""
    await town.visitors[ANYBODY].enter("Quévertin", "wrong")
    lines, _ = await read_log(town.of.settings.address, 1)
    assert (lines[0].act, lines[0].detail) == ("visit.refused", {"login": "other"})


async def test_a_visit_ends_by_time_by_button_and_by_a_new_letter(tmp_path: Path) -> None:
    """An hour without a click; sign out; a password printed anew."""
    async with office(tmp_path) as of:
        password = await of.credential(COLETTE.id, "head", COLETTE)
        async with visitor(of, COLETTE.id, password) as one:
            assert (await one.get("/school")).status_code == 200
            of.clock[0] += 3600_001
            assert (await one.get("/school")).status_code == 303
            await one.enter(COLETTE.id, password)
            await one.post("/logout")
            assert (await one.get("/school")).status_code == 303
            await one.enter(COLETTE.id, password)
            await of.credential(COLETTE.id, "head", COLETTE)
            assert (await one.get("/school")).status_code == 303


async def test_a_password_that_a_new_letter_ends_while_it_is_checked_opens_nothing(tmp_path: Path) -> None:
    """Nor one that is withdrawn meanwhile: who was let in late would stay in by the new credential."""
    async with office(tmp_path) as of:
        doors = of.register.doors
        await of.credential(COLETTE.id, "head", COLETTE)
        checked = await doors.credential(COLETTE.id)
        assert checked is not None
        await of.credential(COLETTE.id, "head", COLETTE)
        assert await doors.enter(checked, of.clock[0]) is None
        anew = await doors.credential(COLETTE.id)
        assert anew is not None
        await doors.withdraw(COLETTE.id, of.clock[0], "test")
        assert await doors.enter(anew, of.clock[0]) is None
        lines, _ = await read_log(of.settings.address, 20)
        assert "visit.enter" not in [one.act for one in lines]


async def test_one_classs_access_is_withdrawn_alone_and_given_anew(tmp_path: Path) -> None:
    """By the head: the old password and its sign-in end at once; a sibling's class notices nothing."""
    async with office(tmp_path) as of, visitor(of) as head, visitor(of) as teacher, visitor(of) as beside:
        own, sibling = await of.with_class("6e A"), await of.with_class("6e B")
        passwords = {
            one.room: await of.credential(one.room, "teacher", COLETTE, one.id) for one in (own, sibling)
        }
        await head.enter(COLETTE.id, await of.credential(COLETTE.id, "head", COLETTE))
        await teacher.enter(own.room, passwords[own.room])
        await beside.enter(sibling.room, passwords[sibling.room])
        of.clock[0] += 1000

        page = await head.get(f"/classes/{own.id}/access/letter")
        over = {"over": re.findall(r'name="over" value="(\d+)"', page.text)[0]}
        letter = await head.post(f"/classes/{own.id}/access/letter", over)
        twice = await head.post(f"/classes/{own.id}/access/letter", over)

        assert (letter.status_code, letter.content[:4], twice.status_code) == (200, b"%PDF", 409)
        assert letter.headers["content-disposition"] == 'attachment; filename="letter.pdf"'
        assert (await teacher.get(f"/classes/{own.id}")).headers["location"] == "/login"
        assert (await teacher.enter(own.room, passwords[own.room])).status_code == 401
        again = await of.credential(own.room, "teacher", COLETTE, own.id)
        assert (await teacher.enter(own.room, again)).status_code == 303

        gone = await head.post(f"/classes/{own.id}/access/withdrawal")
        lines, _ = await read_log(of.settings.address, 20)
        assert gone.headers["location"].endswith("?said=access_withdrawn")
        assert (await teacher.post("/assertion", headers={"x-passation": "1"})).status_code == 401
        assert (await teacher.enter(own.room, again)).status_code == 401
        assert (await beside.get(f"/classes/{sibling.id}")).status_code == 200
        assert [(one.who, one.detail) for one in lines if one.act == "credentials.withdraw"] == [
            (COLETTE.id, {"logins": [own.room]})
        ]
        page = await head.get(f"/classes/{own.id}/access")
        assert "its access is withdrawn" in page.text or "son accès est retiré" in page.text
        again = await of.credential(own.room, "teacher", COLETTE, own.id)
        assert (await teacher.enter(own.room, again)).status_code == 303


async def test_the_page_says_what_the_test_site_still_believes(tmp_path: Path) -> None:
    """Out here is not out there: until when, and who ends it at once, in both languages."""
    async with office(tmp_path) as of:
        own = await of.with_class()
        await of.credential(own.room, "teacher", COLETTE, own.id)
        password = await of.credential(COLETTE.id, "head", COLETTE)
        async with visitor(of, COLETTE.id, password) as head:
            for language, words in (("fr", "un quart d’heure"), ("en", "a quarter of an hour")):
                await head.post("/language", {"language": language, "back": "/"})
                text = (await head.get(f"/classes/{own.id}/access/letter")).text
                assert words in text
                assert "passation rooms renew" in text


async def test_the_cookie_is_strict_and_no_page_is_kept(town: Town) -> None:
    """`__Host-`, Secure, HttpOnly, SameSite=Strict; no-store; nothing loads from elsewhere."""
    password = await town.of.credential(MOULIN.id, "head", MOULIN)
    async with visitor(town.of) as one:
        cookie = (await one.enter(MOULIN.id, password)).headers["set-cookie"]
        page = await one.get("/school")
    assert cookie.startswith("__Host-visit=")
    assert all(word in cookie for word in ("Secure", "HttpOnly", "SameSite=strict", "Path=/"))
    assert page.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "connect-src 'self' https://engine.test;" in page.headers["content-security-policy"]


async def test_what_somebody_else_changed_meanwhile_is_not_written_over(town: Town) -> None:
    """The second of two corrections is told; a validation of a list that has changed since is refused."""
    head = town.visitors[HEAD]
    pupil, *_ = await town.of.register.lists.pupils(town.own.id)
    path = f"/classes/{town.own.id}/pupils/{pupil.id}"
    first = await head.post(path, {"family": "Premier", "first": "Zoé", "version": "1"})
    second = await head.post(path, {"family": "Second", "first": "Zoé", "version": "1"})
    stale = {"checked": "yes", "version": str(town.own.version)}
    validation = await head.post(f"/classes/{town.own.id}/validation", stale)
    names = {one.family for one in await town.of.register.lists.pupils(town.own.id)}
    assert (first.status_code, second.status_code, validation.status_code) == (303, 409, 409)
    assert "Premier" in names
    assert "Second" not in names


async def test_switches_come_from_the_list_one_theme_at_most_and_a_mistake_loses_none(town: Town) -> None:
    """Names that the page does not offer are left out; a wrong date shows what was ticked again, on top."""
    head = town.visitors[HEAD]
    *_, pupil = await town.of.register.lists.pupils(town.own.id)
    path = f"/classes/{town.own.id}/pupils/{pupil.id}"
    form: dict[str, Any] = {"family": "Dernier", "first": "Zoé", "factor": "1333", "theme": "black-cream"}
    form |= {"version": str(pupil.version), "needs": ["line-reader", "spoken", "high-contrast", "reason"]}
    wrong = await head.post(path, form | {"born": "45/03/2015"})
    done = await head.post(path, form)
    found = await town.of.register.lists.pupils(town.own.id)
    kept = next(one for one in found if one.id == pupil.id)

    assert wrong.status_code == 422
    assert re.findall(r'id="need-(\S+)".* checked>', wrong.text) == ["spoken", "line-reader"]
    assert re.findall(r'value="(\S+)" selected', wrong.text) == ["1333", "black-cream"]
    assert wrong.text.index('id="need-line-reader"') < wrong.text.index('id="need-magnification"')
    assert (done.status_code, kept.factor_permille) == (303, 1333)
    assert kept.needs == ("spoken", "line-reader", "black-cream")


async def test_an_assertion_names_the_visitors_rooms_and_dies(town: Town) -> None:
    """A teacher's one room, a head's own; under an opaque id; for a quarter of an hour."""
    key = town.of.keys.signing().public_key()
    said = {}
    for who in (TEACHER, HEAD):
        reply = await town.visitors[who].post("/assertion", headers={"x-passation": "1"})
        assertion = reply.json()["assertion"]
        payload = said[who] = read(key, assertion, NOON_MS)
        assert payload is not None
        assert COLETTE.id not in str(payload)
        assert read(key, assertion, NOON_MS + LIVES_MS) is None
        assert read(key, assertion.replace(".", "A.", 1), NOON_MS) is None
    teacher, head = said[TEACHER], said[HEAD]
    assert teacher is not None
    assert head is not None
    assert teacher["rooms"] == [town.own.room]
    assert len(head["rooms"]) == 2
    assert town.other.room not in head["rooms"]
    assert (teacher["role"], head["role"], teacher["campaign"]) == ("teacher", "head", "test-2026")


async def test_after_the_destruction_every_page_says_so(tmp_path: Path) -> None:
    """410 with an explanation, at once, in the process that runs; what is held is still told."""
    async with office(tmp_path) as of:
        password = await of.credential(COLETTE.id, "head", COLETTE)
        async with visitor(of, COLETTE.id, password) as head:
            of.keys.destroy(NOON_MS)
            assert (await head.get("/school")).status_code == 410
            people = await head.get(f"/classes/{'0' * 32}/people")
            assert people.json()["error"]["code"] == "status_410"
            assert (await head.get("/privacy")).status_code == 200
            assert (await head.get("/health")).json() == {"status": "ok", "destroyed": True}


async def test_forms_and_files_have_bounds(town: Town) -> None:
    """A body past the bound is refused before it is read; so is a field past its own."""
    head = town.visitors[HEAD]
    big = await head.post("/school/import", {}, files={"file": ("l.csv", b"x" * 1_200_000)})
    long = await head.post("/school/classes", {"label": "x" * 3000})
    assert (big.status_code, long.status_code) == (413, 400)


async def test_the_language_goes_back_to_no_other_host(town: Town) -> None:
    """`back` is a path of ours or nothing."""
    one = town.visitors[ANYBODY]
    for back in ("//evil.test", "https://evil.test", "/\\evil.test"):
        reply = await one.post("/language", {"language": "en", "back": back})
        assert reply.headers["location"] == "/"
    assert 'lang="en"' in (await one.get("/")).text
    assert ORIGIN not in (await one.get("/")).headers.get("location", "")


async def test_both_languages_say_the_same_things() -> None:
    """The same keys, and the same numbers in each sentence."""
    french, english = WORDS["fr"], WORDS["en"]
    assert french.keys() == english.keys()
    for key, text in french.items():
        named = [{part.split("}")[0] for part in one.split("{")[1:]} for one in (text, english[key])]
        assert named[0] == named[1], key
