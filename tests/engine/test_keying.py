"""Answers on paper, keyed: through the teacher's door into the sessions, the archive and the scores."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest

from engine.app import running
from engine.demonstration import FORMS
from engine.keying.keeper import Keeper
from engine.keying.sheet import NotKeyable, columns
from engine.seats import number_of
from items.compile import compile_form
from items.model import Form
from items.package import read_package
from sessions.model import Operation, Reply, Submit
from tests.asserted import assertion, shown
from tests.engine.described import Witness
from tests.forms import drawn
from tests.keyed import Paper, keyed_class, paper_form
from tests.served import Served

OWN = {"X-Passation": "1"}


class Keyer:
    """A teacher at the engine's own page, or, with a colleague's assertion, at the authority's."""

    def __init__(self, engine: Served, paper: Paper, *, device: str = "aaaaaaaa", own: bool = True) -> None:
        self.http = httpx2.Client(base_url=engine.url, timeout=30)
        Witness().watch(self.http)
        self.paper, self.device, self.number = paper, device, 0
        self.headers = OWN if own else shown(assertion(paper.room))
        if own:
            self.enter()

    def enter(self) -> None:
        shows = {"room": self.paper.room, "code": self.paper.code}
        reply = self.http.post("/api/v1/teacher", json=shows, headers=OWN)
        assert reply.status_code == 200
        # A browser sends it on the loopback; this client holds `Secure` for TLS alone.
        self.headers = OWN | {"Cookie": reply.headers["set-cookie"].split(";")[0]}

    @property
    def address(self) -> str:
        return f"/api/v1/rooms/{self.paper.room}/keying"

    def look(self) -> dict[str, Any]:
        reply = self.http.get(self.address, headers=self.headers)
        assert reply.status_code == 200
        found: dict[str, Any] = reply.json()
        return found

    def typed(
        self, session: str, cell: str, value: str, over: tuple[str, ...] = (), kind: str = "value"
    ) -> dict[str, Any]:
        self.number += 1
        name = f"{self.device}-{self.number}"
        return {
            "session": session,
            "cell": cell,
            "id": name,
            "kind": kind,
            "value": value,
            "over": list(over),
        }

    def key(self, *typed: dict[str, Any], **more: Any) -> httpx2.Response:
        return self.http.post(self.address, json={"typed": list(typed), **more}, headers=self.headers)

    def marks(self, session: str, cell: str) -> list[str]:
        row = next(row for row in self.look()["rows"] if row["session"] == session)
        return [mark["value"] or mark["kind"] for mark in row["cells"].get(cell, [])]


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return paper_form(tmp_path_factory.mktemp("paper"), 5)


@pytest.fixture
def keyer(engine: Served, form: Path) -> Iterator[Keyer]:
    made = Keyer(engine, keyed_class(engine.settings, form, 3))
    yield made
    made.http.close()


def test_the_grid_shows_the_paper_and_pupils_by_number(keyer: Keyer) -> None:
    """Columns in the order of the paper, choices as printed; a pupil is a number and a random id."""
    grid = keyer.look()
    assert [column["label"] for column in grid["columns"]] == ["1", "2", "3", "4", "5"]
    assert [choice["text"] for choice in grid["columns"][0]["choices"]] == ["juste", "faux", "illisible"]
    assert (grid["columns"][4]["kind"], grid["columns"][4]["section"]) == ("number", "Problèmes")
    numbers = [row["number"] for row in grid["rows"]]
    assert numbers == sorted(number_of(bytes.fromhex(session)) for session in keyer.paper.sessions)


@pytest.mark.parametrize("own", [True, False])
def test_two_teachers_on_one_cell_both_stay_until_one_decides(
    engine: Served, keyer: Keyer, own: bool
) -> None:
    """At the same page with one code, or one at each; a row nobody changed is not sent again."""
    colleague = Keyer(engine, keyer.paper, device="bbbbbbbb", own=own)
    session, cell = keyer.paper.sessions[0], "i5.r1"
    assert keyer.key(keyer.typed(session, cell, "12")).status_code == 200
    assert colleague.key(colleague.typed(session, cell, "21")).status_code == 200
    assert keyer.marks(session, cell) == ["12", "21"]
    seen = {row["session"]: row for row in keyer.look()["rows"]}[session]["cells"][cell]
    assert [mark["who"] for mark in seen] == [keyer.look()["who"], colleague.look()["who"]]
    assert keyer.look()["who"] != colleague.look()["who"]
    assert (keyer.look()["lock"] == colleague.look()["lock"]) is own
    assert keyer.key(keyer.typed(session, cell, "12,5", ("aaaaaaaa-1", "bbbbbbbb-1"))).status_code == 200
    assert colleague.marks(session, cell) == ["12.5"]

    tags = {row["session"]: row["tag"] for row in keyer.look()["rows"]}
    assert keyer.key(known=tags).json()["rows"] == []
    colleague.key(colleague.typed(session, "i1.r1", "", kind="absent"))
    (changed,) = keyer.key(known=tags).json()["rows"]
    assert changed["session"] == session
    colleague.http.close()


