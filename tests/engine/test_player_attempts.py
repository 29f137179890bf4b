"""What an item shows one pupil alone, drawn in a real browser from a view; and a view that cannot be had."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tests.engine.player import ORIGIN, browser, page

__all__ = ["browser", "page"]

FRAGMENT = """<div class="qti-item" lang="fr" data-attempts="2">
<p>Il y a <span data-printed="v1"></span> et <math><mn data-printed="v2"></mn></math>.</p>
<div data-template="t1"><p>vu</p></div><div data-template="t2"><p>caché</p></div>
<select><option value=""></option><option value="abcd" data-template="abcd" data-printed="v3"></option>
<option value="efgh" data-template="efgh" data-printed="v4"></option></select>
<table><thead><tr><td></td><th data-choice="bbbb" data-template="bbbb">B</th>
<th data-choice="cccc">C</th></tr></thead>
<tbody><tr data-choice="dddd" data-template="dddd"><th>D</th><td>DB</td><td>DC</td></tr>
<tr data-choice="ffff"><th>F</th><td>FB</td><td>FC</td></tr></tbody></table>
<ul><li data-choice="gggg"><label><input type="radio"><span class="qti-choice">G</span></label></li></ul>
<p><label class="qti-hottext"><input type="checkbox" value="hhhh"><span>mot</span></label></p>
<div data-feedback="f1"></div><div data-feedback="f2"></div></div>"""
VIEW: dict[str, Any] = {
    "printed": {"v1": "<b>trois</b>", "v2": "-4", "v3": "trois mots", "v5": "au fond"},
    "shown": ["t1", "abcd"],
    "feedback": {
        "f1": '<p>dehors <span data-feedback="f3"></span></p>',
        "f3": '<span data-printed="v5"></span><script>x</script>',
        "f4": "au choix",
        "f5": "au mot",
        "f6": '<p>en bas</p><img data-media="m9.svg" alt="">',
    },
    "choices": {"f4": "gggg", "f5": "hhhh"},
    "modal": ["f6"],
    "media": {"m9.svg": {"type": "image/svg+xml", "data": "PHN2Zy8+"}},
    "attempts": 1,
    "left": 1,
    "over": False,
}
DRESS = """async ([fragment, views]) => {
  const { elements } = await import('/static/js/fragment.js')
  const { speak } = await import('/static/js/words.js')
  await speak('fr')
  const { dress } = await import('/static/js/attempts.js')
  const root = document.createElement('div')
  root.append(...elements(fragment))
  document.body.append(root)
  const state = { views, token: 'x', answers: {}, box: { batches: [], last: 0 } }
  window.state = state
  await dress(root, 'i1', { state })
  return {
    text: [...root.querySelectorAll('p')].map((one) => one.textContent.trim().replace(/\\s+/g, ' ')),
    options: [...root.querySelectorAll('option')].map((one) => [one.value, one.text]),
    cells: [...root.querySelectorAll('tr')].map((row) => [...row.children].map((cell) => cell.textContent)),
    places: [...root.querySelectorAll('.in-choice')].map((one) => one.parentNode.textContent),
    picture: root.querySelector('img').src.slice(0, 5),
    buttons: [...root.querySelectorAll('button')].map((one) => one.textContent),
    markup: root.querySelectorAll('b, script').length,
  }
}"""


def test_a_view_fills_every_place_that_waits_for_it(page: Page) -> None:
    """Texts as text, rows and columns away, feedback in feedback, beside its choice, its word, and below."""
    drawn = page.evaluate(DRESS, [FRAGMENT, {"i1": VIEW}])
    assert "Il y a <b>trois</b> et −4." in drawn["text"]
    assert "vu" in drawn["text"]
    assert "caché" not in drawn["text"]
    assert "dehors au fond" in drawn["text"]
    assert "en bas" in drawn["text"]
    assert drawn["options"] == [["", ""], ["abcd", "trois mots"]]
    assert drawn["cells"] == [["", "C"], ["F", "FC"]]
    assert drawn["places"] == ["Gau choix", "motau mot"]
    assert drawn["picture"] == "blob:"
    assert drawn["buttons"] == ["Vérifier"]
    assert drawn["markup"] == 0


def test_a_view_that_is_missing_is_asked_for(page: Page) -> None:
    """A seat that has none, or old ones, asks once for those of all items."""
    asked = []

    def reply(route: Any) -> None:
        asked.append(route.request.post_data_json)
        route.fulfill(json={"views": {"i1": VIEW, "i2": {}}, "now_ms": 1})

    page.route(f"{ORIGIN}/api/v1/attempts", reply)
    page.clock.install(time=0)
    page.clock.pause_at(1_000)  # or the page goes on without a reply that takes its time
    assert page.evaluate(DRESS, [FRAGMENT, None])["buttons"] == ["Vérifier"]
    assert asked == [{"kind": "variant"}]
    assert page.evaluate("Object.keys(window.state.views)") == ["i1", "i2"]


def test_without_network_a_question_without_values_says_that_it_comes(page: Page) -> None:
    """The page takes `LineDown` for what passes, and tries again."""
    page.route(f"{ORIGIN}/api/v1/attempts", lambda route: route.abort())
    failed = page.evaluate(
        f"(given) => ({DRESS})(given).catch((error) => error.constructor.name)", [FRAGMENT, None]
    )
    assert failed == "LineDown"
