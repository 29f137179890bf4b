"""The player's modules one by one in a real browser: codes, words, fragments, forms, vault, clock."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from engine.assets import WEB
from items.model import Content, Item, Media, Section
from items.seal import seal
from sessions.codes import LONG, SHORT, CodeTypo, generate, normalise, pretty
from tests.engine.player import browser, page

__all__ = ["browser", "page"]

KEY, NAME = bytes(range(32)), bytes(16)

# --- files ------------------------------------------------------------------------------------------

PARTS = ("", ".test", ".late", ".course", ".waiting")
"""What the words are cut into."""


def shell_files() -> list[Path]:
    """What the page may need when there is no network."""
    kinds = (".js", ".css", ".svg", ".webmanifest")
    files = [path for path in WEB.rglob("*") if path.suffix in kinds]
    return sorted(path for path in files if path.name not in ("sw.js", "old.js"))


def test_the_copy_that_opens_without_network_is_whole_and_has_the_version_of_its_files() -> None:
    """A missing file, or a version that stays, would show on the day the line is down."""
    digest = hashlib.sha256()
    for path in (WEB / "index.html", *shell_files()):
        digest.update(path.read_bytes())
    names = ["/", *(f"/static/{path.relative_to(WEB).as_posix()}" for path in shell_files())]
    version = f"const VERSION = '{digest.hexdigest()[:12]}'"
    listed = "const FILES = [\n" + "".join(f"  '{name}',\n" for name in names) + "]\n"
    worker = (WEB / "sw.js").read_text()
    assert listed in worker, f"engine/web/sw.js must list these files:\n{listed}"
    assert version in worker, f"engine/web/sw.js must say: {version}"


def test_what_a_module_imports_is_written_as_the_loader_reads_it() -> None:
    """One line for each, and nothing comes later but through `load`: else a failed import stays a failure."""
    for path in WEB.rglob("*.js"):
        text = path.read_text()
        read = re.findall(r"^import .*'(.+)'$", text, re.MULTILINE)
        every = re.findall(r"""(?:\bfrom|\bimport)\s*['"]([^'"]+)['"]""", text)
        assert read == every, path.name
        assert path.name == "load.js" or not re.search(r"\bimport\(", text), path.name


def test_nothing_is_fetched_from_another_host() -> None:
    """The only address in the sources is a name: that of the SVG vocabulary."""
    addresses: set[str] = set()
    for path in (*shell_files(), WEB / "index.html", WEB / "sw.js"):
        addresses |= set(re.findall(r"https?://[\w.]+\w", path.read_text()))
    assert addresses == {"http://www.w3.org"}


def test_all_languages_say_the_same_things(page: Page) -> None:
    """A word that one language lacks would show as `undefined` to pupils who speak it."""
    shapes = page.evaluate(
        """async (names) => {
          const shape = (value) => Array.isArray(value) ? value.map(shape) : typeof value === 'object'
            ? Object.fromEntries(Object.keys(value).sort().map((name) => [name, shape(value[name])]))
            : typeof value === 'function' ? value.length : value ? typeof value : 'empty'
          const read = async (name) => (await import(`/static/js/words/${name}.js`)).default
          return Promise.all(names.map(async (name) => shape(await read(name))))
        }""",
        [
            f"{language}{part}"
            for part in ("", ".test", ".late", ".course", ".access", ".waiting")
            for language in ("fr", "en")
        ],
    )
    assert shapes[0::2] == shapes[1::2]
    assert "empty" not in json.dumps(shapes)


def test_every_word_that_a_page_says_exists(page: Page) -> None:
    """`words.nonsense` is no error in JavaScript, only a silence."""
    known = page.evaluate(
        """async (parts) => {
          const modules = parts.map((part) => import(`/static/js/words/fr${part}.js`))
          return (await Promise.all(modules)).flatMap((module) => Object.keys(module.default))
        }""",
        [part for part in PARTS if part != ".course"],
    )
    sources = [path.read_text() for path in (WEB / "js").rglob("*.js") if path.parent.name != "words"]
    said = {name for text in sources for name in re.findall(r"\bwords\.(\w+)", text)} - {"js"}
    assert said - set(known) == set()
    assert set(known) - said == set()


# --- codes ------------------------------------------------------------------------------------------


def typings(code: str, chance: random.Random) -> Iterator[str]:
    """The ways in which a code comes out of pupils' keyboards, and some in which it comes out wrong."""
    unshifted = str.maketrans("123456789", "&é\"'(-è_ç")
    yield from (code, pretty(code), code.lower(), f"  {pretty(code)} ", "-".join(pretty(code).split()))
    yield from (code.translate(unshifted).lower(), code.replace("1", "l").replace("V", "u"))
    place = chance.randrange(len(code))
    yield code[:place] + chance.choice("0oà?*2Bé") + code[place + 1 :]
    yield code[:place] + code[place + 1 :]
    yield code + chance.choice("BCD")


def meaning(typed: str) -> str:
    try:
        return normalise(typed)
    except CodeTypo as typo:
        return typo.hint


