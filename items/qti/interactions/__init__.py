"""One module a family of interactions; each writer turns one element into native form controls.

A writer binds the response, draws opaque names, says in `shape` what a well-formed answer is and in
`groups` what may change places, and returns the HTML that the player brings to life.
"""

from __future__ import annotations

from items.qti.interactions.associations import write_associate, write_graphic_associate
from items.qti.interactions.choices import write_choice, write_inline_choice, write_order
from items.qti.interactions.custom import write_custom
from items.qti.interactions.ending import write_end_attempt
from items.qti.interactions.files import write_drawing, write_upload
from items.qti.interactions.gaps import write_gap_match, write_graphic_gap_match
from items.qti.interactions.hotspots import write_graphic_order, write_hotspot
from items.qti.interactions.listening import write_media
from items.qti.interactions.pairs import write_match
from items.qti.interactions.points import write_lone_object, write_position_stage, write_select_point
from items.qti.interactions.texts import write_extended_text, write_hottext, write_slider, write_text_entry

WRITERS = {
    "qti-associate-interaction": write_associate,
    "qti-choice-interaction": write_choice,
    "qti-drawing-interaction": write_drawing,
    "qti-end-attempt-interaction": write_end_attempt,
    "qti-extended-text-interaction": write_extended_text,
    "qti-gap-match-interaction": write_gap_match,
    "qti-graphic-associate-interaction": write_graphic_associate,
    "qti-graphic-gap-match-interaction": write_graphic_gap_match,
    "qti-graphic-order-interaction": write_graphic_order,
    "qti-hotspot-interaction": write_hotspot,
    "qti-hottext-interaction": write_hottext,
    "qti-inline-choice-interaction": write_inline_choice,
    "qti-match-interaction": write_match,
    "qti-media-interaction": write_media,
    "qti-order-interaction": write_order,
    "qti-position-object-interaction": write_lone_object,
    "qti-position-object-stage": write_position_stage,
    "qti-select-point-interaction": write_select_point,
    "qti-portable-custom-interaction": write_custom,
    "qti-slider-interaction": write_slider,
    "qti-text-entry-interaction": write_text_entry,
    "qti-upload-interaction": write_upload,
}
