"""A.S.P. as a head and a teacher meet it: lists in, validated, codes printed, the day followed."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pytest
from playwright.sync_api import FilePayload, Page, Request, expect

from authority.demonstration import names
from authority.keys import Keys
from authority.register import Register
from authority.settings import Settings
from engine.archive import Archive
from engine.assertion import KEY_FILE, authority_key
from engine.codesfile import CodesFile
from engine.demonstration import FORMS, prepare
from engine.importing import import_file
from engine.keyring import KeyRing
from engine.stores import store_of
from tests.browser.conftest import Open
from tests.browser.deliveries import apart
from tests.browser.following import follow
from tests.browser.paper import picture, sheets
from tests.browser.test_access import WIDE, Inspector
from tests.ports import free_port
from tests.pupil import PupilClient
from tests.served import ROOT, Served, served

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
    engine_port: int
    """Where its pages look for the engine."""

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
    """A school of one class."""
    with serving(tmp_path_factory.mktemp("authority"), 1) as running:
        yield running


@contextmanager
def serving(folder: Path, classes: int) -> Iterator[Running]:
    """`passation-authority serve`, a process of its own."""
    port, engine_port = free_port(), free_port()
    given: dict[str, Any] = {"DATA_DIR": folder / "data", "KEYS_DIR": folder / "keys", "PORT": port}
    given["ENGINE_ORIGIN"] = f"http://127.0.0.1:{engine_port}"
    environment = os.environ | {f"AUTHORITY_{name}": str(value) for name, value in given.items()}
    running = Running(f"http://127.0.0.1:{port}", {}, environment, folder / "log", engine_port)
    running.demo.update(running.run("demo", "--classes", str(classes)))
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
    with page.expect_navigation():
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
        """What leads to another page."""
        follow(self.page.get_by_role(role, name=name, exact=True))

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
        follow(page.get_by_role("link", name=re.compile("^Corriger")).first)
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
        follow(page.get_by_role("link", name=re.compile("^Corriger")).first)
        expect(page.locator(".is-chosen").get_by_label("Écoute")).to_be_visible()
        self.click("Retirer de la liste", "link")
        expect(page.get_by_role("heading", level=1)).to_contain_text("Retirer")
        self.look("removal")
        self.click("Annuler", "link")
        self.click("Retirer de la liste", "link")
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
            page.get_by_role("link", name="Imprimer la classe (PDF)", exact=True).click()
        assert download.value.suggested_filename == "codes.pdf"
        assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
        follow(page.get_by_role("link", name=re.compile("^Retirer le code")).first)
        self.look("withdrawal")
        self.click("Annuler", "link")
        page.get_by_label("Donné à").select_option(label="Nguyễn Aïcha-Łucja")
        self.click("Noter")
        expect(page.get_by_role("status")).to_contain_text("noté")

    def prints_a_letter(self) -> None:
        """The teacher's, from the class's own page."""
        page = self.page
        self.click("Classe 6e Z", "link")
        self.click("Accès de l’enseignant", "link")
        self.look("access")
        with page.expect_download() as download:
            page.get_by_role("button", name="Imprimer le courrier (PDF)", exact=True).click()
        assert download.value.suggested_filename == "letter.pdf"
        page.reload()
        expect(page.locator(".lead")).to_contain_text("Courrier imprimé")
        self.click("Imprimer un nouveau courrier (PDF)", "link")
        self.look("access letter")
        with page.expect_download():
            page.get_by_role("button", name="Imprimer un nouveau courrier (PDF)", exact=True).click()
        self.click("Annuler", "link")
        self.click("Retirer l’accès sans le remplacer", "link")
        self.look("access withdrawal")
        self.click("Annuler", "link")
        expect(page.locator(".lead")).to_contain_text("Courrier imprimé")
        self.click("Retirer l’accès sans le remplacer", "link")
        self.click("Retirer l’accès sans le remplacer")
        expect(page.get_by_role("status")).to_contain_text("Accès retiré")
        self.click("Classe 6e Z", "link")
        self.click("Codes de la classe", "link")


def test_a_head_brings_a_list_corrects_validates_and_prints(opened: Open, authority: Running) -> None:
    """The whole path of a school; names in no address and no log."""
    head = Head(opened(accept_downloads=True).new_page(), authority)
    for path in ("", "privacy", "manual/head", "manual/teacher"):
        head.page.goto(f"{authority.url}/{path}")
        head.look(path or "portal")
        picture(head.page, f"asp-{path.replace('/', '-') or 'portal'}")
        assert "manual" not in path or sheets(head.page, f"asp-{path.replace('/', '-')}") == 1
    enter(head.page, authority, authority.demo["head_login"], authority.demo["head_password"])
    head.look("school")
    picture(head.page, "asp-school")
    head.brings_a_list()
    head.chooses_for_a_pupil()
    head.corrects()
    head.validates()
    assert authority.run("codes", "make") == {"pupils": 2, "reserve": 1}
    head.prints()
    head.prints_a_letter()
    head.click("English")
    expect(head.page.locator("h1")).to_have_text("Codes of class 6e Z")
    head.click("Sign out")
    expect(head.page.locator("h1")).to_have_text("School portal")

    said = " ".join(head.addresses) + authority.log.read_text()
    assert head.inspector.wrong == []
    assert len(head.inspector.seen) == 15
    assert "/classes/{class_id}" in said
    assert [name for name in ("Nguy", "tienne", "cha", "6e%20Z", "0750999Z") if name in said] == []


class Sat(NamedTuple):
    """An engine that knows the authority, with its class of pupils: three have logged in."""

    engine: Served
    pupils: list[PupilClient]


@contextmanager
def sat(folder: Path, authority: Running) -> Iterator[Sat]:
    """The engine as an operator sets it up: two files from the authority's keys, its origin, its codes."""
    keys = folder / "keys"
    keys.mkdir(mode=0o700)
    for name in ("pepper.json", KEY_FILE):
        shutil.copy(Path(authority.environment["AUTHORITY_KEYS_DIR"]) / name, keys / name)
    given: dict[str, Any] = {"port": authority.engine_port, "workers": 1, "authority_origin": authority.url}
    with served(folder, **given) as engine:
        codes = apart(lambda: asyncio.run(_imported(engine, authority)))
        pupils = [PupilClient(engine.url, code) for code in codes]
        for pupil in pupils:
            pupil.login()
            pupil.start()
        yield Sat(engine, pupils)


