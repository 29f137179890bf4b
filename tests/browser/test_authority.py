"""A.S.P. as a head and a teacher meet it: lists in, validated, codes printed, the day followed."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pytest
from playwright.sync_api import FilePayload, Page, Request, Route, expect

from authority.demonstration import names
from tests.browser.conftest import Open
from tests.browser.test_access import WIDE, Inspector
from tests.served import ROOT, free_port

ENGINE = "http://localhost:9"
"""An engine that nobody runs: the browser's requests to it are answered here, by the contract."""
LIST = """Nom;Prénom;Né(e) le;Classe
Étienne-Löw;Zoé;12/03/2015;6e Z
Étienne-Löw;Zoé;12/03/2015;6e Z
Roux;Tom;31/02/2015;6e Z
"""


class Running(NamedTuple):
    """The authority's program with a demonstration school."""

    url: str
    demo: dict[str, Any]
    environment: dict[str, str]
    log: Path

    def run(self, *arguments: str) -> Any:
        """A command of the authority's beside it."""
        done = subprocess.run(
            [sys.executable, "-m", "authority", *arguments, "--json"],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """`passation-authority serve`, a process of its own."""
    folder, port = tmp_path_factory.mktemp("authority"), free_port()
    given = {"DATA_DIR": folder / "data", "KEYS_DIR": folder / "keys", "PORT": port, "ENGINE_ORIGIN": ENGINE}
    environment = os.environ | {f"AUTHORITY_{name}": str(value) for name, value in given.items()}
    running = Running(f"http://127.0.0.1:{port}", {}, environment, folder / "log")
    running.demo.update(running.run("demo", "--classes", "1"))
    with running.log.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "authority", "serve"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline().startswith("serving at")
        yield running
        process.send_signal(signal.SIGTERM)
        process.wait()
        process.stdout.close()


def enter(page: Page, authority: Running, login: str, password: str) -> None:
    """Sign in by keyboard alone, the password typed as people type it."""
    page.goto(f"{authority.url}/login")
    expect(page.locator("#login")).to_be_focused()
    page.keyboard.type(login.lower())
    page.keyboard.press("Tab")
    page.keyboard.type(f"{password[:4]} {password[4:8].lower()} {password[8:]}")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).not_to_have_text(re.compile("Connexion"))


class Head:
    """A head at the school's pages: each is inspected at both widths, every address is noted."""

    def __init__(self, page: Page, authority: Running) -> None:
        self.page, self.authority = page, authority
        self.inspector = Inspector(page)
        self.addresses: list[str] = []
        page.on("request", lambda request: self.addresses.append(request.url))

    def look(self, place: str) -> None:
        self.inspector.look(place)
        self.page.set_viewport_size(WIDE)

    def click(self, name: str, role: Literal["button", "link"] = "button") -> None:
        self.page.get_by_role(role, name=name, exact=True).click()

    def brings_a_list(self) -> None:
        """Two wrong things in it: a pupil twice, a date that does not exist."""
        self.click("Importer des listes", "link")
        self.look("import")
        upload: FilePayload = {"name": "l.csv", "mimeType": "text/csv", "buffer": LIST.encode("cp1252")}
        self.page.set_input_files("#file", upload)
        self.click("Lire le fichier")
        expect(self.page.locator(".odd")).to_contain_text("Ligne 4")
        self.look("review")
        self.click("Enregistrer ces élèves")
        self.click("6e Z", "link")
        expect(self.page.locator(".odd")).to_contain_text("Peut-être deux fois")
        self.look("class")

    def chooses_for_a_pupil(self) -> None:
        """By keyboard alone: a group unfolds, a switch is ticked in it, and stands on top the next time."""
        page = self.page
        page.get_by_role("link", name=re.compile("^Corriger")).first.click()
        page.locator("#theme").focus()
        for key in ("Tab", "Enter", "Tab", "Space"):
            page.keyboard.press(key)
        expect(page.get_by_label("Écoute")).to_be_checked()
        page.get_by_text("Affichage", exact=False).first.click()
        self.look("pupil")
        page.get_by_label("Couleurs").select_option(label="Noir sur crème")
        self.click("Enregistrer")
        expect(page.locator("tbody tr").first).to_contain_text("Écoute, Noir sur crème")

    def corrects(self) -> None:
        """Takes one off the list, adds another, with a mistake on the way that loses nothing typed."""
        page = self.page
        page.get_by_role("link", name=re.compile("^Corriger")).first.click()
        expect(page.locator(".is-chosen").get_by_label("Écoute")).to_be_visible()
        self.click("Retirer de la liste")
        expect(page.locator("tbody tr")).to_have_count(1)
        page.locator("#add > summary").click()
        for field, text in (("family", "Nguyễn"), ("first", "Aïcha-Łucja"), ("born", "45/03/2015")):
            page.fill(f"#{field}", text)
        self.click("Ajouter")
        expect(page.get_by_role("alert")).to_contain_text("12/03/2015")
        expect(page.locator("#family")).to_have_value("Nguyễn")
        page.fill("#born", "15/03/2015")
        self.click("Ajouter")
        expect(page.locator("tbody tr")).to_have_count(2)

    def validates(self) -> None:
        self.page.get_by_label("J’ai vérifié cette liste").check()
        self.click("Valider la liste")
        expect(self.page.locator(".pill.is-done")).to_be_visible()

    def prints(self) -> None:
        """The class's sheets; then a reserve code finds its pupil."""
        page = self.page
        self.click("Codes de la classe", "link")
        self.look("codes")
        with page.expect_download() as download:
            self.click("Imprimer la classe (PDF)", "link")
        assert download.value.suggested_filename == "codes.pdf"
        assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
        page.get_by_label("Donné à").select_option(label="Nguyễn Aïcha-Łucja")
        self.click("Noter")
        expect(page.get_by_role("status")).to_contain_text("noté")


