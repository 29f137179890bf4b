"""Items whose answers are files, plays, presses or a module's own, with names that would tell the answer."""

from __future__ import annotations

from tests.items.given import an_item, declared


def of_file(kind: str, body: str) -> str:
    """An item that a person marks."""
    key = declared((), identifier="WORK", base_type="file")
    return an_item(body, key, identifier=f"authored-{kind}")


UPLOAD = of_file(
    "upload",
    """<qti-upload-interaction id="authored-id" response-identifier="WORK" type="application/pdf image/*">
      <qti-prompt>Donne ton texte.</qti-prompt></qti-upload-interaction>""",
)
DRAWING = of_file(
    "drawing",
    """<qti-drawing-interaction id="authored-id" response-identifier="WORK">
      <qti-prompt>Trace l’axe.</qti-prompt>
      <object data="authored-picture.svg" type="image/svg+xml" width="400" height="300">une figure</object>
    </qti-drawing-interaction>""",
)
END_ATTEMPT = an_item(
    """<p>2 + 2 = ? <qti-end-attempt-interaction response-identifier="HINT" title="Un indice"
      count-attempt="false"/></p>""",
    declared((), identifier="HINT", base_type="boolean"),
    identifier="authored-end-attempt",
)

HANDED_KINDS = {"upload": UPLOAD, "drawing": DRAWING, "end-attempt": END_ATTEMPT}
