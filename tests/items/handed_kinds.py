"""Items whose answers are files, plays, presses or a module's own, with names that would tell the answer."""

from __future__ import annotations

from tests.items.custom_kinds import CUSTOM, CUSTOM_MEDIA
from tests.items.given import SVG, an_item, declared
from tests.items.recordings import wav


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

MEDIA = an_item(
    """<qti-media-interaction id="authored-id" response-identifier="PLAYS" autostart="false" max-plays="2">
      <qti-prompt>Écoute.</qti-prompt><audio src="authored-sound.wav" title="Un son"/></qti-media-interaction>
      <p>Voici le même, encore : <audio src="authored-sound.wav" title="Un son"/></p>""",
    declared((), identifier="PLAYS", base_type="integer"),
    identifier="authored-media",
)

HANDED_KINDS = {"upload": UPLOAD, "drawing": DRAWING, "end-attempt": END_ATTEMPT}
PLAYED_KINDS = {"media": MEDIA}
CUSTOM_KINDS = {"custom": CUSTOM}
"""They need more than a picture: `HANDED_MEDIA`."""
HANDED_MEDIA = {"authored-picture.svg": SVG, "authored-sound.wav": wav()} | CUSTOM_MEDIA