async def _imported(engine: Served, authority: Running) -> list[str]:
    """The file of codes goes in; gives the first three codes, as they stand on paper."""
    keyring, settings = KeyRing.of(engine.settings), Settings.load(authority.environment)
    (delivery,) = await prepare(engine.settings, [FORMS / "maths-6e"], 1)
    verified = CodesFile.verify(
        Path(authority.demo["files"]["codes"]), authority_key(engine.settings.keys_dir)
    )
    archive, store = await Archive.open(engine.settings.archive_address), store_of(engine.settings)
    register = await Register.open(settings.address, Keys(settings.keys_dir))
    try:
        await import_file(archive, store, keyring, verified, delivery.delivery, who="test")
        rows = await register.codebook.to_export(everything=True)
    finally:
        await register.close()
        await store.aclose()
        await archive.close()
    given = {row.sid.hex() for row in verified.rows()}
    return [code.short for code, *_ in rows if code.pupil and code.session in given][:3]


def spoken(pupil: PupilClient, place: int, held: int) -> None:
    """The device says which question is on the screen, and how many batches it still holds."""
    items = [entry["item"] for block in pupil.order for entry in block["items"]]
    pupil.post("/api/v1/answers", {"answers": [], "at": items[place - 1], "held": held})


def told(requests: list[Request]) -> str:
    """Everything that these requests carried."""
    return " ".join(json.dumps(one.headers) + one.url + (one.post_data or "") for one in requests)


