"""Which elements and attributes a fragment may hold. What is not listed does not come out.

QTI 3 takes its text markup from HTML 5; presentation attributes and style are left out, since
the player's own style sheet adapts to screens and needs. Identifiers are left out too.
"""

from __future__ import annotations

import re


def names(text: str) -> frozenset[str]:
    return frozenset(text.split())


PLAIN = names(
    """
    abbr aside b bdi bdo blockquote br caption cite code col colgroup dd dfn div dl dt em figcaption
    figure footer h1 h2 h3 h4 h5 h6 header hr i kbd li mark ol p pre q rp rt ruby s samp section small
    span strong sub sup table tbody td tfoot th thead tr u ul var wbr
    """
)

# The player lets through what is listed above; these mean the same to a reader under another name. An address
# leads nowhere in a sitting: the words of the link stay. What could be folded away is shown.
RENAMED = {
    "a": "span",
    "acronym": "abbr",
    "address": "div",
    "article": "section",
    "big": "span",
    "center": "div",
    "details": "div",
    "font": "span",
    "label": "span",
    "main": "div",
    "nav": "div",
    "rb": "span",
    "rbc": "span",
    "strike": "s",
    "summary": "div",
    "time": "span",
    "tt": "code",
}

TRANSPARENT = frozenset({"qti-content-body"})
VOID = frozenset({"br", "col", "hr", "img", "wbr"})

# A browser ends an open paragraph at any of these, so a paragraph that holds one becomes a div.
BLOCK = names(
    """
    address article aside blockquote center details div dl figure footer h1 h2 h3 h4 h5 h6 header hr main nav
    ol p pre section summary table ul qti-rubric-block qti-choice-interaction qti-order-interaction
    qti-match-interaction qti-gap-match-interaction qti-hotspot-interaction qti-hottext-interaction
    qti-slider-interaction qti-extended-text-interaction qti-associate-interaction
    qti-graphic-associate-interaction qti-graphic-gap-match-interaction qti-graphic-order-interaction
    qti-select-point-interaction qti-position-object-stage qti-position-object-interaction
    qti-upload-interaction qti-drawing-interaction qti-media-interaction qti-portable-custom-interaction
    qti-feedback-block qti-template-block
    """
)
NO_BLOCK_INSIDE = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "pre"})

# White space between their children means nothing and costs bytes.
ONLY_ELEMENTS = frozenset({"colgroup", "dl", "ol", "table", "tbody", "tfoot", "thead", "tr", "ul"})

EVERYWHERE = frozenset({"aria-hidden", "aria-label", "dir", "lang", "title"})
ATTRIBUTES = {
    "li": frozenset({"value"}),
    "ol": frozenset({"reversed", "start", "type"}),
    "td": frozenset({"colspan", "rowspan"}),
    "th": frozenset({"colspan", "rowspan", "scope"}),
}
NUMBERS = frozenset({"colspan", "rowspan", "start", "value"})

# Nothing a pupil sees hangs on these, so nobody is told that they are gone.
SILENT = frozenset(
    {
        "abbr",
        "cite",
        "class",
        "datetime",
        "headers",
        "href",
        "id",
        "longdesc",
        "rel",
        "role",
        "space",
        "summary",
        "target",
    }
)

# Classes of the shared vocabulary of QTI 3 that our style sheets honour (engine/web/css/vocabulary.css).
# Any other class is the author's own and could tell anything, so it does not come out.
VOCABULARY = re.compile(
    r"""qti-(
    labels-(none|decimal|lower-alpha|upper-alpha|suffix-(none|period|parenthesis))
    | orientation-(horizontal|vertical) | choices-(stacking-[1-5] | top | bottom | left | right)
    | input-(control-hidden | width-([1-9][0-9]?)) | height-lines-(3|6|9|12|15) | counter-(up|down)
    | match-tabular | header-hidden | selections-(light|dark) | unselected-hidden
    | align-(left|center|right) | valign-(top|middle|baseline|bottom) | float-(left|right|none|clearfix)
    | layout-(row|col([1-9]|1[0-2])|offset([1-9]|1[01])) | width-(full|[1-9][0-9]?-([2-6]|12)) | fullwidth
    | display-(block|inline|inline-block) | hidden | visually-hidden | bordered | well | underline | italic
    | list-style-type-(none|disc|circle|square|decimal(-leading-zero)?)
    | list-style-type-(lower|upper)-(alpha|roman|latin|greek)
    | text-indent-([0-8]|12|16|20|24|28|32) | (margin|padding)-([tbsexy]-)?[0-5] | margin-([tbsexy]-)?auto
    | writing-mode-(vertical-rl|vertical-lr|horizontal-tb)
    | text-orientation-(mixed|upright|sideways) | text-combine-upright-(all|digits)
    | text-emphasis-(dot|circle|sesame) | ruby-position-(over|under)
    )""",
    re.X,
)

DIRECTIONS = frozenset({"ltr", "rtl", "auto"})
# Written from right to left (ISO 639), in any script tag.
LEFTWARD = frozenset({"ar", "ckb", "dv", "fa", "he", "iw", "ps", "sd", "syr", "ug", "ur", "yi"})

FEEDBACK = frozenset({"qti-feedback-block", "qti-feedback-inline", "qti-modal-feedback"})
TEMPLATES = frozenset({"qti-printed-variable", "qti-template-block", "qti-template-inline"})
LEFT_OUT = {
    "qti-stylesheet": "Style sheets are not used: every test looks the same.",
    "qti-catalog-info": "",  # written where the content names it: see items/qti/catalogs.py
}

# How a word is to be spoken; the word itself is shown.
SPEECH = frozenset({"http://www.w3.org/2001/10/synthesis", "http://www.w3.org/2010/10/synthesis"})

MATHML = "http://www.w3.org/1998/Math/MathML"
MATH_ELEMENTS = names(
    """
    math menclose merror mfenced mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot
    mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none
    """
)
MATH_WRITTEN = frozenset({"MathML-Presentation", "application/mathml-presentation+xml"})
"""How an annotation says that it is presentation markup."""
MATH_ATTRIBUTES = names(
    """
    accent accentunder alttext close columnalign columnspan depth dir display displaystyle fence form
    height largeop linethickness lspace mathvariant maxsize minsize movablelimits notation open rowspan
    rspace scriptlevel separator separators stretchy symmetric voffset width
    """
)
