"""What the engine says that it holds is what it holds: tables, keys in Redis, files, browsers."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from pathlib import Path

import httpx2

import engine as package
from classroom import STATIC
from engine.archive.tables import metadata
from engine.assets import WEB
from engine.backup.create import FOLDERS
from engine.guessing import COOKIE
from engine.inventory import INVENTORY
from engine.portal.addresses import ADDRESSES, FAMILIES
from sessions.keys import CONSTANT_FIELDS, KEY_PATTERNS, STATE_FIELDS, TEXT_FIELDS
from tests.pupil import PupilClient
from tests.served import Served

SOURCES = sorted(Path(package.__file__).parent.rglob("*.py"))
SCRIPTS = [*sorted(WEB.rglob("*.js")), *sorted(STATIC.glob("*.js"))]


def _names(kind: str) -> set[str]:
    return {name for name, place in INVENTORY.places.items() if place.kind == kind}


def test_every_column_of_every_table_is_said() -> None:
    """A column without a line fails the build."""
    said = {name: set(INVENTORY.places[name].fields) for name in _names("table")}
    assert said == {name: set(table.columns.keys()) for name, table in metadata.tables.items()}


def test_every_key_in_redis_is_said() -> None:
    """Each pattern that the application may touch, each field of a session's records."""
    assert _names("memory") == {f"redis {pattern}" for pattern in KEY_PATTERNS}
    assert INVENTORY.places["redis s:{p*"].fields == (*STATE_FIELDS, *TEXT_FIELDS)
    assert INVENTORY.places["redis c:{p*"].fields == CONSTANT_FIELDS


def test_every_file_of_an_engine_at_work_is_said(engine: Served) -> None:
    """Below the data and the keys folder, and in a backup."""
    delivery, *_ = engine.prepare(codes_each=1)
    pupil = PupilClient(engine.url, delivery.codes[0])
    pupil.login()
    pupil.start()
    folders = {"data": engine.settings.data_dir, "keys": engine.settings.keys_dir}
    files = {
        f"{name}/{path.relative_to(folder)}"
        for name, folder in folders.items()
        for path in folder.rglob("*")
        if path.is_file()
    }
    patterns = [name for name in _names("file") if "/" in name]
    assert len(files) > len(patterns)
    assert [file for file in files if not any(fnmatch(file, _glob(one)) for one in patterns)] == []
    assert [one for one in FOLDERS if not any(name.startswith(f"data/{one}/") for name in patterns)] == []


def _glob(pattern: str) -> str:
    return pattern.replace("DELIVERY", "*").replace("SESSION", "*")


def test_everything_that_pages_leave_in_a_browser_is_said() -> None:
    """Cookies by the sources of the server, all else by the sources of the pages."""
    cookies = {COOKIE, *re.findall(r'"(__Host-[\w-]+)"', "".join(one.read_text() for one in SOURCES))}
    stored, unread = set(), []
    for path in SCRIPTS:
        text = path.read_text()
        found = {
            *(f"IndexedDB {name}" for name in re.findall(r"indexedDB\.open\('([\w-]+)'", text)),
            *(f"Cache {name}" for name in re.findall(r"const (?:CACHE|SHELL) = '([\w-]+)'", text)),
            *(f"localStorage {name}" for name in re.findall(r"localStorage\.(?!getItem|setItem)(\w+)", text)),
            *(f"localStorage {name}" for name in re.findall(r"const LANGUAGE = '([\w-]+)'", text)),
            *(f"sessionStorage {name}" for name in re.findall(r"const KEY = '([\w-]+)'", text)),
        }
        if re.search(r"(local|session)Storage\.|indexedDB\.open|document\.cookie", text) and not found:
            unread.append(path.name)
        stored |= found
    assert unread == []
    assert _names("browser") == stored | {f"cookie {name}" for name in cookies}


def test_each_place_has_its_words_and_no_word_is_left_over() -> None:
    """In both languages; each thing that is held stands in one group."""
    assert INVENTORY.gaps() == []


def test_the_page_for_families_is_made_of_the_inventory(engine: Served) -> None:
    """Every place and every field in both languages; pseudonymous, never anonymous."""
    for language, address in ADDRESSES[FAMILIES].items():
        page = httpx2.get(engine.url + address, timeout=30).text.replace("\u00a0", " ")
        for name, place in INVENTORY.places.items():
            assert f"<code>{name}</code>" in page
            assert all(f"<code>{field}</code>" in page for field in place.fields)
        what, _ = INVENTORY.words[language].whats["answers"]
        assert what in page
        assert {"fr": "pseudonymes, et non anonymes", "en": "pseudonymous, not anonymous"}[language] in page