def test_many_hands_in_one_row_lose_nothing(engine: Served, keyer: Keyer) -> None:
    """Eight at once, over two servers, each another cell or the same: all of it stands."""
    session = keyer.paper.sessions[1]
    hands = [Keyer(engine, keyer.paper, device=f"{number:08x}") for number in range(8)]

    def work(hand: Keyer) -> list[int]:
        typed = [
            hand.typed(session, "i5.r1", hand.device[-1]),
            hand.typed(session, "i1.r1", "", kind="nothing"),
        ]
        return [hand.key(one).status_code for one in typed]

    with ThreadPoolExecutor(len(hands)) as pool:
        said = [status for statuses in pool.map(work, hands) for status in statuses]
    assert set(said) == {200}
    assert sorted(keyer.marks(session, "i5.r1")) == list("01234567")
    assert keyer.marks(session, "i1.r1") == ["nothing"]
    for hand in hands:
        hand.http.close()


def test_only_complete_papers_are_handed_in_and_then_they_stand(keyer: Keyer) -> None:
    """What comes after is refused by its mark, and nothing else with it."""
    full, half = keyer.paper.sessions[:2]
    grid = keyer.look()
    choices = {
        column["cell"]: [choice["value"] for choice in column["choices"]] for column in grid["columns"]
    }
    typed = [keyer.typed(full, cell, (values or ["12"])[0]) for cell, values in choices.items()]
    assert keyer.key(*typed, keyer.typed(half, "i1.r1", choices["i1.r1"][1])).status_code == 200
    told = keyer.key(hand_in=[full, half]).json()
    assert {row["session"]: row["status"] for row in told["rows"]}[full] == "submitted"
    assert {row["session"]: row["status"] for row in told["rows"]}[half] == "running"
    late = keyer.typed(full, "i1.r1", choices["i1.r1"][1], (typed[0]["id"],))
    assert keyer.key(late, keyer.typed(half, "i2.r1", "", kind="absent")).json()["refused"] == [late["id"]]
    assert keyer.marks(half, "i2.r1") == ["absent"]


async def test_a_paper_that_somebody_still_types_into_is_not_handed_in_unseen(
    engine: Served, keyer: Keyer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another server takes a mark just after this one has judged the row complete: it stays open."""
    session, colleague = keyer.paper.sessions[0], Keyer(engine, keyer.paper, device="bbbbbbbb")
    printed = {column["cell"]: column["choices"] for column in keyer.look()["columns"]}
    full = {cell: choices[0]["value"] if choices else "12" for cell, choices in printed.items()}
    assert keyer.key(*(keyer.typed(session, *cell) for cell in full.items())).status_code == 200
    commit, said = Keeper._commit, list[int]()

    async def meanwhile(keeper: Keeper, operation: Operation) -> Reply:
        if isinstance(operation, Submit) and not said:
            late = colleague.typed(session, "i5.r1", "21")
            said.append((await asyncio.to_thread(colleague.key, late)).status_code)
        return await commit(keeper, operation)

    monkeypatch.setattr(Keeper, "_commit", meanwhile)
    async with running(engine.settings) as application:
        transport = httpx2.ASGITransport(app=application)
        async with httpx2.AsyncClient(transport=transport, base_url=engine.url) as client:
            reply = await client.post(keyer.address, json={"hand_in": [session]}, headers=keyer.headers)
    colleague.http.close()
    row = next(row for row in reply.json()["rows"] if row["session"] == session)
    assert (said, row["status"]) == ([200], "running")
    assert [mark["value"] for mark in row["cells"]["i5.r1"]] == ["12", "21"]


@pytest.mark.parametrize(
    "other", ["a b[1]=", 'x="un', "é=1", "=", "no equals", 'j={"a": 1, "b": [2]}', "x=\\"]
)
def test_a_cookie_of_others_that_is_malformed_signs_nobody_out(keyer: Keyer, other: str) -> None:
    """What some extension or old page of the school has left in the browser is not ours to judge."""
    own = keyer.headers["Cookie"]
    for cookies in (f"{other}; {own}", f"{own}; {other}", f"{other};{own};{other}"):
        headers = {name.encode(): value.encode() for name, value in (OWN | {"Cookie": cookies}).items()}
        assert keyer.http.get(keyer.address, headers=headers).status_code == 200


def test_a_pupil_cannot_sit_what_is_keyed_and_nobody_else_sees_it(engine: Served, keyer: Keyer) -> None:
    """No cookie, another room's, a wrong code, another origin: nothing."""
    assert keyer.http.get(keyer.address, headers=OWN).status_code == 401
    other = keyer.headers | {"Sec-Fetch-Site": "cross-site"}
    assert keyer.http.get(keyer.address, headers=other).status_code == 403
    assert keyer.http.get("/api/v1/rooms/other/keying", headers=keyer.headers).status_code == 403
    wrong = {"room": keyer.paper.room, "code": "K7QF 2M9X T4HD"}
    assert keyer.http.post("/api/v1/teacher", json=wrong, headers=OWN).status_code in (401, 422)
    for bad in ({"cell": "i9.r1"}, {"value": "zzzz"}, {"id": "x"}, {"kind": "none"}, {"session": "0" * 32}):
        one = keyer.typed(keyer.paper.sessions[0], "i1.r1", "1") | bad
        assert keyer.key(one).status_code == 400
    assert all(row["cells"] == {} for row in keyer.look()["rows"])


@pytest.mark.parametrize(("source", "said"), [("maths-6e", "shuffles its choices"), ("drawn", "shuffles")])
def test_a_form_that_cannot_be_keyed_is_refused_with_the_question(
    tmp_path: Path, source: str, said: str
) -> None:
    """Before the delivery, not on the day."""
    path = drawn(tmp_path) if source == "drawn" else FORMS / source
    made: Form = compile_form(read_package(path), seed=b"test")
    with pytest.raises(NotKeyable, match=said):
        columns(made.content, made.schema)
