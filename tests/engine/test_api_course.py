"""A test with a structure, over HTTP: drawn for each session, led by the server, judged from the archive."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from engine.demonstration import Prepared
from items.bank import Bank
from tests import forms
from tests.pupil import PupilClient, Refused
from tests.records import records_of
from tests.served import Served


class Form:
    """An open delivery of one of our forms; what is right is known here."""

    def __init__(self, engine: Served, source: Path) -> None:
        self.engine = engine
        self.prepared: Prepared = engine.prepare([str(source)], codes_each=12)[0]
        self._codes = list(self.prepared.codes)
        bank = Bank(engine.settings.data_dir)
        self.key = bank.key(engine.compiled(self.prepared.delivery))

    def pupil(self, *, has_started: bool = True) -> PupilClient:
        """A pupil who has logged in, and mostly started."""
        pupil = PupilClient(self.engine.url, self._codes.pop())
        pupil.login()
        if has_started:
            pupil.start()
        return pupil

    def response(self, item: str, choice: str = "right") -> dict[str, Any]:
        names: dict[str, str] = self.key["items"][item]["responses"]["r1"]["choices"]
        return {"r1": next(name for name, authored in names.items() if authored == choice)}

    def right(self, *items: str) -> dict[str, Any]:
        return {item: self.response(item) for item in items}


@pytest.fixture(scope="module")
def multistage(engine: Served, tmp_path_factory: pytest.TempPathFactory) -> Form:
    """Two linear items, then an easy or a hard module, then a last item."""
    return Form(engine, forms.multistage(tmp_path_factory.mktemp("multistage")))


def items_of(order: list[dict[str, Any]]) -> list[str]:
    return [entry["item"] for run in order for entry in run["items"]]


def ask(
    pupil: PupilClient, after: str, route: list[str] | None = None, last: int | None = None
) -> dict[str, Any]:
    """Ask for the way."""
    question = {
        "kind": "route",
        "after": after,
        "route": route or [],
        "last": pupil.n if last is None else last,
    }
    return pupil.post("/api/v1/attempts", question)


def test_the_order_says_where_the_server_is_to_be_asked(multistage: Form) -> None:
    """And leads on without it: the agreed way is there from the start."""
    order = multistage.pupil().order
    assert items_of(order) == ["i1", "i2", "i3", "i4", "i7"]
    assert [(run["part"], run.get("linear", False), run.get("ask")) for run in order] == [
        ("t1", True, None),
        ("t2", False, "i2"),
        ("t4", False, "i4"),
    ]


def test_the_server_leads_by_the_answers_it_holds(multistage: Form) -> None:
    """To the hard module who got both right; asked again, the same; a new seat, the same."""
    pupil = multistage.pupil()
    pupil.answer(**multistage.right("i1", "i2"))
    led = ask(pupil, "i2")
    assert items_of(led["order"]) == ["i1", "i2", "i5", "i6", "i7"]
    assert ask(pupil, "i2", [led["step"]])["step"] == led["step"]
    again = pupil.post("/api/v1/start", {"route": [led["step"]]})
    assert again["order"] == led["order"]
    pupil.n += 1
    body = {"n": pupil.n, "route": [led["step"]], "answers": []}
    body["answers"] = [{"item": "i5", "response": multistage.response("i5"), "elapsed_ms": 1, "age_ms": 0}]
    pupil.post("/api/v1/answers", body)
    assert pupil.resume()["route"] == [led["step"]]


def test_who_says_nothing_right_is_led_to_the_easy_module(multistage: Form) -> None:
    """The decision is that of the rules, whoever asks first."""
    pupil = multistage.pupil()
    pupil.answer(i1=multistage.response("i1", "wrong"))
    assert items_of(ask(pupil, "i2")["order"]) == ["i1", "i2", "i3", "i4", "i7"]


QUESTIONS: list[tuple[dict[str, Any], str]] = [
    ({"kind": "route", "after": "i2", "last": 9}, "gap"),
    ({"kind": "route", "after": "i2", "route": "all"}, "bad_request"),
    ({"kind": "route", "after": "i2", "route": ["x"] * 201}, "bad_request"),
    ({"kind": "route", "after": 7}, "bad_request"),
    ({"kind": "unheard of"}, "bad_request"),
    ({}, "bad_request"),
]


def test_questions_that_cannot_be_answered_are_refused(multistage: Form) -> None:
    """With answers missing, or in no agreed form."""
    pupil = multistage.pupil()
    for question, code in QUESTIONS:
        with pytest.raises(Refused) as refused:
            pupil.post("/api/v1/attempts", question)
        assert refused.value.code == code


def test_where_nothing_is_decided_the_order_stays(multistage: Form) -> None:
    """Inside a part, about an item of another way, about none."""
    pupil = multistage.pupil()
    for after in ("i1", "i5", "i99", ""):
        reply = ask(pupil, after)
        assert "step" not in reply
        assert reply["order"] == pupil.order


def test_the_end_tells_what_the_author_shows(multistage: Form) -> None:
    """After hand-in only, and only to whom the outcome says so."""
    pupil = multistage.pupil()
    pupil.answer(**multistage.right("i1", "i2"))
    step = ask(pupil, "i2")["step"]
    pupil.answer(**multistage.right("i5", "i6", "i7"))
    words = {"kind": "last-words", "route": [step]}
    assert pupil.post("/api/v1/attempts", words)["feedback"] == []
    pupil.submit()
    (told,) = pupil.post("/api/v1/attempts", words)["feedback"]
    assert told["title"] == "Bravo"
    assert "grand chemin" in told["html"]
    with pytest.raises(Refused, match="handed_in"):
        ask(pupil, "i2")


def test_scores_say_which_way_was_taken_and_by_whom(engine: Served, tmp_path: Path) -> None:
    """Led by the server, gone on without it, and never arrived; items of other ways count for nobody."""
    form = Form(engine, forms.multistage(tmp_path))
    led, alone, early = form.pupil(), form.pupil(), form.pupil()
    led.answer(**form.right("i1", "i2"))
    route = [ask(led, "i2")["step"]]
    led.n += 1
    entries = [
        {"item": item, "response": form.response(item), "elapsed_ms": 500, "age_ms": 0}
        for item in ("i5", "i3")
    ]
    led.post("/api/v1/answers", {"n": led.n, "answers": entries, "route": route})
    alone.answer(**form.right("i1", "i2"))
    alone.answer(**form.right("i3"))
    early.answer(i1=form.response("i1", "wrong"))
    for pupil in (led, alone, early):
        pupil.submit()
    records = records_of(engine, form.prepared.delivery, 3)
    by = {
        sid: [(step["after"], step["to"], step["by"]) for step in r["test"]["route"]]
        for sid, r in records.items()
    }
    assert by[led.session] == [("i2", "i5", "server")]
    assert by[alone.session] == [("i2", "i3", "agreed"), ("i4", "i7", "open")]
    assert by[early.session] == [("i2", "i3", "open"), ("i4", "i7", "open")]
    assert [entry["item"] for entry in records[led.session]["items"]] == ["i1", "i2", "i5", "i6", "i7"]
    assert [entry["item"] for entry in records[led.session]["test"]["strayed"]] == ["i3"]
    totals = {sid: record["test"]["outcomes"]["TOTAL"] for sid, record in records.items()}
    assert totals == {led.session: 3.0, alone.session: 3.0, early.session: 0.0}


def test_the_way_and_the_outcomes_of_the_test_are_exported(engine: Served, tmp_path: Path) -> None:
    """In a file of their own, by the author's names."""
    form = Form(engine, forms.multistage(tmp_path))
    pupil = form.pupil()
    pupil.answer(**form.right("i1", "i2"))
    pupil.n += 1
    entry = {"item": "i5", "response": form.response("i5"), "elapsed_ms": 500, "age_ms": 0}
    route = [ask(pupil, "i2", last=1)["step"]]
    pupil.post("/api/v1/answers", {"n": 2, "answers": [entry], "route": route})
    pupil.submit()
    records_of(engine, form.prepared.delivery, 1)
    out = tmp_path / "out"
    engine.run("results", "export", form.prepared.delivery, "--out", str(out), "--format", "test,qti3")
    with (out / "test.csv").open(newline="") as file:
        rows = [tuple(row.values())[2:6] for row in csv.DictReader(file)]
    assert rows == [
        ("outcome", "TOTAL", "3.0", ""),
        ("outcome", "WORD", "", ""),
        ("step", "ref-item2", "ref-item5", "server"),
    ]