def test_a_code_means_the_same_to_the_page_and_to_the_server(page: Page) -> None:
    """Also in what is wrong with it: the page must neither stop a good code nor let a mistyped one pass."""
    chance = random.Random(29)
    codes = [generate(chance.randbytes, length) for length in (SHORT, LONG) for _ in range(40)]
    typed = ["", "K7QF", *(text for code in codes for text in typings(code, chance))]
    meant = page.evaluate(
        """async (texts) => {
          const { normalise } = await import('/static/js/code.js')
          return texts.map((text) => { try { return normalise(text) } catch ({ hint }) { return hint } })
        }""",
        typed,
    )
    assert dict(zip(typed, meant, strict=True)) == {text: meaning(text) for text in typed}


def test_a_code_is_shown_in_groups_while_it_is_typed(page: Page) -> None:
    """As on the sheet; a dash waits until the length tells whether it is a 6."""
    shown = page.evaluate(
        """async (texts) => {
          const { pretty } = await import('/static/js/code.js')
          return texts.map(pretty)
        }""",
        ["k7q", "k7qf2", "k7qf 2m9x t4hd", "k7qf-2m", "éé-éééééééé-"],
    )
    assert shown == ["K7Q", "K7QF 2", "K7QF 2M9X T4HD", "K7QF-2M", "2262 2222 2226"]


# --- fragments and sealed forms ---------------------------------------------------------------------

HOSTILE = """<div class="qti-item" lang="fr" onclick="leak()" style="color:red"><script>leak()</script>
<img src="https://elsewhere.test/x" srcset="https://elsewhere.test/y" onerror="leak()" data-media="m1.svg"
alt="a"><a href="javascript:leak()">b</a><iframe src="https://elsewhere.test"></iframe>
<form action="/x"><b>c</b></form>
<svg><script>leak()</script></svg><math><mi onclick="leak()" href="x">d</mi>
<annotation-xml>e</annotation-xml></math>
<input type="submit" name="r1">
<input type="radio" name="r1" value="abcd" id="page"><p id="x-r1">f</p></div>"""


def test_a_hostile_fragment_comes_out_harmless(page: Page) -> None:
    """What is not on the lists does not come out; what is, does."""
    out = page.evaluate(
        """async (html) => {
          window.leak = () => (window.leaked = true)
          const { elements } = await import('/static/js/fragment.js')
          document.body.append(...elements(html))
          document.querySelector('.qti-item').click()
          await new Promise((resolve) => setTimeout(resolve))
          return [document.querySelector('.qti-item').outerHTML, Boolean(window.leaked)]
        }""",
        HOSTILE,
    )
    html, has_leaked = out
    assert not has_leaked
    gone = ("script", "onclick", "onerror", "style", "src", "href", "iframe", "form", "svg>", "submit")
    assert [word for word in gone if word in html] == []
    kept = ('lang="fr"', 'data-media="m1.svg"', 'alt="a"', "<mi>d</mi>", 'value="abcd"', 'id="x-r1"')
    assert [word for word in kept if word not in html] == []
    assert 'id="page"' not in html


def test_numbering_of_lists_and_words_for_formulas_come_through(page: Page) -> None:
    """`type` on a list says a, A, i or I; `alttext` is what a screen reader says of a formula."""
    html = page.evaluate(
        """async (html) => {
          const { elements } = await import('/static/js/fragment.js')
          document.body.append(...elements(html))
          return [...document.querySelectorAll('ol, math')].map((one) => one.cloneNode().outerHTML)
        }""",
        '<ol type="a" start="3" reversed><li>1</li></ol><ol type="I"></ol><ol type="1"></ol>'
        '<ol type="disc"></ol>'
        '<math alttext="un demi" display="block"><mfrac><mn>1</mn><mn>2</mn></mfrac></math>',
    )
    assert html == [
        '<ol type="a" start="3" reversed=""></ol>',
        '<ol type="I"></ol>',
        '<ol type="1"></ol>',
        "<ol></ol>",
        '<math alttext="un demi" display="block"></math>',
    ]


def a_sealed_form() -> bytes:
    """Two items and a picture."""
    items = tuple(Item(f"i{n}", f"<p>Question {n} é</p>", (), ("m1.svg",)) for n in (1, 2))
    content = Content(
        title="Épreuve",
        language="fr",
        duration_s=60,
        instructions="",
        sections=(Section("s1", "Calcul", ("i1", "i2")),),
        items=items,
        stimuli=(),
        media=(Media("m1.svg", "image/svg+xml", b"<svg/>"),),
        structure={"v": 2, "routed": False, "parts": []},
    )
    return seal(content, key=KEY, content_id=NAME)


OPEN = """async ({ sealed, key, cut, size }) => {
  const { Content } = await import('/static/js/content.js')
  const bytes = Uint8Array.from(atob(sealed), (sign) => sign.charCodeAt(0)).subarray(0, cut)
  const content = new Content('f')
  content.whole = (async () => {
    for (let start = 0; start < bytes.length; start += size) {
      content.push(bytes.subarray(start, start + size))
      await null
    }
    content.isWhole = true
    content.wake()
  })()
  const told = (promise) => promise.catch(() => 'refused')
  const header = content.open(key)
  await content.reading
  return [(await told(header)).title, await told(content.get('item', 'i2'))]
}"""


