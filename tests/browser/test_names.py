"""Results with names, on the authority's page: of a class for its teacher, of the school for its head."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import pytest
from playwright.sync_api import Page, expect

from authority.assertion import sign
from authority.demonstration import names
from authority.keys import Keys
from engine.archive import Archive
from engine.archive.answers import scored
from engine.assertion import KEY_FILE, authority_key
from engine.clock import now_ms
from engine.codesfile import CodesFile
from engine.importing import import_file
from engine.keyring import KeyRing
from engine.published.mastery import read_mastery
from engine.published.publication import Publication, Publications
from engine.stores import store_of
from tests.browser.conftest import Open
from tests.browser.deliveries import apart
from tests.browser.following import follow
from tests.browser.test_access import WIDE, Inspector
from tests.browser.test_authority import Running, enter, kept, serving
from tests.engine.test_openapi_live import until
from tests.engine.test_published import THRESHOLDS
from tests.keyed import opened_delivery, paper_form
from tests.served import Served, served

pytestmark = pytest.mark.long
HOUR_MS = 3_600_000
QUESTIONS = 10
PICTURES = os.environ.get("PASSATION_PICTURES", "")
"""A folder for pictures of the pages, for somebody who wants to look."""


class Keyed(NamedTuple):
    """An engine in which two classes on paper are keyed, scored and published."""

    engine: Served
    delivery: str


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A school of two classes."""
    with serving(tmp_path_factory.mktemp("authority"), 2) as running:
        yield running


@pytest.fixture(scope="module")
def keyed(authority: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keyed]:
    """The first pupil is right everywhere, the second left all blank, one was absent, one for a half."""
    folder = tmp_path_factory.mktemp("engine")
    (folder / "keys").mkdir(mode=0o700)
    for name in ("pepper.json", KEY_FILE):
        shutil.copy(Path(authority.environment["AUTHORITY_KEYS_DIR"]) / name, folder / "keys" / name)
    form = paper_form(folder, QUESTIONS)
    given: dict[str, Any] = {"port": authority.engine_port, "workers": 1, "authority_origin": authority.url}
    with served(folder, **given) as engine:
        delivery = apart(lambda: asyncio.run(_imported(engine, authority, form)))
        for (_, room, _), count in zip(authority.demo["teachers"], (30, 6), strict=True):
            _key(engine, authority, room, count)
        until(lambda: apart(lambda: asyncio.run(_scored(engine, delivery))) == 36)
        yield Keyed(engine, delivery)


async def _imported(engine: Served, authority: Running, form: Path) -> str:
    keyring = KeyRing.of(engine.settings)
    archive, store = await Archive.open(engine.settings.archive_address), store_of(engine.settings)
    file = CodesFile.verify(Path(authority.demo["files"]["codes"]), authority_key(engine.settings.keys_dir))
    try:
        delivery = await opened_delivery(engine.settings, archive, store, keyring, form)
        await import_file(archive, store, keyring, file, delivery.id, who="test")
    finally:
        await store.aclose()
        await archive.close()
    return delivery.id


async def _scored(engine: Served, delivery: str) -> int:
    archive = Archive(engine.settings.archive_address)
    try:
        return (await scored(archive.database, delivery))[0]
    finally:
        await archive.close()


def _key(engine: Served, authority: Running, room: str, count: int) -> None:
    """A teacher of the room keys so many pupils and hands them in."""
    key = Keys(Path(authority.environment["AUTHORITY_KEYS_DIR"])).signing()
    about: dict[str, Any] = {"campaign": "demonstration", "who": "ab" * 16, "role": "teacher"}
    text = sign(key, rooms=[room], now_ms=now_ms(), **about)
    headers = {"Authorization": f"Assertion {text}", "Origin": authority.url}
    with httpx2.Client(base_url=engine.url, timeout=30, headers=headers) as http:
        grid = http.get(f"/api/v1/rooms/{room}/keying").json()
        for place, row in enumerate(grid["rows"][:count]):
            session = row["session"]
            typed = [
                {"session": session, "cell": column["cell"], "id": f"{place:08x}-{number + 1}", "over": []}
                | dict(zip(("kind", "value"), _said(place, number, column), strict=True))
                for number, column in enumerate(grid["columns"])
            ]
            body = {"typed": typed, "hand_in": [session]}
            reply = http.post(f"/api/v1/rooms/{room}/keying", json=body)
            assert (reply.status_code, reply.json()["refused"]) == (200, [])


