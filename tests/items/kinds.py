"""One item of each kind we deliver, each with authored names that would tell the answer."""

from __future__ import annotations

from tests.items.given import an_item, declared
from tests.items.graphic_kinds import GRAPHIC_KINDS
from tests.items.handed_kinds import HANDED_KINDS


def _item(kind: str, body: str, declarations: str) -> str:
    return an_item(body, declarations, identifier=f"authored-{kind}")


def _choice() -> str:
    body = """<!-- correct is the first one -->
    <qti-choice-interaction id="authored-id" class="authored-class qti-labels-none" data-author="authored"
        response-identifier="RESPONSE" shuffle="true" max-choices="2">
      <qti-prompt>Lesquels ?</qti-prompt>
      <qti-simple-choice identifier="authored-right">un</qti-simple-choice>
      <qti-simple-choice identifier="authored-right-too">
        <img src="authored-picture.svg" alt="deux"/></qti-simple-choice>
      <qti-simple-choice identifier="authored-wrong">trois</qti-simple-choice>
      <qti-simple-choice identifier="authored-last" fixed="true">aucun</qti-simple-choice>
    </qti-choice-interaction>"""
    mapping = declared(("authored-right", "authored-right-too"), cardinality="multiple").replace(
        "</qti-response-declaration>",
        '<qti-mapping default-value="-7.25"><qti-map-entry map-key="authored-right" mapped-value="3.75"/>'
        "</qti-mapping></qti-response-declaration>",
    )
    return _item("choice", body, mapping)


def _text_entry() -> str:
    body = """<p>La capitale :
      <qti-text-entry-interaction response-identifier="RESPONSE" expected-length="12"/></p>"""
    return _item("text-entry", body, declared(("authored-Paris",), base_type="string"))


def _inline_choice() -> str:
    body = """<p>Il <qti-inline-choice-interaction response-identifier="RESPONSE" shuffle="true">
      <qti-inline-choice identifier="authored-right">a</qti-inline-choice>
      <qti-inline-choice identifier="authored-wrong">à</qti-inline-choice>
    </qti-inline-choice-interaction> faim.</p>"""
    return _item("inline-choice", body, declared(("authored-right",)))


def _order() -> str:
    body = """<qti-order-interaction response-identifier="RESPONSE" shuffle="true">
      <qti-prompt>Dans l’ordre :</qti-prompt>
      <qti-simple-choice identifier="authored-first">matin</qti-simple-choice>
      <qti-simple-choice identifier="authored-second">midi</qti-simple-choice>
      <qti-simple-choice identifier="authored-third">soir</qti-simple-choice>
    </qti-order-interaction>"""
    key = declared(("authored-first", "authored-second", "authored-third"), cardinality="ordered")
    return _item("order", body, key)


def _match() -> str:
    body = """<qti-match-interaction response-identifier="RESPONSE" shuffle="true" max-associations="0">
      <qti-prompt>Associe.</qti-prompt>
      <qti-simple-match-set>
        <qti-simple-associable-choice identifier="authored-cat" match-max="1"
          >chat</qti-simple-associable-choice>
        <qti-simple-associable-choice identifier="authored-dog" match-max="1"
          >chien</qti-simple-associable-choice>
      </qti-simple-match-set>
      <qti-simple-match-set>
        <qti-simple-associable-choice identifier="authored-miaow" match-max="2"
          >miaule</qti-simple-associable-choice>
        <qti-simple-associable-choice identifier="authored-bark" match-max="2"
          >aboie</qti-simple-associable-choice>
      </qti-simple-match-set>
    </qti-match-interaction>"""
    pairs = ("authored-cat authored-miaow", "authored-dog authored-bark")
    return _item("match", body, declared(pairs, cardinality="multiple", base_type="directedPair"))


def _gap_match() -> str:
    body = """<qti-gap-match-interaction response-identifier="RESPONSE" shuffle="true">
      <qti-prompt>Complète.</qti-prompt>
      <qti-gap-text identifier="authored-sun" match-max="1">soleil</qti-gap-text>
      <qti-gap-text identifier="authored-moon" match-max="1">lune</qti-gap-text>
      <p>Le <qti-gap identifier="authored-gap-1"/> et la <qti-gap identifier="authored-gap-2"/>.</p>
    </qti-gap-match-interaction>"""
    pairs = ("authored-sun authored-gap-1", "authored-moon authored-gap-2")
    return _item("gap-match", body, declared(pairs, cardinality="multiple", base_type="directedPair"))


def _hotspot() -> str:
    body = """<qti-hotspot-interaction response-identifier="RESPONSE" max-choices="1">
      <qti-prompt>Où ?</qti-prompt>
      <img src="authored-picture.svg" alt="un plan" width="400" height="300"/>
      <qti-hotspot-choice identifier="authored-right" shape="circle" coords="300,200,20"/>
      <qti-hotspot-choice identifier="authored-wrong" shape="rect" coords="10,10,50,50"/>
    </qti-hotspot-interaction>"""
    return _item("hotspot", body, declared(("authored-right",)))


def _hottext() -> str:
    body = """<qti-hottext-interaction response-identifier="RESPONSE" max-choices="0">
      <qti-prompt>Coche les verbes.</qti-prompt>
      <p>Il <qti-hottext identifier="authored-right">mange</qti-hottext> une
        <qti-hottext identifier="authored-wrong">pomme</qti-hottext>.</p>
    </qti-hottext-interaction>"""
    return _item("hottext", body, declared(("authored-right",), cardinality="multiple"))


def _slider() -> str:
    body = """<qti-slider-interaction response-identifier="RESPONSE" lower-bound="0" upper-bound="90" step="5"
      orientation="vertical" reverse="true"><qti-prompt>Combien ?</qti-prompt></qti-slider-interaction>"""
    return _item("slider", body, declared(("35",), base_type="integer"))


def _extended_text() -> str:
    body = """<qti-extended-text-interaction response-identifier="RESPONSE" expected-lines="4"
      expected-length="300">
      <qti-prompt>Raconte.</qti-prompt></qti-extended-text-interaction>"""
    return _item(
        "extended-text", body, declared((), base_type="string").replace("RESPONSE", "ESSAY")
    ).replace('response-identifier="RESPONSE"', 'response-identifier="ESSAY"')


EVERY_KIND = {
    "choice": _choice(),
    "text-entry": _text_entry(),
    "inline-choice": _inline_choice(),
    "order": _order(),
    "match": _match(),
    "gap-match": _gap_match(),
    "hotspot": _hotspot(),
    "hottext": _hottext(),
    "slider": _slider(),
    "extended-text": _extended_text(),
    **GRAPHIC_KINDS,
    **HANDED_KINDS,
}