def test_a_head_brings_a_list_corrects_validates_and_prints(opened: Open, authority: Running) -> None:
    """The whole path of a school; names in no address and no log."""
    head = Head(opened(accept_downloads=True).new_page(), authority)
    for path in ("", "privacy"):
        head.page.goto(f"{authority.url}/{path}")
        head.look(path or "portal")
    enter(head.page, authority, authority.demo["head_login"], authority.demo["head_password"])
    head.look("school")
    head.brings_a_list()
    head.chooses_for_a_pupil()
    head.corrects()
    head.validates()
    assert authority.run("codes", "make") == {"pupils": 2, "reserve": 1}
    head.prints()
    head.click("English")
    expect(head.page.locator("h1")).to_have_text("Codes of class 6e Z")
    head.click("Sign out")
    expect(head.page.locator("h1")).to_have_text("School portal")

    said = " ".join(head.addresses) + authority.log.read_text()
    assert head.inspector.wrong == []
    assert len(head.inspector.seen) == 8
    assert "/classes/{class_id}" in said
    assert [name for name in ("Nguy", "tienne", "cha", "6e%20Z", "0750999Z") if name in said] == []


class Engine:
    """The engine's side of the contract, answered in the browser's network."""

    def __init__(self, origin: str, sessions: list[str]) -> None:
        self.asked: list[Request] = []
        self.is_away = True
        self._headers = {
            "access-control-allow-origin": origin,
            "access-control-allow-headers": "authorization",
        }
        self._seats = [
            {"session": session, "status": "running", "at": 3, "items": 20, "held": place % 2 * 4}
            | {"safe": not place % 2}
            for place, session in enumerate(sessions)
        ]

    def __call__(self, route: Route) -> None:
        if route.request.method == "OPTIONS":
            route.fulfill(status=204, headers=self._headers)
            return
        self.asked.append(route.request)
        if self.is_away:
            route.fulfill(status=503, headers=self._headers)
        else:
            route.fulfill(json={"now_ms": 1, "seats": self._seats}, headers=self._headers)

    def was_told(self) -> list[str]:
        """Everything that a request carried."""
        return [json.dumps(one.headers) + one.url + (one.post_data or "") for one in self.asked]


def test_a_teacher_follows_the_class_and_names_stay_in_the_browser(opened: Open, authority: Running) -> None:
    """States from the engine, names from here, joined on the screen; the engine may be away."""
    ((_, login, password),) = authority.demo["teachers"]
    codes = Path(authority.demo["files"]["codes"]).read_text().splitlines()[1:-1]
    engine = Engine(authority.url, [json.loads(line)["session"] for line in codes])
    context = opened()
    context.route(f"{ENGINE}/**", engine)
    page = context.new_page()
    enter(page, authority, login, password)
    page.get_by_role("link", name="Suivre la passation").click()
    expect(page.locator("#warning")).to_contain_text("ne répond pas")
    expect(page.locator("#seats")).to_contain_text(names(1)[0][0])
    engine.is_away = False
    page.reload()
    expect(page.locator("#sum")).to_contain_text("en cours")
    expect(page.locator("#warning")).to_be_hidden()
    expect(page.get_by_text("Question 3 sur 20").first).to_be_visible()
    expect(page.get_by_text("4 en attente sur l’ordinateur").first).to_be_visible()
    inspector = Inspector(page)
    inspector.look("progress")

    assert inspector.wrong == []
    assert {request.url.split("/")[-2] for request in engine.asked} == {login}
    assert all(one.headers["authorization"].startswith("Assertion ") for one in engine.asked)
    assert not any("cookie" in one.headers for one in engine.asked)
    told = " ".join(engine.was_told())
    assert [part for name in names(30) for part in name if part in told] == []
    assert page.evaluate("() => [{ ...localStorage }, { ...sessionStorage }, window.name]") == [{}, {}, ""]
