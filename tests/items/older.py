"""Our own QTI 3 fixtures, spelled as QTI 2 spells them."""

from __future__ import annotations

from lxml import etree

NAMESPACES = {
    "2.0": "http://www.imsglobal.org/xsd/imsqti_v2p0",
    "2.1": "http://www.imsglobal.org/xsd/imsqti_v2p1",
    "2.2": "http://www.imsglobal.org/xsd/imsqti_v2p2",
    "APIP": "http://www.imsglobal.org/xsd/apip/apipv1p0/qtiitem/imsqti_v2p1",
    "none": "",
}
TEMPLATES = {
    "2.0": "http://www.imsglobal.org/question/qti_v2p0/rptemplates/",
    "2.1": "http://www.imsglobal.org/question/qti_v2p1/rptemplates/",
    "2.2": "http://www.imsglobal.org/question/qti_v2p2/rptemplates/",
    "APIP": "http://www.imsglobal.org/question/qti_v2p1p1/rptemplates/",
    "none": "",
}
QTI_3 = "{http://www.imsglobal.org/xsd/imsqtiasi_v3p0}"


def older(item: str, version: str) -> str:
    """The same item as an author of that version would have written it, line for line."""
    root = etree.fromstring(item.encode())
    for element in root.iter(etree.Element):
        tag = str(element.tag)
        if not tag.startswith(QTI_3):
            continue
        name = tag.removeprefix(QTI_3)
        namespace = f"{{{NAMESPACES[version]}}}" if NAMESPACES[version] else ""
        if name.startswith("qti-"):
            respelled = [(_humped(str(key)), str(value)) for key, value in element.attrib.items()]
            element.attrib.clear()
            element.attrib.update(respelled)
        element.tag = namespace + _humped(name.removeprefix("qti-"))
        if element.get("template"):
            last = str(element.get("template")).rpartition("/")[2].removesuffix(".xml")
            element.set("template", TEMPLATES[version] + last)
    text = etree.tostring(root, encoding="unicode")
    return text if NAMESPACES[version] else text.replace(f'xmlns="{QTI_3[1:-1]}"', "")


def _humped(name: str) -> str:
    if name.startswith(("{", "data-")):
        return name
    first, *others = name.split("-")
    return first + "".join(other.capitalize() for other in others)


def a_plain_item(body: str, declarations: str = "", rest: str = "", *, more: str = "") -> str:
    """An item of QTI 2.1 as its author typed it."""
    return (
        f'<assessmentItem xmlns="{NAMESPACES["2.1"]}" identifier="q" title="t" adaptive="false" '
        f'timeDependent="false" xml:lang="fr" {more}>\n{declarations}\n'
        '<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>\n'
        f"<itemBody>\n{body}\n</itemBody>\n{rest}</assessmentItem>"
    )


RIGHT = (
    '<responseDeclaration identifier="RESPONSE" cardinality="single" baseType="identifier">'
    "<correctResponse><value>right</value></correctResponse></responseDeclaration>"
)
MATCHED = f'<responseProcessing template="{TEMPLATES["2.1"]}match_correct"/>'
CHOICE = (
    '<choiceInteraction responseIdentifier="RESPONSE" shuffle="false" maxChoices="1">\n'
    '<prompt>Laquelle ?</prompt>\n<simpleChoice identifier="right">a</simpleChoice>\n'
    '<simpleChoice identifier="wrong">b</simpleChoice>\n</choiceInteraction>'
)
