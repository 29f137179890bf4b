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
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Page, Request, Route, expect

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
    environment = os.environ | {f"PASSATION_AUTHORITY_{name}": str(value) for name, value in given.items()}
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


def test_a_head_brings_a_list_corrects_validates_and_prints(opened: Open, authority: Running) -> None:
    """The whole path of a school, each page inspected at both widths; names in no address and no log."""
    context = opened(accept_downloads=True)
    page = context.new_page()
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    inspector = Inspector(page)

    def look(place: str) -> None:
        inspector.look(place)
        page.set_viewport_size(WIDE)

    page.goto(f"{authority.url}/")
    look("portal")
    page.goto(f"{authority.url}/privacy")
    look("privacy")
    enter(page, authority, authority.demo["head_login"], authority.demo["head_password"])
    look("school")
    page.get_by_role("link", name="Importer des listes").click()
    look("import")
    upload = {"name": "liste.csv", "mimeType": "text/csv", "buffer": LIST.encode("cp1252")}
    page.set_input_files("#file", upload)  # type: ignore[arg-type]
    page.get_by_role("button", name="Lire le fichier").click()
    expect(page.locator(".odd")).to_contain_text("Ligne 4")
    look("review")
    page.get_by_role("button", name="Enregistrer ces élèves").click()
    page.get_by_role("link", name="6e Z", exact=True).click()
    expect(page.locator(".odd")).to_contain_text("Peut-être deux fois")
    look("class")
    page.get_by_role("link", name=re.compile("^Corriger")).first.click()
    look("pupil")
    page.get_by_role("button", name="Retirer de la liste").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("summary").click()
    page.fill("#family", "Nguyễn")
    page.fill("#first", "Aïcha-Łucja")
    page.fill("#born", "45/03/2015")
    page.get_by_role("button", name="Ajouter").click()
    expect(page.get_by_role("alert")).to_contain_text("12/03/2015")
    expect(page.locator("#family")).to_have_value("Nguyễn")
    page.fill("#born", "15/03/2015")
    page.get_by_role("button", name="Ajouter").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_label("J’ai vérifié cette liste").check()
    page.get_by_role("button", name="Valider la liste").click()
    expect(page.locator(".pill.is-done")).to_be_visible()

    assert authority.run("codes", "make") == {"pupils": 2, "reserve": 1}
    page.get_by_role("link", name="Codes de la classe").click()
    look("codes")
    with page.expect_download() as download:
        page.get_by_role("link", name="Imprimer la classe").click()
    assert download.value.suggested_filename == "codes.pdf"
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
    page.get_by_label("Donné à").select_option(label="Nguyễn Aïcha-Łucja")
    page.get_by_role("button", name="Noter").click()
    expect(page.get_by_role("status")).to_contain_text("noté")
    page.get_by_role("button", name="English").click()
    expect(page.locator("h1")).to_have_text("Codes of class 6e Z")
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("h1")).to_have_text("School portal")

    said = " ".join(addresses) + authority.log.read_text()
    assert inspector.wrong == []
    assert len(inspector.seen) == 8
    assert "/classes/{class_id}" in said
    assert [name for name in ("Nguy", "tienne", "cha", "6e", "0750999Z") if name in said] == []


def test_a_teacher_follows_the_class_and_names_stay_in_the_browser(opened: Open, authority: Running) -> None:
    """States from the engine, names from here, joined on the screen; the engine may be away."""
    ((_, login, password),) = authority.demo["teachers"]
    codes = Path(authority.demo["files"]["codes"]).read_text().splitlines()[1:-1]
    sessions = [json.loads(line)["session"] for line in codes]
    context = opened()
    page = context.new_page()
    asked: list[Request] = []
    away = [True]

    def engine(route: Route) -> None:
        """The engine's side of the contract."""
        headers = {
            "access-control-allow-origin": authority.url,
            "access-control-allow-headers": "authorization",
        }
        if route.request.method == "OPTIONS":
            return route.fulfill(status=204, headers=headers)
        asked.append(route.request)
        if away[0]:
            return route.fulfill(status=503, headers=headers)
        seats = [
            {
                "session": session,
                "status": "running",
                "at": 3,
                "items": 20,
                "held": place % 2 * 4,
                "safe": not place % 2,
            }
            for place, session in enumerate(sessions)
        ]
        return route.fulfill(json={"now_ms": 1, "seats": seats}, headers=headers)

    context.route(f"{ENGINE}/**", engine)
    enter(page, authority, login, password)
    page.get_by_role("link", name="Suivre la passation").click()
    expect(page.locator("#warning")).to_contain_text("ne répond pas")
    expect(page.locator("#seats")).to_contain_text(names(1)[0][0])
    away[0] = False
    page.reload()
    expect(page.locator("#sum")).to_contain_text("en cours")
    expect(page.locator("#warning")).to_be_hidden()
    expect(page.get_by_text("Question 3 sur 20").first).to_be_visible()
    expect(page.get_by_text("4 en attente sur l’ordinateur").first).to_be_visible()
    inspector = Inspector(page)
    inspector.look("progress")

    assert inspector.wrong == []
    (room,) = {request.url.split("/")[-2] for request in asked}
    assert room == login
    for request in asked:
        told = json.dumps(request.headers) + request.url + (request.post_data or "")
        assert request.headers["authorization"].startswith("Assertion ")
        assert "cookie" not in request.headers
        assert not any(part in told for name in names(30) for part in name)
    stored = page.evaluate("() => [{ ...localStorage }, { ...sessionStorage }, window.name]")
    assert stored == [{}, {}, ""]
