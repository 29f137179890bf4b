"""What the pages for people at a desk share, whichever program makes them: the family look, the frame of a
page, what is rendered, in which language, under which headers.

It knows neither program. Each brings its own templates and words, and serves `STATIC` under an address of
its own; the pupils' player has a look and rules of its own (`engine/web`).
"""

from pathlib import Path

STATIC = Path(__file__).parent / "static"