def opened(page: Page, sealed: bytes, *, key: bytes = KEY, cut: int = 0, size: int = 7) -> Any:
    arguments = {"sealed": base64.b64encode(sealed).decode(), "key": base64.b64encode(key).decode()}
    return page.evaluate(OPEN, arguments | {"cut": cut or len(sealed), "size": size})


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_a_sealed_form_opens_however_its_bytes_arrive(page: Page, size: int) -> None:
    """Frames do not care where the network cut them."""
    assert opened(page, a_sealed_form(), size=size) == ["Épreuve", "<p>Question 2 é</p>"]


def test_a_sealed_form_that_was_cut_or_changed_or_has_another_key_is_refused(page: Page) -> None:
    """The last frame says that it is the last one, so a form that ends too early is noticed."""
    sealed = a_sealed_form()
    changed = bytearray(sealed)
    changed[60] ^= 1
    assert opened(page, sealed, cut=len(sealed) - 20)[1] == "refused"
    assert opened(page, bytes(changed)) == [None, "refused"]
    assert opened(page, sealed, key=bytes(32)) == [None, "refused"]


# --- dragging ---------------------------------------------------------------------------------------

DRAG = """async () => {
  const { draggable } = await import('/static/js/interactions/drag.js')
  const [chip, other] = [0, 1].map(() => document.body.appendChild(document.createElement('button')))
  const seen = []
  chip.onclick = () => seen.push('chip')
  other.onclick = () => seen.push('other')
  draggable(chip, chip, { over() {}, drop: () => seen.push('drop') })
  const point = (target, type, x, buttons) => target.dispatchEvent(new PointerEvent(type,
    { bubbles: true, pointerId: 1, clientX: x, clientY: 200, button: 0, buttons }))
  const click = (target, detail) => target.dispatchEvent(new MouseEvent('click', { bubbles: true, detail }))
  const drag = () => {
    point(chip, 'pointerdown', 10, 1)
    point(chip, 'pointermove', 90, 1)
    point(chip, 'pointerup', 90, 0)
  }
  drag()
  click(chip, 1)  // the end of the drag: not a click
  click(other, 1)
  click(chip, 1)
  drag()          // let go beside the label: no click follows
  click(other, 1)
  click(chip, 0)  // by keyboard
  drag()
  point(chip, 'pointerdown', 10, 1)
  point(chip, 'pointerup', 10, 0)
  click(chip, 1)
  return seen
}"""


def test_only_the_click_that_ends_a_drag_is_no_click(page: Page) -> None:
    """Everything else that is pressed right after a drop does what it says, by mouse or keyboard."""
    assert page.evaluate(DRAG) == ["drop", "other", "chip", "drop", "other", "chip", "drop", "chip"]


# --- what a device keeps ----------------------------------------------------------------------------


def test_the_vault_opens_with_its_code_only(page: Page) -> None:
    """Another pupil's code finds nothing on the same computer; after a wipe its own code neither."""
    found = page.evaluate(
        """async () => {
          const { openVault } = await import('/static/js/vault.js')
          const first = await openVault('K7QF2M9XT4HD')
          first.state = { answers: { i1: 'secret' } }
          await first.keep()
          const read = async (code) => (await openVault(code)).state
          const kept = [await read('K7QF2M9XT4HD'), await read('K7QF2M9XT4HF'), first.isDurable]
          await first.wipe()
          return [...kept, await read('K7QF2M9XT4HD')]
        }"""
    )
    assert found == [{"answers": {"i1": "secret"}}, None, True, None]


# --- time -------------------------------------------------------------------------------------------


def test_the_remaining_time_reads_like_a_clock(page: Page) -> None:
    """Seconds are rounded up: nobody sees 0:00 while there is time."""
    shown = page.evaluate(
        """async (times) => {
          const { countdown } = await import('/static/js/clock.js')
          return times.map(countdown)
        }""",
        [0, 1, 59_000, 60_000, 299_500, 3_600_000, 7_265_000],
    )
    assert shown == ["0:00", "0:01", "0:59", "1:00", "5:00", "1:00:00", "2:01:05"]


def test_the_device_s_date_decides_nothing_while_the_page_is_open(page: Page) -> None:
    """A school computer that corrects its date by a day in the middle of a test loses and gains no second."""
    passed_ms = page.evaluate(
        """async () => {
          const { Clock } = await import('/static/js/clock.js')
          const clock = new Clock()
          clock.anchor({ now_ms: 1_000_000, round_trip_ms: 0 })
          const before = clock.now()
          const now = Date.now
          Date.now = () => now() + 86_400_000
          return [clock.now() - before < 60_000, clock.hasDrifted()]
        }"""
    )
    assert passed_ms == [True, True]
