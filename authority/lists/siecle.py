"""SIECLE's `ElevesSansAdresses.xml`: what every collège and lycée exports. The authority's one door to lxml.

    BEE_ELEVES/DONNEES/ELEVES/ELEVE[@ELEVE_ID]  NOM_DE_FAMILLE (or NOM), PRENOM, DATE_NAISS, ID_NATIONAL
    BEE_ELEVES/DONNEES/STRUCTURES/STRUCTURES_ELEVE[@ELEVE_ID]/STRUCTURE  CODE_STRUCTURE, TYPE_STRUCTURE = D

No entity is resolved, nothing is fetched, and a document that declares any is refused.
"""

from __future__ import annotations

from lxml import etree

from authority.lists.csvlist import Lists
from authority.lists.entries import Wrong, entry
from authority.problems import BadList

DIVISION = "D"


def read_siecle(data: bytes) -> Lists:
    """Entries and what was left out, `line` being the place in the file; BadList for another document."""
    root = _root(data)
    labels = {
        str(of.get("ELEVE_ID")): label
        for of in root.iterfind(".//STRUCTURES/STRUCTURES_ELEVE")
        for structure in of.iterfind("STRUCTURE")
        if structure.findtext("TYPE_STRUCTURE") == DIVISION
        if (label := structure.findtext("CODE_STRUCTURE"))
    }
    entries, wrong = [], []
    for pupil in root.iterfind(".//ELEVES/ELEVE"):
        label = labels.get(str(pupil.get("ELEVE_ID")))
        if label is None:
            continue  # pupils who have left stand in the file without a division
        family = pupil.findtext("NOM_DE_FAMILLE") or pupil.findtext("NOM") or ""
        line = int(str(pupil.sourceline or 0))
        first, born, ine = (pupil.findtext(name) or "" for name in ("PRENOM", "DATE_NAISS", "ID_NATIONAL"))
        try:
            entries.append(entry(label, family, first, born, ine, line))
        except BadList as error:
            wrong.append(Wrong(line, error.reason))
    return entries, wrong


def _root(data: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise BadList("not_xml", f"the XML is damaged: {error.msg}") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise BadList("not_xml", "the XML declares a document type: export it again from SIECLE")
    if root.tag != "BEE_ELEVES":
        raise BadList("other_xml", "this XML is not SIECLE's ElevesSansAdresses.xml: export that one")
    return root
