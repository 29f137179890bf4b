"""One item of each kind that joins, or works on a picture, with authored names that would tell the answer."""

from __future__ import annotations

from tests.items.given import an_item, declared

PICTURE = '<img src="authored-picture.svg" alt="un plan" width="400" height="300"/>'
AREAS = (
    '<qti-area-mapping default-value="-7.25" upper-bound="1"><qti-area-map-entry shape="circle" '
    'coords="123,234,17" mapped-value="1"/></qti-area-mapping></qti-response-declaration>'
)


def _item(kind: str, name: str, attributes: str, inside: str, declarations: str) -> str:
    body = (
        f'<qti-{name} id="authored-id" class="authored-class" response-identifier="RESPONSE" {attributes}>'
        f"<qti-prompt>Quoi ?</qti-prompt>{inside}</qti-{name}>"
    )
    return an_item(body, declarations, identifier=f"authored-{kind}")


def _places(name: str, more: str = "") -> str:
    written = (
        ("right", 'shape="circle" coords="300,200,20"'),
        ("right-too", 'shape="rect" coords="10,10,50,50" hotspot-label="le puits"'),
        ("wrong", 'shape="poly" coords="100,100,150,100,120,150"'),
        ("last", 'shape="ellipse" coords="60,220,30,20"'),
    )
    return "".join(f'<qti-{name} identifier="authored-{place}" {shape} {more}/>' for place, shape in written)


def _associate() -> str:
    names = ("cat", "miaow", "dog", "bark")
    inside = "".join(
        f'<qti-simple-associable-choice identifier="authored-{name}" match-max="1">{number}'
        "</qti-simple-associable-choice>"
        for number, name in enumerate(names)
    )
    key = declared(
        ("authored-cat authored-miaow", "authored-dog authored-bark"),
        cardinality="multiple",
        base_type="pair",
    )
    attributes = 'shuffle="true" min-associations="1" max-associations="2"'
    return _item("associate", "associate-interaction", attributes, inside, key)


def _graphic_order() -> str:
    names = ("authored-right", "authored-wrong", "authored-last")
    inside = PICTURE + _places("hotspot-choice")
    attributes = 'min-choices="2" max-choices="3"'
    key = declared(names, cardinality="ordered")
    return _item("graphic-order", "graphic-order-interaction", attributes, inside, key)


def _graphic_associate() -> str:
    inside = PICTURE + _places("associable-hotspot", 'match-max="2"')
    key = declared(("authored-last authored-right",), cardinality="multiple", base_type="pair").replace(
        "</qti-response-declaration>",
        '<qti-mapping default-value="-7.25" lower-bound="0"><qti-map-entry '
        'map-key="authored-right authored-last" mapped-value="3.75"/></qti-mapping>'
        "</qti-response-declaration>",
    )
    return _item(
        "graphic-associate", "graphic-associate-interaction", 'max-associations="2"', inside, key
    ).replace("match_correct", "map_response")


def _graphic_gap_match() -> str:
    labels = (
        '<qti-gap-text identifier="authored-well" match-max="1">le puits</qti-gap-text>'
        '<qti-gap-img identifier="authored-tree" match-max="0">'
        '<img src="authored-picture.svg" alt="un arbre"/></qti-gap-img>'
    )
    inside = PICTURE + labels + _places("associable-hotspot", 'match-max="1"')
    pairs = ("authored-well authored-right", "authored-tree authored-right-too")
    key = declared(pairs, cardinality="multiple", base_type="directedPair")
    return _item("graphic-gap-match", "graphic-gap-match-interaction", 'shuffle="true"', inside, key)


def _points(cardinality: str) -> str:
    key = declared(("123 234",), cardinality=cardinality, base_type="point")
    return key.replace("</qti-response-declaration>", AREAS)


def _select_point() -> str:
    item = _item("select-point", "select-point-interaction", 'max-choices="1"', PICTURE, _points("single"))
    return item.replace("match_correct", "map_response_point")


def _position_object() -> str:
    body = (
        f'<qti-position-object-stage id="authored-id">{PICTURE}<qti-position-object-interaction '
        'response-identifier="RESPONSE" max-choices="3" min-choices="1" center-point="3 4">'
        '<img src="authored-picture.svg" alt="un arbre" width="20" height="20"/>'
        "</qti-position-object-interaction></qti-position-object-stage>"
    )
    item = an_item(body, _points("multiple"), identifier="authored-position-object")
    return item.replace("match_correct", "map_response_point")


GRAPHIC_KINDS = {
    "associate": _associate(),
    "graphic-order": _graphic_order(),
    "graphic-associate": _graphic_associate(),
    "graphic-gap-match": _graphic_gap_match(),
    "select-point": _select_point(),
    "position-object": _position_object(),
}
