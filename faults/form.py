"""The test that pupils sit: six questions that take any text, so that an answer can name its pupil."""

from __future__ import annotations

from pathlib import Path

QTI = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
PACKAGING = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
QUESTIONS = 6

_ITEM = f"""<qti-assessment-item xmlns="{QTI}" identifier="q{{0}}" title="{{0}}" time-dependent="false">
<qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="string"/>
<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>
<qti-item-body><div>
<qti-extended-text-interaction response-identifier="RESPONSE" expected-lines="2" format="plain">
<qti-prompt>Raconte.</qti-prompt></qti-extended-text-interaction></div></qti-item-body></qti-assessment-item>"""

_TEST = f"""<qti-assessment-test xmlns="{QTI}" identifier="test" title="Fautes" xml:lang="fr">
<qti-test-part identifier="part" navigation-mode="nonlinear" submission-mode="simultaneous">
<qti-assessment-section identifier="section" title="Texte" visible="true">{{}}</qti-assessment-section>
</qti-test-part></qti-assessment-test>"""

_MANIFEST = f"""<manifest xmlns="{PACKAGING}" identifier="faults">
<metadata><schema>QTI Package</schema><schemaversion>3.0.0</schemaversion></metadata><organizations/>
<resources>{{}}</resources></manifest>"""


def write_package(folder: Path) -> Path:
    """Write the package into `folder`."""
    folder.mkdir(parents=True)
    numbers = range(1, QUESTIONS + 1)
    references = "".join(f'<qti-assessment-item-ref identifier="q{n}" href="q{n}.xml"/>' for n in numbers)
    resources = _resource("test", "imsqti_test_xmlv3p0") + "".join(
        _resource(f"q{n}", "imsqti_item_xmlv3p0") for n in numbers
    )
    (folder / "imsmanifest.xml").write_text(_MANIFEST.format(resources))
    (folder / "test.xml").write_text(_TEST.format(references))
    for n in numbers:
        (folder / f"q{n}.xml").write_text(_ITEM.format(n))
    return folder


def _resource(name: str, kind: str) -> str:
    return (
        f'<resource identifier="{name}" type="{kind}" href="{name}.xml"><file href="{name}.xml"/></resource>'
    )