def _said(place: int, number: int, column: dict[str, Any]) -> tuple[str, str]:
    """What stands on a pupil's paper: the first choice, and 12, are right."""
    if place == 1:
        return "nothing", ""
    if place == 2 or (place == 3 and number >= QUESTIONS // 2):
        return "absent", ""
    is_right = place == 0 or (place * 7 + number * 3) % 10 < place % 11
    if column["kind"] == "number":
        return "value", "12" if is_right else "13"
    return "value", column["choices"][0 if is_right else 1]["value"]


def publish(keyed: Keyed, closes_ms: int) -> None:
    national = {
        "pupils": 81_234,
        "rows": [{"counted": 81_000, "mean": 0.58, "groups": [20_000, 31_000, 30_000]}] * 3,
    }
    mastery = read_mastery(THRESHOLDS | {"domains": {}})
    found = Publication(keyed.delivery, 1, 0, closes_ms, mastery, national)
    Publications(keyed.engine.settings.data_dir).put(found)


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def look(page: Page, inspector: Inspector, name: str) -> None:
    """At both widths."""
    page.set_viewport_size(WIDE)
    picture(page, name)
    inspector.look(name)
    picture(page, f"{name}-narrow")
    page.set_viewport_size(WIDE)


def is_printed(page: Page, name: str) -> None:
    """A sheet each and nothing else goes to the printer, and each fits on its page."""
    sheets = page.locator(".to-print .fiche")
    expect(sheets).to_have_count(30)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 720, "height": 1020})
    expect(sheets.first).to_be_visible()
    expect(page.locator("#bar")).to_be_hidden()
    heights = sheets.evaluate_all("all => all.map((one) => one.getBoundingClientRect().height)")
    assert max(heights) < 1000
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png")
        page.pdf(path=Path(PICTURES) / f"{name}.pdf", format="A4", print_background=True)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_teacher_reads_the_class_by_name_and_prints_a_sheet_each(
    opened: Open, authority: Running, keyed: Keyed, language: str
) -> None:
    """Absent is a word and no zero; a sheet a page on paper; no name leaves the browser."""
    publish(keyed, now_ms() + HOUR_MS)
    _, login, password = authority.demo["teachers"][0]
    context = opened(locale=f"{language}-{'FR' if language == 'fr' else 'GB'}")
    context.add_init_script("window.print = () => { window.printed = true }")
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url + (one.post_data or "")))
    enter(page, authority, login, password)
    page.goto(page.url + "/results")
    rows = page.locator(".results-list tbody tr")
    expect(rows).to_have_count(30)
    inspector = Inspector(page)
    look(page, inspector, f"class-results-{language}")
    absent = rows.filter(has=page.locator("td:nth-child(2) .pill", has_text=re.compile("^absent$")))
    expect(absent.locator(".pill")).to_have_text(["absent"] * 3)
    page.get_by_role("button", name="Par réussite" if language == "fr" else "By success").click()
    expect(rows.last.locator(".pill").first).to_have_text("absent")
    expect(page.locator(".domain").first).to_contain_text("2 ")
    half = page.locator("tr", has=page.get_by_text("partie" if language == "fr" else "a part", exact=False))
    half.first.locator("button").click()
    expect(page.locator("dialog .fiche-items .pill", has_text="absent")).to_have_count(5)
    look(page, inspector, f"sheet-{language}")
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Imprimer les fiches" if language == "fr" else "Print the sheets").click()
    is_printed(page, f"sheets-{language}")
    assert inspector.wrong == []
    held = b" ".join(kept(keyed.engine))
    parts = {part for name in names(30) for part in name}
    assert [part for part in parts if part in " ".join(asked) or part.encode() in held] == []


def test_a_tab_left_behind_shows_no_name_to_the_next_one_at_this_computer(
    opened: Open, authority: Running, keyed: Keyed
) -> None:
    """Signed out elsewhere, or another class's teacher signed in: the names go when the tab is looked at."""
    publish(keyed, now_ms() + HOUR_MS)
    context = opened()
    (_, login, password), (_, other, others) = authority.demo["teachers"]
    left, page = context.new_page(), context.new_page()
    enter(left, authority, login, password)
    address = left.url + "/results"
    for says in ("Connexion", "Cela n’a pas pu se faire"):
        left.goto(address)
        expect(left.locator(".results-list tbody tr")).to_have_count(30)
        page.goto(authority.url + "/privacy")
        follow(page.get_by_role("button", name="Se déconnecter"))
        expect(page).to_have_url(authority.url + "/")
        if says != "Connexion":
            enter(page, authority, other, others)
        left.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
        expect(left.locator("h1")).to_contain_text(says)
        expect(left.locator("body")).not_to_contain_text(names(1)[0][0])
        if says == "Connexion":
            enter(page, authority, login, password)


def test_a_head_sees_the_classes_beside_each_other_and_each_with_its_names(
    opened: Open, authority: Running, keyed: Keyed
) -> None:
    """Names are fetched when a class is opened and not before; after the last date nothing is to be seen."""
    publish(keyed, now_ms() + HOUR_MS)
    page = opened().new_page()
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    enter(page, authority, authority.demo["head_login"], authority.demo["head_password"])
    follow(page.get_by_role("link", name="Lire les résultats", exact=True))
    inspector = Inspector(page)
    expect(page.locator(".domain .bar-line")).to_have_count(9)
    assert not any(url.endswith("/people") for url in asked)
    look(page, inspector, "school-results")
    page.locator("details > summary").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".results-list tbody tr")).to_have_count(30)
    expect(page.locator(".results-list")).to_contain_text(names(1)[0][0])
    assert sum(url.endswith("/people") for url in asked) == 1
    look(page, inspector, "school-results-open")
    publish(keyed, now_ms() - HOUR_MS)
    page.reload()
    expect(page.locator("#warning")).to_contain_text("pas ouverts à cette date")
    look(page, inspector, "school-results-over")
    assert inspector.wrong == []
    assert json.dumps(page.evaluate("() => [{ ...localStorage }, { ...sessionStorage }]")) == "[{}, {}]"