def test_each_session_draws_its_own_questions(engine: Served, tmp_path: Path) -> None:
    """Three of six; the required one always; what was not drawn counts neither for nor against."""
    form = Form(engine, forms.drawn(tmp_path))
    pupils = [form.pupil() for _ in range(6)]
    drawn = {pupil.session: items_of(pupil.order) for pupil in pupils}
    assert all(len(items) == 3 and "i1" in items for items in drawn.values())
    assert len({tuple(items) for items in drawn.values()}) > 1
    for pupil in pupils[:2]:
        pupil.answer(**form.right(*drawn[pupil.session]))
        pupil.submit()
    for session, record in records_of(engine, form.prepared.delivery, 2).items():
        assert record["test"]["outcomes"] == {"TOTAL": 3.0, "DRAWN": 3}
        assert record["test"]["order"] == drawn[session]
        assert sorted(drawn[session]) == [entry["item"] for entry in record["items"]]


def test_times_of_parts_are_told_with_the_pupils_share(engine: Served, tmp_path: Path) -> None:
    """In `limits`, by the names that the order uses."""
    form = Form(engine, forms.timed(tmp_path, seconds=90))
    pupil = form.pupil()
    session = pupil.call("GET", "/api/v1/session")["session"]
    assert session["limits"]["within"] == {"s1": {"max_ms": 90_000}}
    assert (session["navigation"], session["leads"], session["tells"]) == ("parts", True, False)
    assert [run.get("ask") for run in pupil.order] == [None, None]
