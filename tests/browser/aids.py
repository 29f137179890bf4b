"""A form with all that is shown or said besides, and a browser whose voices a test can hear."""

from __future__ import annotations

from pathlib import Path

from tests.items.given import MATH, SVG, a_package_of, an_item, declared, zipped
from tests.items.recordings import wav

VOICES = """(() => {
  const voices = [
    { name: 'far', lang: 'fr-FR', localService: false },
    { name: 'near', lang: 'fr-FR', localService: true },
    { name: 'arabic', lang: 'ar-SA', localService: true },
  ]
  window.said = []
  window.played = 0
  const { play } = HTMLMediaElement.prototype
  HTMLMediaElement.prototype.play = function () {
    played += 1
    return play.call(this)
  }
  let current = null
  const speech = Object.assign(new EventTarget(), {
    getVoices: () => voices,
    cancel: () => (current = null),
    speak(piece) {
      current = piece
      said.push([piece.voice.name, piece.text])
    },
  })
  Object.defineProperty(window, 'speechSynthesis', { value: speech })
  window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text } }
  // The end of a piece, as a voice would tell it.
  window.endPiece = () => {
    const piece = current
    current = null
    if (piece) piece.onend()
    return Boolean(piece)
  }
})()"""
"""The browser of the tests has no voices: these have its interface, and note what they are asked to say."""

_CATALOGS = """<qti-catalog-info>
  <qti-catalog id="fleuve">
    <qti-card support="glossary-on-screen">
      <qti-html-content><p>Il va à la mer.</p></qti-html-content></qti-card>
    <qti-card support="keyword-translation">
      <qti-card-entry xml:lang="en"><qti-html-content>river</qti-html-content></qti-card-entry>
      <qti-card-entry xml:lang="ar"><qti-html-content>نهر</qti-html-content></qti-card-entry>
    </qti-card>
  </qti-catalog>
  <qti-catalog id="dessin"><qti-card support="long-description">
    <qti-html-content><p>Un rond au milieu.</p></qti-html-content></qti-card></qti-catalog>
  <qti-catalog id="km"><qti-card support="spoken">
    <qti-html-content>quatre kilomètres</qti-html-content></qti-card></qti-catalog>
  <qti-catalog id="bleu"><qti-card support="spoken"><qti-card-entry default="true">
    <qti-file-href mime-type="audio/wav">blue.wav</qti-file-href></qti-card-entry></qti-card></qti-catalog>
</qti-catalog-info>"""

_BODY = f"""<p>Un <span data-catalog-idref="fleuve">fleuve</span> de <b data-catalog-idref="km">4 km</b>.</p>
<p><img src="authored-picture.svg" alt="Un rond" data-catalog-idref="dessin"/></p>
<p data-qti-suppress-tts="computer-read-aloud">Tais-toi.</p>
<p class="qti-hidden">Invisible.</p>
<p>La <span data-ssml-sub-alias="société des trains">SNCF</span> et
  <math xmlns="{MATH}"><mfrac><mn>1</mn><mn>2</mn></mfrac></math>.</p>
<p xml:lang="ar">نهر طويل.</p>
<qti-choice-interaction response-identifier="RESPONSE" max-choices="1">
  <qti-prompt>Laquelle ?</qti-prompt>
  <qti-simple-choice identifier="a">Rouge</qti-simple-choice>
  <qti-simple-choice identifier="right">Vert</qti-simple-choice>
  <qti-simple-choice identifier="c" data-catalog-idref="bleu">Bleu</qti-simple-choice>
</qti-choice-interaction>"""

SAID = [
    ["near", "Un fleuve de quatre kilomètres ."],
    ["near", "Image : Un rond."],
    ["near", "La société des trains et 1 sur 2 ."],
    ["arabic", "نهر طويل."],
    ["near", "Laquelle ?"],
    ["near", "Rouge"],
    ["near", "Vert"],
]
"""What voices say of the first question: no more than what is seen; its last choice was recorded."""

_SIDEWAYS = """<p dir="rtl" xml:lang="ar">ما <span xml:lang="fr">Paris</span>؟</p>
<div class="qti-writing-mode-vertical-rl"><p><ruby>漢<rt>かん</rt></ruby>字を読む。</p></div>
<p><qti-text-entry-interaction response-identifier="RESPONSE"/></p>"""


def a_form_with_aids(folder: Path) -> Path:
    """Two questions: one with cards of every sort, one written from right to left and downwards."""
    first = an_item(_BODY, declared(), identifier="first", rest=_CATALOGS)
    second = an_item(_SIDEWAYS, declared(("x",), base_type="string"), identifier="second")
    media = {"authored-picture.svg": SVG, "blue.wav": wav()}
    return zipped(folder, a_package_of({"item1": first, "item2": second}, media=media))