def kept(engine: Served) -> Iterator[bytes]:
    """Everything that an engine keeps: Redis, archive, forms, and what it logged."""
    yield from (path.read_bytes() for path in engine.settings.data_dir.rglob("*") if path.is_file())
    yield "".join(engine.log).encode()


def acts_on_a_seat(page: Page, inspector: Inspector) -> None:
    """The pupil at question 3 is paused, goes on, gets ten minutes; then everybody stops."""
    page.set_viewport_size(WIDE)
    row = page.locator("tr", has_text="Question 3 sur 20")
    for act, pill in (("Mettre en pause", "En pause"), ("Reprendre", "En cours")):
        row.get_by_role("button").click()
        page.get_by_role("button", name=act, exact=True).click()
        if act != "Reprendre":
            page.get_by_role("button", name="Confirmer").click()
        expect(page.locator(".said")).to_contain_text(act)
        expect(row.locator(".pill").first).to_have_text(pill)
    row.get_by_role("button").click()
    page.get_by_role("button", name="Donner du temps", exact=True).click()
    inspector.look("time")
    page.set_viewport_size(WIDE)
    page.locator("dialog .main").click()
    expect(page.locator(".said")).to_contain_text("Donner du temps")
    page.get_by_role("button", name="Tout mettre en pause").click()
    page.get_by_role("button", name="Confirmer").click()
    expect(page.locator("#seats .pill", has_text="En pause")).to_have_count(2)
    gives_a_reserve_code(page)
    expect(page.locator(".proof")).to_contain_text("Réponses pas encore toutes arrivées")


def gives_a_reserve_code(page: Page) -> None:
    """To somebody who has not come in: the paper with the former code opens nothing any more."""
    page.reload()
    absent = page.locator("tr", has_text="Pas connecté").first
    absent.get_by_role("button").click()
    page.get_by_role("button", name="Donner un code de réserve").click()
    page.get_by_role("button", name="Confirmer").click()
    expect(page.locator(".said")).to_contain_text("Donner un code de réserve : c’est fait")


def test_a_teacher_follows_the_class_and_names_stay_in_the_browser(
    opened: Open, authority: Running, tmp_path: Path
) -> None:
    """States from the engine, names from here, joined on the screen; the engine may be away."""
    ((_, login, password),) = authority.demo["teachers"]
    page = opened().new_page()
    asked: list[Request] = []
    page.on("request", lambda one: asked.append(one) if f":{authority.engine_port}/" in one.url else None)
    enter(page, authority, login, password)
    follow(page.get_by_role("link", name="Suivre la passation"))
    expect(page.locator("#warning")).to_contain_text("ne répond pas")
    expect(page.locator("#seats")).to_contain_text(names(1)[0][0])
    with sat(tmp_path, authority) as (engine, (handed_in, working, waiting)):
        handed_in.submit()
        spoken(working, 3, 0)
        spoken(waiting, 5, 4)
        page.reload()
        expect(page.locator("#sum")).to_have_text(
            re.compile("1remis.*2en cours.*27pas connectés.*2/3en sécurité")
        )
        expect(page.locator("#warning")).to_be_hidden()
        expect(page.get_by_text("Question 3 sur 20")).to_be_visible()
        expect(page.get_by_text("4 en attente sur l’ordinateur")).to_be_visible()
        expect(page.locator("#seats .pill", has_text="En sécurité")).to_have_count(2)
        inspector = Inspector(page)
        inspector.look("room")
        acts_on_a_seat(page, inspector)
        held = b" ".join(kept(engine))

    assert inspector.wrong == []
    assert {re.sub(".*/rooms/|/.*", "", request.url) for request in asked} == {login}
    assert all(one.headers["authorization"].startswith("Assertion ") for one in asked)
    assert not any("cookie" in one.headers for one in asked)
    parts = {part for name in names(30) for part in name}
    assert [part for part in parts if part in told(asked) or part.encode() in held] == []
    assert page.evaluate("() => [{ ...localStorage }, { ...sessionStorage }, window.name]") == [{}, {}, ""]
